"""A save leaves once however the page sends it, also when the connection breaks after it arrived, and byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Error

from bots.data_entry.stage import browser
from config.errors import ApplicationException, OficioError
from config.systems import System
from connectors.browser.bodies import multipart_in
from connectors.browser.ladder import Ladder
from connectors.browser.session import Session, Submission
from demo.legacy.server import serve
from tests.entering.saving_pages import PAGES, Saved, create_app

pytestmark = pytest.mark.browser
SAVE = Ladder((("text", "Save"),), "press")
SHOWN = Ladder((("text", "Saved"),), "any")
FORMS = ("urlencoded", "multipart", "file", "file_by_script", "link")
ONCE = [page for page in PAGES if page != "twice"]
Entered = Callable[..., Submission]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture
def saved() -> Saved:
    return Saved()


@pytest.fixture
def entered(chromium: Browser, saved: Saved) -> Iterator[Entered]:
    """Fill a page and save; the connection is a kept-alive one, on which Chromium itself would send again."""
    system = System.model_validate(
        {
            "url": "http://127.0.0.1/",
            "accounts": [{"user": "u", "secret": "s"}],
            "limits": {"step": 2, "load": 3, "quiet_ms": 0},
            "signs": {"refusal": [{"css": ".err"}]},
            "login": {"steps": [], "probe": "x"},
            "forms": {},
        }
    )
    with serve(create_app(saved)) as url:
        sessions: list[Session] = []

        def enter(
            page: str, name: str = "V-1", submission: Submission | None = None, most: int | None = None
        ) -> Submission:
            submission = submission or Submission()
            session = Session(chromium, system, url)
            sessions.append(session)
            session.open(None, f"/{page}")
            session.fill(None, Ladder((("label", "Name"),)), name)
            if "file" in page:
                session.upload(None, Ladder((("label", "File"),), "file"), "scan.bin", bytes(range(256)))
            session.submit(
                None, SAVE, loads="page" if page.partition("?")[0] in FORMS else None, guard=lambda: None,
                paths=["/save*"], most=most, submission=submission,
            )  # fmt: skip
            session.wait(None, SHOWN)
            return submission

        yield enter
        for session in sessions:
            session.close()


@pytest.mark.parametrize("page", ONCE)
def test_it_arrives_once_and_the_page_goes_on(entered: Entered, saved: Saved, page: str) -> None:
    assert entered(page).sent == 1
    assert len(saved.bodies) == 1
    assert b"V-1" in saved.bodies[0]
    assert ("file" not in page) or bytes(range(256)) in saved.bodies[0]


@pytest.mark.parametrize("page", ONCE)
def test_it_is_not_sent_again_when_the_connection_breaks(entered: Entered, saved: Saved, page: str) -> None:
    saved.answer = "cut"
    told = Submission()
    with pytest.raises(ApplicationException):
        entered(page, submission=told)
    assert len(saved.bodies) == 1
    assert (told.sent, bool(told.failed)) == (1, True)


@pytest.mark.parametrize("page", ["urlencoded", "file"])
def test_a_bare_browser_does_send_it_again(chromium: Browser, saved: Saved, page: str) -> None:
    """Why all this is needed; should Chromium cease to, this test says so."""
    saved.answer = "cut"
    with serve(create_app(saved)) as url:
        tab = chromium.new_page()
        tab.goto(f"{url}/{page}")
        if page == "file":
            tab.get_by_label("File").set_input_files({"name": "a", "mimeType": "text/plain", "buffer": b"a"})
        with pytest.raises(Error, match="ERR_EMPTY_RESPONSE"), tab.expect_navigation():
            tab.get_by_text("Save").click(no_wait_after=True)
        tab.close()
    assert len(saved.bodies) == 2


@pytest.mark.parametrize("page", FORMS)
def test_a_redirect_after_it_is_followed(entered: Entered, saved: Saved, page: str) -> None:
    saved.answer = "see other"
    assert entered(page).sent == 1
    assert len(saved.bodies) == 1


@pytest.mark.parametrize("page", ["insists", "insists_anew"])
@pytest.mark.parametrize("answer", ["broken", "cut"])
def test_a_page_that_insists_is_not_let(entered: Entered, saved: Saved, page: str, answer: str) -> None:
    saved.answer = answer
    with pytest.raises(OficioError):
        entered(page)
    assert len(saved.bodies) == 1


@pytest.mark.parametrize("answer", ["broken", "cut"])
def test_what_a_page_says_of_an_answer_that_never_came_is_no_refusal(
    entered: Entered, saved: Saved, answer: str
) -> None:
    saved.answer = answer
    with pytest.raises(ApplicationException):
        entered("blames")


@pytest.mark.parametrize(("most", "left"), [(None, 2), (1, 1)])
def test_a_page_that_sends_twice_is_held_to_what_its_description_says(
    entered: Entered, saved: Saved, most: int | None, left: int
) -> None:
    entered("twice", most=most)
    assert len(saved.bodies) == left


@pytest.mark.parametrize("page", ["urlencoded", "multipart", "file", "file_by_script"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_letters_leave_in_the_charset_of_the_page(entered: Entered, saved: Saved, page: str, charset: str) -> None:
    entered(page + ("?latin" if charset != "utf-8" else ""), "Peña")
    wanted = "Peña".encode(charset)
    assert (wanted if page != "urlencoded" else b"Pe%" + wanted.hex("%").upper().encode()[6:8]) in saved.bodies[0]


def test_what_a_charset_lacks_is_written_as_browsers_do() -> None:
    body = '--b\r\nContent-Disposition: form-data; name="ñ"\r\n\r\n€1\r\n--b--\r\n'.encode()
    assert multipart_in(body, "multipart/form-data; boundary=b", "iso-8859-1") == (
        b'--b\r\nContent-Disposition: form-data; name="\xf1"\r\n\r\n&#8364;1\r\n--b--\r\n'
    )
