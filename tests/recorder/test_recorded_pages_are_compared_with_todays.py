"""A form is filled on pages that were kept and on today's; what has changed is told, and nothing is saved."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bots.data_entry.replaying import Sight, compare, compare_pages
from bots.data_entry.trying import check_system
from bots.office import Office
from config.errors import ConfigError
from connectors.browser.har import RecordedPages
from demo.legacy.app import create_app
from demo.legacy.server import serve
from demo.legacy.store import Store
from tests.entering.offices import make_config, open_office
from tests.recorder.people import SAMPLE


class Renamed:
    """An application with other words on its pages."""

    def __init__(self, app: ASGIApp, words: Mapping[str, str]):
        self.app, self.words = app, words

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}

        async def renamed(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            text = message.get("body", b"").decode()
            for old, new in self.words.items():
                text = text.replace(old, new)
            headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
            await send({**start, "headers": [*headers, (b"content-length", str(len(text.encode())).encode())]})
            await send({**message, "body": text.encode()})

        await self.app(scope, receive, renamed if scope["type"] == "http" else send)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    make_config(tmp_path)
    office = open_office(tmp_path)
    with office.records:
        yield office


@pytest.mark.browser
def test_a_renamed_label_is_told(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    har, record = tmp_path / "pages.har", {"description": "Things", **SAMPLE}
    with serve(create_app(tmp_path / "before.db")) as url:
        monkeypatch.setenv("OFICIO_SYSTEM_DEMO_URL", url)
        assert check_system(office, "demo", "invoice", record, har).problem is None
        assert compare_pages(office, "demo", "invoice", record, har).same
    assert "robot-uno-1984" not in har.read_text("utf-8")
    assert har.stat().st_mode & 0o077 == 0
    with serve(Renamed(create_app(tmp_path / "now.db"), {"Vencimiento": "Fecha límite"})) as url:
        monkeypatch.setenv("OFICIO_SYSTEM_DEMO_URL", url)
        compared = compare_pages(office, "demo", "invoice", record, har)
    assert (compared.problem, compared.recorded_problem) == (None, None)
    ladder = next(one for one in compared.differences if one.what == "row 'Vencimiento' / name 'due'")
    assert (ladder.recorded, ladder.now) == ("found by row", "found by name")
    assert any("Fecha límite" in one.now for one in compared.differences if one.what.startswith("texts"))
    assert Store(tmp_path / "now.db").invoices() == []


def test_what_is_no_longer_reached_is_told() -> None:
    before = [Sight("row 'A'", "found by row"), Sight("text 'Save'", "found by text", ("Total", "12,00"))]
    assert compare(before, before, set()) == []
    told = compare(before, before[:1], set())
    assert [(one.what, one.recorded, one.now) for one in told] == [("text 'Save'", "found by text", "not reached")]


def test_an_answer_is_given_in_the_order_in_which_it_was_recorded(tmp_path: Path) -> None:
    def entry(method: str, path: str, body: str, sent: str = "") -> dict[str, object]:
        request = {"method": method, "url": f"http://erp{path}", "postData": {"text": sent}}
        return {"request": request, "response": {"status": 200, "headers": [], "content": {"text": body}}}

    path = tmp_path / "x.har"
    entries = [entry("GET", "/", "login"), entry("POST", "/e", "A", "op=a"), entry("POST", "/e", "B", "op=b"),
               entry("GET", "/", "frames")]  # fmt: skip
    path.write_text(json.dumps({"log": {"entries": entries}}), "utf-8")
    pages = RecordedPages(path)

    def asked(method: str, url: str, sent: str = "") -> str | None:
        found = pages.next_entry(method, url, sent)
        return found["response"]["content"]["text"] if found else None

    assert [asked("GET", "http://erp/") for _ in range(3)] == ["login", "frames", "frames"]
    assert asked("POST", "http://erp/e", "op=b") == "B"
    assert asked("POST", "http://erp/e", "op=other") == "A"
    assert asked("GET", "http://erp/else") is None


def test_what_is_no_har_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.har"
    path.write_text("{}", "utf-8")
    with pytest.raises(ConfigError, match="OF575"):
        RecordedPages(path)
