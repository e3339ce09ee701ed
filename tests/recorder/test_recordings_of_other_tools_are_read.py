"""Playwright's jsonl, Chrome's Recorder, Selenium IDE: the same entry, the same description, no password kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bots.office import Office
from bots.recorder.describing import describe
from bots.recorder.imports import read_recording
from bots.recorder.joining import LIVE_PARTS, join
from bots.recorder.session import record_entry
from bots.recorder.writing import description_text
from config.errors import ConfigError
from connectors.browser.recorded import Recording
from demo.legacy.server import serve
from tests.entering.offices import make_config, open_office
from tests.recorder.demo_entries import enter_all, install
from tests.recorder.foreign import Books, create_app
from tests.recorder.foreign_recordings import devtools, playwright_jsonl, selenium
from tests.recorder.people import BILL, Bookkeeper

SAVED = {
    "vendor": "V-11", "number": "X-17", "date": "03/30/2026", "terms": "2", "count": 2, "total": "1,290.50",
    "items[0][text]": "Toner", "items[0][qty]": "12", "items[0][price]": "1.75", "items[0][account]": "a1",
    "items[1][text]": "Repair", "items[1][qty]": "1", "items[1][price]": "1,269.50", "items[1][account]": "a2",
}  # fmt: skip
TOOLS = [("x.json", devtools), ("x.jsonl", playwright_jsonl), ("x.side", selenium)]
CODES = (("terms", "2"), ("account", "a1"), ("account", "a2"))
"""Chrome and Playwright tell an option's value alone: a person says which field it stands for."""


@pytest.fixture(scope="module")
def books() -> Books:
    return Books([SAVED])


@pytest.fixture(scope="module")
def url(books: Books) -> Iterator[str]:
    with serve(create_app(books)) as address:
        yield address


@pytest.fixture(scope="module")
def live(url: str, chromium: Browser) -> Recording:
    person = Bookkeeper()
    return record_entry(chromium, url + "/", BILL, person.key, person, LIVE_PARTS)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    make_config(tmp_path)
    office = open_office(tmp_path)
    with office.records:
        yield office


@pytest.mark.parametrize(("name", "write"), TOOLS)
def test_the_same_entry_is_read_from_each(name: str, write: Callable[[str], str], tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(write("http://erp.example"), "utf-8")
    recording = read_recording(path)
    assert recording.url == "http://erp.example/"
    assert [(one.verb, one.text, one.secret) for one in recording.part("login")][:3] == [
        ("fill", "north", False), ("fill", "robot", False), ("fill", "", True),
    ]  # fmt: skip
    entered = [one.text for one in recording.part("enter") if one.verb == "fill"]
    assert entered == ["acme p", "X-17", "03/30/2026", "Toner", "12", "1.75", "Repair", "1", "1,269.50"]
    assert "open-sesame" not in repr(recording)


@pytest.mark.browser
@pytest.mark.parametrize(("name", "write"), TOOLS)
def test_an_import_and_the_list_make_a_description(
    name: str, write: Callable[[str], str], url: str, live: Recording, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(write(url), "utf-8")
    described = describe(join(read_recording(path), live), BILL, "", name="box", form="bill", given=CODES)
    assert described.findings.problems == []
    steps = described.data["forms"]["bill"]["steps"]
    assert {"pick": {"text": "{vendor}"}} in steps
    lines = next(step for step in steps if step.get("for_each") == "lines")["steps"]
    assert [step.get("with") for step in lines] == [
        None, "{line.text}", "{line.quantity}", "{line.price}", "{line.account}",
    ]  # fmt: skip
    assert lines[1]["fill"]["name"] == "items[{i}][text]"
    assert "open-sesame" not in description_text(described.data, "box")


@pytest.mark.browser
def test_what_was_imported_enters_others(
    url: str, books: Books, live: Recording, office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "x.json"
    path.write_text(devtools(url), "utf-8")
    described = describe(join(read_recording(path), live), BILL, "", name="box", form="bill", given=CODES)
    install(described, office, "box", "open-sesame")
    other = BILL | {"number": "X-18", "lines": [*BILL["lines"], BILL["lines"][0]], "total": "1311.50"}
    assert enter_all(office, [other], "box", "bill") == ["entered"]
    assert (books.bills[-1]["number"], books.bills[-1]["count"], books.bills[-1]["total"]) == ("X-18", 3, "1,311.50")


@pytest.mark.parametrize(("name", "text"), [("x.json", "{}"), ("x.json", "not"), ("x.side", '{"tests": []}')])
def test_what_is_no_recording_is_refused(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(ConfigError, match="OF569"):
        read_recording(tmp_path / name)
