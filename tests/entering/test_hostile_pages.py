"""A page that means harm is stopped with a code of its own: nothing is entered, nothing leaves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from bots.data_entry.runner import Runner
from bots.data_entry.stage import browser
from config.errors import OficioError
from config.systems import Step, System
from connectors.browser.session import Session
from demo.legacy.server import serve
from tests.entering.hostile_pages import LEAVES, SILENT, Thief, create_app

pytestmark = pytest.mark.browser
SECRET = "canary-5d1f"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def thief() -> Iterator[Thief]:
    thief = Thief()
    with serve(thief.app()) as url:
        thief.url = url
        yield thief


@pytest.fixture(scope="module")
def url(thief: Thief) -> Iterator[str]:
    with serve(create_app(thief, SECRET)) as url:
        yield url


@pytest.fixture
def session(chromium: Browser, url: str) -> Iterator[Session]:
    system = System.model_validate(
        {
            "url": url,
            "accounts": [{"user": "u", "secret": "s"}],
            "limits": {"step": 2, "load": 2, "quiet_ms": 50, "dialogs": 5, "download": 1},
            "dialogs": [{"text": "again"}],
            "login": {"steps": [], "probe": "x"},
            "forms": {},
        }
    )
    session = Session(chromium, system, url)
    yield session
    session.close()


def work(session: Session, page: str, *steps: dict[str, Any]) -> None:
    """Open a page, fill its field, do the steps, save."""
    runner = Runner(session, session.system, {})
    every = ({"open": f"/{page}"}, {"fill": "Number", "with": "1"}, *steps, {"press": "Save", "loads": "page"})
    runner.do([Step.model_validate(step) for step in every])


def stopped(session: Session, page: str, *steps: dict[str, Any]) -> str:
    with pytest.raises(OficioError) as told:
        work(session, page, *steps)
    return told.value.code


@pytest.mark.parametrize("page", LEAVES)
def test_it_does_not_leave_the_system(session: Session, thief: Thief, page: str) -> None:
    assert stopped(session, page, {"press": "Go"}, {"wait": "nothing"}) == "OF525"
    assert (thief.seen, thief.entered) == ([], [])


@pytest.mark.parametrize("page", SILENT)
def test_it_tells_nobody(session: Session, thief: Thief, page: str) -> None:
    work(session, page)
    assert thief.seen == []
    assert thief.entered.pop() == "1"


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ("windows", "OF526"), ("dialogs", "OF527"), ("question", "OF524"), ("never", "OF512"), ("busy", "OF512"),
        ("bomb", "OF541"), ("files", "OF541"),
    ],
)  # fmt: skip
def test_it_does_not_hold_the_robot(session: Session, thief: Thief, page: str, code: str) -> None:
    steps = ({"press": "Go", "loads": "page"} if page == "never" else {"press": "Go"}, {"wait": "nothing"})
    assert stopped(session, page, *steps) == code
    assert thief.entered == []


def test_dialogs_without_an_end_do_not_wait_for_the_step(session: Session) -> None:
    started = time.monotonic()
    assert stopped(session, "timer", {"press": "Go"}, {"wait": "nothing", "timeout": 300}) == "OF527"
    assert time.monotonic() - started < 100


@pytest.mark.parametrize("page", ["close", "print", "growth", "disk"])
def test_what_it_tries_in_vain_does_not_disturb(session: Session, thief: Thief, page: str) -> None:
    work(session, page, {"press": "Go"})
    assert thief.entered.pop() == "1"


def test_it_shows_no_file_of_ours(session: Session) -> None:
    session.open(None, "/disk")
    assert "Go" in session.text()
    assert "root:" not in session.text()


def test_a_download_without_an_end_is_stopped(session: Session) -> None:
    assert stopped(session, "bomb", {"press": "Go", "downloads": "receipt"}) == "OF529"


def test_no_step_opens_a_file_or_another_origin(session: Session, thief: Thief) -> None:
    for address in ("file:///etc/passwd", f"{thief.url}/x", "javascript:alert(1)//://", "data:text/html,x://"):
        assert stopped(session, "blank", {"open": address}) == "OF525"
