"""Pages as people meet them, and pages that mean harm: entered right, or stopped with a code of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from bots.data_entry.runner import Runner
from bots.data_entry.stage import browser
from config.errors import OficioError
from config.systems import Step, System
from connectors.browser.session import Session
from demo.legacy.server import serve
from tests.entering.hard_pages import Kept, create_app

pytestmark = pytest.mark.browser
Try = Callable[..., Runner]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def kept() -> Kept:
    return Kept()


@pytest.fixture(scope="module")
def url(kept: Kept) -> Iterator[str]:
    with serve(create_app(kept)) as address:
        yield address


@pytest.fixture
def attempt(chromium: Browser, url: str, kept: Kept) -> Iterator[Try]:
    sessions: list[Session] = []
    kept.posts.clear()

    def steps(page: str, *steps: dict[str, Any], record: dict[str, Any] | None = None, **system: Any) -> Runner:
        described = System.model_validate(
            {
                "url": url,
                "accounts": [{"user": "u", "secret": "s"}],
                "limits": {"step": 3, "load": 3, "quiet_ms": 50, "dialogs": 5},
                "login": {"steps": [], "probe": "x"},
                "forms": {},
            }
            | system
        )
        session = Session(chromium, described, url)
        sessions.append(session)
        runner = Runner(session, described, {"value": "V-1", **(record or {})}, files=lambda _name: b"bytes")
        runner.do([Step.model_validate(step) for step in ({"open": f"/{page}"}, *steps)])
        runner.believe()
        return runner

    yield steps
    for session in sessions:
        session.close()


def refused(attempt: Try, page: str, *steps: dict[str, Any], **system: Any) -> str:
    with pytest.raises(OficioError) as told:
        attempt(page, *steps, **system)
    return told.value.code


def test_a_cell_beside_names_the_field(attempt: Try, kept: Kept) -> None:
    attempt(
        "cells",
        {"fill": "Number", "with": "{value}"},
        {"fill": "Date", "with": "x"},
        {"press": "Save", "loads": "page"},
    )
    assert kept.posts == [{"a1": "V-1", "a2": "x"}]


def test_two_fields_of_one_name_are_not_guessed(attempt: Try) -> None:
    assert refused(attempt, "two", {"fill": "Number", "with": "1"}) == "OF520"


def test_a_lower_rung_decides_and_is_noted(attempt: Try) -> None:
    runner = attempt("two", {"fill": {"row": "Number", "name": "a2"}, "with": "1"})
    assert list(runner.rungs.values()) == [1]


def test_what_is_hidden_is_not_filled(attempt: Try, kept: Kept) -> None:
    attempt("hidden", {"fill": "Name", "with": "{value}"}, {"press": "Save", "loads": "page"})
    assert kept.posts == [{"trap": "", "real": "V-1"}]


def test_frames_in_frames(attempt: Try) -> None:
    frames = {"deep": {"css": "iframe.inner", "within": "outer"}}
    runner = attempt("frames", {"fill": "Deep", "with": "{value}", "frame": "deep"}, frames=frames)
    assert list(runner.rungs.values()) == [0]


def test_a_rich_text_editor_in_a_frame(attempt: Try) -> None:
    runner = attempt(
        "editor", {"fill": {"css": "body"}, "with": "{value}", "frame": "rich"},
        {"read": {"css": "body"}, "into": "seen", "frame": "rich"}, frames={"rich": {"css": "#rich"}},
    )  # fmt: skip
    assert runner.record["seen"] == "V-1"


@pytest.mark.parametrize(("page", "label"), [("shadow", "Inside"), ("focus", "First"), ("late", "Late")])
def test_fields_in_shadow_roots_with_stolen_focus_and_late(attempt: Try, page: str, label: str) -> None:
    runner = attempt(page, {"fill": label, "with": "{value}"}, {"read": label, "into": "seen"})
    assert runner.record["seen"] == "V-1"


def test_a_suggestion_is_picked(attempt: Try) -> None:
    runner = attempt(
        "typeahead", {"type": "City", "with": "Vig", "equals": "Vigo"}, {"pick": "Vigo"},
        {"read": "City", "equals": "Vigo", "into": "seen"},
    )  # fmt: skip
    assert runner.record["seen"] == "Vigo"


def test_a_file_is_uploaded(attempt: Try, kept: Kept) -> None:
    attempt("upload", {"upload": "File", "with": "scan.pdf"}, {"press": "Send", "loads": "page"})
    assert kept.posts == [{"f": "bytes"}]


def test_a_window_that_is_described_is_worked_in(attempt: Try, kept: Kept) -> None:
    attempt(
        "popup", {"press": "Open", "opens": "w"}, {"fill": "Number", "with": "7", "window": "w"},
        {"press": "Save", "loads": "page", "window": "w"}, {"close": "w"},
    )  # fmt: skip
    assert kept.posts == [{"a1": "7", "a2": ""}]


def test_a_prompt_is_answered(attempt: Try) -> None:
    dialogs = [{"text": "Which year", "type": "prompt", "reply": "2026"}]
    runner = attempt("prompt", {"press": "Ask"}, dialogs=dialogs)
    assert runner.session.page.title() == "2026"


def test_a_page_that_asks_before_it_is_left(attempt: Try) -> None:
    runner = attempt("unload", {"press": "Leave", "loads": "page"}, {"wait": "Number"})
    assert runner.session.page.url.endswith("/cells")


def test_more_and_more_rows(attempt: Try) -> None:
    runner = attempt("more", {"repeat": "More"}, {"read": {"column": "No", "line": "5"}, "into": "last"})
    assert runner.record["last"] == "5"


def test_a_captcha_asks_for_a_person(attempt: Try) -> None:
    assert refused(attempt, "captcha", signs={"person": ["not a robot"]}) == "OF538"


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ("leave", "OF525"), ("form_out", "OF525"), ("redirect", "OF525"), ("windows", "OF526"), ("dialogs", "OF527"),
        ("never", "OF512"), ("question", "OF524"),
    ],
)  # fmt: skip
def test_a_page_that_means_harm_is_stopped(attempt: Try, kept: Kept, page: str, code: str) -> None:
    dialogs = [{"text": "again", "answer": "accept"}]
    assert refused(attempt, page, {"press": "Go", "loads": "page"}, {"wait": "nothing"}, dialogs=dialogs) == code
    assert kept.posts == []


def test_a_page_cannot_read_files(attempt: Try) -> None:
    runner = attempt("file")
    assert "Go" in runner.session.text()
    assert "root:" not in runner.session.text()
