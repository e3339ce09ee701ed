"""What fails leaves pictures, texts, frames, locators and, tried again, a trace: in the audit log, without secrets."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from bots.auditor import story
from bots.data_entry import enter
from bots.office import Office
from connectors.browser.tracing import masked_trace
from records import audit
from tests.entering.conftest import Legacy
from tests.entering.offices import PASSWORDS, add_ready, invoice_payload

SHOWN = ["screenshot-failure", "page-failure", "frames", "locators"]


def evidence(office: Office, item_id: str) -> list[tuple[str, str, bytes]]:
    """(action, kind, bytes) of all evidence of an item, in order."""
    office.records.log.sequence()
    with office.records.read() as tx:
        events = audit.of_item(tx, item_id)
    return [
        (event.action, one["kind"], office.records.archive.get(one["sha256"]))
        for event in events
        for one in event.body.get("evidence", ())
    ]


@pytest.mark.browser
def test_each_failure_is_shown_and_the_retry_traced(office: Office, legacy: Legacy) -> None:
    ids = add_ready(office, invoice_payload("F-1"))
    legacy.faults.plan[:] = ["error_before"] * 20
    enter(office, "demo")
    found = evidence(office, ids[0])
    first = [kind for action, kind, _ in found if action == "entry.uncertain"]
    assert first[:6] == ["page-before", "screenshot-before", *SHOWN]
    assert "trace" not in first[:6]
    traces = [data for _, kind, data in found if kind == "trace"]
    assert len(traces) == 2
    frames = json.loads(next(data for _, kind, data in found if kind == "frames"))
    assert {"principal", "menu", "cabecera"} <= {frame["name"] for frame in frames}
    acts = json.loads(next(data for _, kind, data in found if kind == "locators"))["acts"]
    assert any("Grabar" in act["what"] and "OF511" in act["error"] for act in acts)
    assert "Error interno" in next(data for _, kind, data in found if kind == "page-failure").decode()
    shown = [kind for chapter in story(office.records, ids[0], "en") for kind, _ in chapter.files]
    assert "screenshot-failure" in shown
    everything = [data for _, _, data in found]
    everything += [zipped.read(name) for data in traces for zipped in [zipfile.ZipFile(io.BytesIO(data))]
                   for name in zipped.namelist()]  # fmt: skip
    assert not any(word.encode() in data for word in PASSWORDS.values() for data in everything)


@pytest.mark.browser
def test_a_login_that_fails_shows_no_password(office: Office, legacy: Legacy) -> None:
    (office.settings.home / "secrets" / "demo-bot1").write_text("wrong-password-9", "utf-8")
    path = office.settings.systems / "demo.yaml"
    path.write_text(path.read_text("utf-8").replace("Usuario o clave incorrectos", "another text"), "utf-8")
    ids = add_ready(office, invoice_payload("F-1"))
    enter(office, "demo", limit=1)
    found = evidence(office, ids[0])
    assert [kind for _, kind, _ in found] == SHOWN
    assert not any(b"wrong-password-9" in data for _, _, data in found)


def test_a_trace_is_masked() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as trace:
        trace.writestr("trace.network", '{"name":"Cookie","value":"sid=\\"12"},{"name":"Accept","value":"a"}')
        trace.writestr("resources/1", b"u=bot&p=pass%2Fword and pass/word \x00\xff")
    with zipfile.ZipFile(io.BytesIO(masked_trace(data.getvalue(), ["pass/word"]))) as masked:
        assert masked.read("trace.network") == b'{"name":"Cookie","value":"****"},{"name":"Accept","value":"a"}'
        assert masked.read("resources/1") == b"u=bot&p=**** and **** \x00\xff"
