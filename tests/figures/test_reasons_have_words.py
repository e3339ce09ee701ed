"""Every reason that the readers give has its sentence in both languages, with every fact that it asks for."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import catalogue

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted([*(ROOT / "connectors" / "bank").glob("*.py"), *(ROOT / "connectors" / "sheets").glob("*.py")])


def given_reasons() -> Iterator[tuple[str, str, frozenset[str]]]:
    """(place, code, facts) of each call that gives a code first."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                code = node.args[0].value
                if isinstance(code, str) and code.startswith("OF6"):
                    names = {keyword.arg for keyword in node.keywords if keyword.arg}
                    yield f"{path.name}:{node.lineno}", code, frozenset(names | set(_dictionary(node)))


def _dictionary(node: ast.Call) -> Iterator[str]:
    """Facts of `Reason(code, where, {...})`."""
    for argument in node.args[2:]:
        if isinstance(argument, ast.Dict):
            yield from (str(key.value) for key in argument.keys if isinstance(key, ast.Constant))


REASONS = [reason for reason in given_reasons() if reason[2]]


@pytest.mark.parametrize(("place", "code", "facts"), REASONS)
def test_the_sentence_of_a_reason_is_complete(place: str, code: str, facts: frozenset[str]) -> None:
    entry = catalogue()[code]
    for texts in (entry.what, entry.mend):
        for language in ("en", "es"):
            asked = {name for _, name, _, _ in string.Formatter().parse(texts[language]) if name}
            assert asked <= facts, f"{place} {code} {language}"


def test_every_code_given_is_in_the_catalogue() -> None:
    assert {code for _, code, _ in given_reasons()} <= set(catalogue())
