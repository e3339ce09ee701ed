"""A browser in which a person works while every page tells what is done there.

By Playwright's public interface alone: a script in every page, frame and window, and one function that it calls.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.browser.ladder import recorder_tools
from connectors.browser.listening import Listener
from connectors.browser.page_rules import is_write
from connectors.browser.recorded import PAGE, Part, Recording, View, joined, view_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page, Request

__all__ = ["Recorder", "folded"]

_BINDING, _KEY = "oficioRecorder", "oficio.recorder"
_VIEW = (
    """key => { const one = window[Symbol.for(key)]; return one ? {where: one.place(), view: one.view()} : null; }"""
)


def folded(text: str) -> str:
    """A value as the page's script compares it: letters and digits, lower case."""
    return "".join(c for c in text.lower() if c.isalnum())


@cache
def _source() -> str:
    return (Path(__file__).parent / "recording.js").read_text("utf-8").strip()


class Recorder:
    """One recording.

    Args:
        browser: Playwright's, of this thread; with a window when a person is to work in it.
        url: where the system begins.
        words: the sample's values in all ways they may be written; pages tell of what they show only these.
    """

    def __init__(self, browser: Browser, url: str, words: Iterable[str]):
        self.listener = Listener(url)
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, service_workers="block")
        options = {"words": sorted({folded(word) for word in words} - {""}), "binding": _BINDING, "key": _KEY}
        script = f"({_source()})({recorder_tools()}, {json.dumps(options)})"
        self._windows: dict[Page, str] = {}
        self.context.expose_binding(_BINDING, self._told)
        self.context.add_init_script(script)
        self.context.on("request", self._requested)
        self.context.on("page", self._opened)
        self.context.on("dialog", lambda _dialog: None)  # else Playwright dismisses it: the person answers
        self.page = self.context.new_page()
        self.page.goto(url, wait_until="domcontentloaded")
        self.listener.title = self.page.title()

    def close(self) -> None:
        """Close the windows."""
        self.context.close()

    def wait(self, milliseconds: float) -> None:
        """Let the person work, and listen."""
        self.page.wait_for_timeout(milliseconds)

    def end_part(self, following: Part | None) -> None:
        """What is shown now is what this part of the recording ended with."""
        self.wait(50)  # what the pages have told is heard
        self.listener.ended(self.view(), self.page.url, dict(self._numbered(self.page.main_frame, "")))
        if following is not None:
            self.listener.part = following

    def view(self) -> View:
        """What all windows show, each document asked once."""
        answers = [self._asked(frame) for page in self.context.pages for frame in page.frames]
        return joined(
            [view_of(one["view"], self.listener.frame_name(one["where"])) for one in answers if one is not None]
        )

    def _asked(self, frame: Frame) -> dict[str, Any] | None:
        from playwright.sync_api import Error

        try:
            answer: dict[str, Any] | None = frame.evaluate(_VIEW, _KEY)
        except Error:  # it was replaced while we asked: nothing of it is shown any more
            return None
        return answer

    def _numbered(self, outer: Frame, numbers: str) -> Iterator[tuple[str, str]]:
        """Frames by their numbers, as other recorders name them."""
        for number, frame in enumerate(outer.child_frames):
            here = f"{numbers}.{number}" if numbers else str(number)
            if (answer := self._asked(frame)) is not None:
                yield here, self.listener.frame_name(answer["where"])
            yield from self._numbered(frame, here)

    def recording(self) -> Recording:
        """What was recorded until now."""
        return self.listener.recording()

    def _told(self, source: Any, data: dict[str, Any]) -> None:
        self.listener.told(self._window(source["page"]), data)

    def _requested(self, request: Request) -> None:
        document = request.is_navigation_request()
        if document or is_write(request.method, request.url):
            self.listener.requested(request.method, request.url, request.post_data or "", document=document)

    def _opened(self, page: Page) -> None:
        self._window(page)

    def _window(self, page: Page) -> str:
        """The name of a window; a new one is noted as opened by what was done last."""
        if page not in self._windows:
            name = f"window{len(self._windows) + 1}" if self._windows else PAGE
            self._windows[page] = name
            if name != PAGE:
                self.listener.opened(name)
                page.on("close", lambda _page: self.listener.closed(name))
        return self._windows[page]
