"""The lane `keys`: each character is a real key stroke of the browser, and what was typed is read back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from bots.data_entry.runner import Runner
from bots.data_entry.stage import browser
from config.errors import ApplicationException, BusinessException
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


def drawn(session: Session, body: str, script: str = "") -> None:
    """Another page, as a server sends it."""
    text = f"<form>{body}<button>Save</button></form><script>{script}</script>"
    session.page.route("**/*", lambda route: route.fulfill(body=text, content_type="text/html; charset=utf-8"))
    session.page.goto("http://127.0.0.1/")


NAME_AND_CODE = "<label>Name <input name=name></label><label>Code <input name=code></label>"
WATCHED = """window.seen = [];
for (const kind of ['keydown', 'keyup']) window.addEventListener(kind, event => seen.push(event.key), true);"""


def test_of_the_step_from_field_to_field_the_page_sees_no_key(session: Session) -> None:
    drawn(session, NAME_AND_CODE, WATCHED)
    typed(session, {"fill": "Name", "with": "ab"}, {"fill": "Code", "with": "c"})
    assert session.page.evaluate("seen") == ["a", "a", "b", "b", "c", "c"]


@pytest.mark.parametrize("text", ["12345", "1234é"])
def test_a_page_that_moves_the_focus_gets_no_character_in_another_field(session: Session, text: str) -> None:
    drawn(
        session,
        NAME_AND_CODE + "<label>Remark <input name=remark></label>",
        """const [name, code, remark] = ['name', 'code', 'remark'].map(one => document.getElementsByName(one)[0]);
        window.stray = [];
        remark.oninput = () => stray.push(remark.value);
        name.oninput = () => {
          if (name.value.length === 3 && !window.moved) { window.moved = true; remark.focus(); }
        };""",
    )
    typed(session, {"fill": "Name", "with": text}, {"fill": "Code", "with": "C-1"})
    assert [value(session, name) for name in ("name", "code", "remark")] == [text, "C-1", ""]
    assert session.page.evaluate("stray") == []


def test_a_form_that_is_drawn_anew_between_two_fields_is_typed_in_whole(session: Session) -> None:
    drawn(
        session,
        f"<div id=all>{NAME_AND_CODE}</div>",
        """let name = document.getElementsByName('name')[0];
        name.addEventListener('blur', () => {  // the labels change places
          const kept = name.value, all = document.getElementById('all');
          all.innerHTML = '<label>Code <input name=code></label><label>Name <input name=name></label>';
          document.getElementsByName('name')[0].value = kept;
        });""",
    )
    typed(session, {"fill": "Name", "with": "abc"}, {"fill": "Code", "with": "def"})
    assert (value(session, "name"), value(session, "code")) == ("abc", "def")


def test_a_field_that_takes_no_keys_is_filled(session: Session) -> None:
    drawn(session, NAME_AND_CODE, "document.getElementsByName('code')[0].onkeydown = event => event.preventDefault()")
    typed(session, {"fill": "Code", "with": "C-1"}, {"fill": "Name", "with": "abc"})
    assert (value(session, "name"), value(session, "code")) == ("abc", "C-1")


def test_a_field_that_opens_only_when_the_one_before_is_entered_is_waited_for(session: Session) -> None:
    opens = """const [name, code] = ['name', 'code'].map(one => document.getElementsByName(one)[0]);
    code.disabled = true;
    name.onchange = () => setTimeout(() => { code.disabled = false; }, 100);"""
    drawn(session, NAME_AND_CODE, opens)
    typed(session, {"fill": "Name", "with": "abc"}, {"fill": "Code", "with": "C-1"})
    assert (value(session, "name"), value(session, "code")) == ("abc", "C-1")


def test_after_it_was_read_back_the_page_has_its_keys_again(session: Session) -> None:
    drawn(session, NAME_AND_CODE)
    typed(session, {"fill": "Name", "with": "abc"})
    session.page.focus("[name=code]")
    session.page.keyboard.type("byé hand")
    assert value(session, "code") == "byé hand"


def test_a_page_that_does_not_answer_to_a_key_is_told(session: Session) -> None:
    drawn(
        session,
        NAME_AND_CODE,
        "document.onkeydown = () => { const end = Date.now() + 7000; while (Date.now() < end); }",
    )
    with pytest.raises(ApplicationException) as told:
        typed(session, {"fill": "Name", "with": "a"})
    assert told.value.code == "OF512"


def test_enter_on_a_page_that_asks_waits_for_nobody(session: Session) -> None:
    drawn(session, NAME_AND_CODE, "document.querySelector('form').onsubmit = () => { alert('Saved?'); return false; }")
    with pytest.raises(BusinessException) as told:
        typed(session, {"fill": "Name", "with": "x"}, {"press": "Save"})
    assert told.value.code == "OF524"


def test_a_page_that_is_just_replaced_is_asked_again(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = "document.querySelector('form').onsubmit = () => { window.sent = (window.sent || 0) + 1; return false; }"
    drawn(session, NAME_AND_CODE, counts)
    monkeypatch.setattr("connectors.browser.fields.tool_call", lambda *_: "no.such.document")
    typed(session, {"fill": "Name", "with": "abc"}, {"fill": "Code", "with": "C-1"}, {"press": "Save"})
    assert (value(session, "name"), value(session, "code")) == ("abc", "C-1")
    assert session.page.evaluate("sent") == 1


def test_no_key_leaves_after_a_busy_page_was_given_up(session: Session) -> None:
    counts = "document.querySelector('form').onsubmit = () => { window.sent = (window.sent || 0) + 1; return false; }"
    drawn(session, NAME_AND_CODE, counts)
    session.page.evaluate("setTimeout(() => { const end = Date.now() + 7000; while (Date.now() < end); }, 100)")
    session.page.wait_for_timeout(200)
    with pytest.raises(ApplicationException) as told:
        typed(session, {"press": "Save"})
    assert told.value.code == "OF512"
    assert session.page.evaluate("new Promise(done => setTimeout(() => done(window.sent), 500))") is None
