"""Frames and their documents: which frame is meant, that a new document has come, and whether one can go on with it.

All waits are for something: an element, a frame's new document, a redraw.  Never for an idle network.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from config.errors import ApplicationException, BusinessException
from config.systems import Sign
from connectors.browser.context import PAGE, Context
from connectors.browser.ladder import Ladder, page_script
from connectors.browser.page_rules import origin_of

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Response

__all__ = ["Frames", "ms"]


class Frames(Context):
    """The layer that finds frames and waits for their documents."""

    def frame(self, name: str | None, timeout: float | None = None) -> Frame:
        """A frame by the name that the description or the page gives it; the whole page for None or `page`.

        Raises:
            ApplicationException: OF519, it does not come.
        """
        if name is None or name == PAGE:
            return self.page.main_frame
        deadline = time.monotonic() + (timeout or self.system.limits.step)
        with self.acting(f"frame {name}"):
            while (there := self._frame_now(name)) is None:
                if time.monotonic() > deadline:
                    names = ", ".join(frame.name or frame.url for frame in self.page.frames)
                    raise ApplicationException("OF519", self.page.url, frame=name, frames=names)
                self.page.wait_for_timeout(20)
        return there

    def _frame_now(self, name: str) -> Frame | None:
        described = self.system.frames.get(name)
        if described is None:
            return self.page.frame(name=name)
        outer = self.frame(described.within)
        handle = outer.query_selector(described.css)
        return handle.content_frame() if handle is not None else None

    def open(self, frame: str | None, path: str) -> None:
        """Go to an address of the system in a frame (or the whole page)."""
        url = path if "://" in path else self.url + "/" + path.lstrip("/")
        if origin_of(url) not in self.origins:
            raise BusinessException("OF525", self.url, address=url)
        with self.acting(f"open {path}"):
            response = self.frame(frame).goto(url, wait_until="domcontentloaded")
        self.arrived(frame, response)

    @contextlib.contextmanager
    def new_document(self, loads: str | None) -> Iterator[None]:
        """Wait until this very frame has another document than before the block, and look at what arrived."""
        if loads is None:
            yield
            return
        with self.frame(loads).expect_navigation(wait_until="domcontentloaded") as navigation:
            yield
        self.arrived(loads, navigation.value)

    @contextlib.contextmanager
    def redrawn(self, frame: str | None, ladder: Ladder, timeout: float | None = None) -> Iterator[None]:
        """Wait until an element is made of other parts than before the block: pages that draw themselves."""
        with self.acting(str(ladder)):
            before = self.frame(frame).evaluate(page_script("print"), ladder.body)
            yield
            script = page_script("redrawn")
            self.frame(frame).wait_for_function(script, arg=[ladder.body, before], timeout=ms(timeout))

    def arrived(self, frame: str | None, response: Response | None) -> None:
        """Is the new document one that we can go on with?

        Raises:
            ApplicationException: OF511 the system failed, OF513 the session is lost.
            BusinessException: OF530 the system says no, OF538 it asks for a person.
        """
        if self.incident is not None:
            raise self.incident
        signs = self.system.signs
        groups = (signs.logged_out, signs.person, signs.refusal, signs.failure)
        shown = iter(self.signs(frame, [sign for group in groups for sign in group]))
        lost, person, refusal, failure = (next((text for _ in group if (text := next(shown))), "") for group in groups)
        where = response.url if response is not None else self.page.url
        status = response.status if response is not None else 200
        if lost and not self.writing:
            raise ApplicationException("OF513", where, shown=lost)
        if person:
            raise BusinessException("OF538", where, shown=person)
        if refusal and not self.writing:
            raise BusinessException("OF530", where, shown=refusal[:200])
        if failure or status >= 400:
            raise ApplicationException("OF511", where, status=status, shown=failure)

    def signs(self, frame: str | None, signs: Sequence[Sign]) -> list[str]:
        """What of each sign a document shows, "" for nothing."""
        if not signs:
            return []
        with self.acting("signs"):
            asked = [{"text": sign.text, "css": sign.css} for sign in signs]
            answer: list[str] = self.frame(frame).evaluate(page_script("signs"), asked)
            return answer


def ms(seconds: float | None) -> float | None:
    """Seconds as Playwright counts them."""
    return seconds * 1000 if seconds is not None else None
