"""Every code that the house uses has its texts, and every text is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.errors import ApplicationException, ConfigError, OficioError, Reason, catalogue, explain

CHECKOUT = Path(__file__).parent.parent.parent
ROOMS = ("bots", "config", "connectors", "console", "demo", "flows", "records")
CODE = re.compile(r"\bOF[1-9][0-9]{2}\b")


def used_codes() -> dict[str, str]:
    """Code -> a file that names it, outside the catalogue and docstrings' examples."""
    used: dict[str, str] = {}
    for room in ROOMS:
        for path in (CHECKOUT / room).rglob("*.py"):
            for code in CODE.findall(path.read_text("utf-8")):
                used.setdefault(code, str(path.relative_to(CHECKOUT)))
    return used


def test_every_code_in_the_source_is_in_the_catalogue() -> None:
    assert {code: path for code, path in used_codes().items() if code not in catalogue()} == {}


def test_every_code_of_the_catalogue_is_used() -> None:
    assert catalogue().keys() - used_codes().keys() == set()


@pytest.mark.parametrize("code", catalogue())
def test_a_code_has_its_texts_in_both_languages(code: str) -> None:
    entry = explain(code.lower())
    for texts in (entry.what, entry.mend):
        assert texts.keys() == {"en", "es"}
        assert all(text.strip() for text in texts.values())


def test_an_error_tells_what_where_and_how_to_mend_it() -> None:
    error = ConfigError("OF107", "mailboxes.yaml", variable="OFICIO_MAILBOX_PORT")
    assert str(error).startswith("OF107: The environment variable OFICIO_MAILBOX_PORT is not set")
    assert str(error).endswith("(mailboxes.yaml)")
    assert "OFICIO_MAILBOX_PORT" in error.reason.mend("es")


def test_an_error_crosses_process_borders() -> None:
    import pickle

    error = pickle.loads(pickle.dumps(ApplicationException("OF301", "host", item="i", step="s", why="gone")))
    assert (type(error), error.code, error.item, error.step) == (ApplicationException, "OF301", "i", "s")
    assert isinstance(error, OficioError)


def test_a_reason_survives_the_audit_log() -> None:
    reason = Reason("OF405", "page 1", {"iban": "ES00"})
    assert Reason.from_json(reason.to_json()) == reason
