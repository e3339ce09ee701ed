"""The lane `keys`: each character is a real key stroke of the browser, and what was typed is read back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from bots.data_entry.runner import Runner
from bots.data_entry.stage import browser
from config.systems import Step, System
from connectors.browser.session import Session

pytestmark = pytest.mark.browser
PAGE = """<form onsubmit="window.sent = (window.sent || 0) + 1; return false">
<label>Name <input name=name value=before></label><label>Note <textarea name=note></textarea></label>
<label>Date <input type=date name=date></label><label>Code <input name=code value=x></label>
<iframe srcdoc="<label>Inner <input></label>" name=inner></iframe><button>Save</button></form>
<script>
window.told = {};
for (const type of ['keydown', 'keypress', 'input', 'keyup'])
  document.addEventListener(type, event => {
    if (event.isTrusted && event.target.name === 'name') told[type] = (told[type] || 0) + 1;
  });
</script>"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture
def session(chromium: Browser) -> Iterator[Session]:
    described: dict[str, Any] = {"url": "http://127.0.0.1/", "accounts": [{"user": "u", "secret": "s"}], "forms": {},
                                 "limits": {"step": 5, "load": 5}, "login": {"steps": [], "probe": "x"}}  # fmt: skip
    session = Session(chromium, System.model_validate(described), "http://127.0.0.1/")
    session.page.set_content(PAGE)
    yield session
    session.close()


def typed(session: Session, *steps: dict[str, Any]) -> None:
    runner = Runner(session, session.system, {}, lane="keys")
    runner.do([Step.model_validate(step) for step in steps])
    runner.believe()


def value(session: Session, name: str) -> str:
    return session.page.input_value(f"[name={name}]")


def test_each_character_is_a_key_stroke_and_replaces_what_was_there(session: Session) -> None:
    typed(session, {"fill": "Name", "with": "Núñez & 7"}, {"fill": "Code", "with": ""})
    assert (value(session, "name"), value(session, "code")) == ("Núñez & 7", "")
    keys = len("Nez & 7")  # no key of a plain keyboard makes the others: they come as an input method's do
    assert session.page.evaluate("told") == {"keydown": keys, "keypress": keys, "input": keys + 2, "keyup": keys}


def test_a_line_break_does_not_send_the_form(session: Session) -> None:
    typed(session, {"fill": "Name", "with": "one\ntwo"}, {"fill": "Note", "with": "one\ntwo"})
    assert (value(session, "name"), value(session, "note")) == ("one two", "one\ntwo")
    assert session.page.evaluate("window.sent") is None


def test_a_date_of_the_browser_is_filled_and_a_frame_typed_in(session: Session) -> None:
    typed(session, {"fill": "Date", "with": "2026-03-31"}, {"fill": "Inner", "with": "deep", "frame": "inner"})
    assert value(session, "date") == "2026-03-31"
    assert session.page.frame_locator("iframe").locator("input").input_value() == "deep"


def test_enter_presses_the_button(session: Session) -> None:
    typed(session, {"fill": "Name", "with": "x"}, {"press": "Save"})
    assert session.page.evaluate("window.sent") == 1
