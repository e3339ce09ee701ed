"""What pages show: fields and texts by ladder, tables, a list that is fetched; pictures and texts as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from config.errors import OficioError
from connectors.browser.context import PAGE
from connectors.browser.frames import Frames, ms
from connectors.browser.ladder import Found, Ladder, found, page_script
from connectors.browser.page_rules import origin_of

if TYPE_CHECKING:
    from playwright.sync_api import Frame

__all__ = ["Showing"]


class Showing(Frames):
    """The layer that reads and changes nothing."""

    def look(self, frame: str | None, ladders: Sequence[Ladder]) -> list[Found]:
        """What many fields show, in one round trip."""
        with self.acting("look"):
            return found(self.frame(frame).evaluate(page_script("look"), [ladder.body for ladder in ladders]))

    def looked_at(self, frame: str | None, ladder: Ladder) -> Found | None:
        """As `look` for one thing, on a page that may be stuck; None when it does not answer."""
        from playwright.sync_api import Error

        try:
            answer = self._asked(self.frame(frame), page_script("look"), [ladder.body])
        except (Error, OficioError):
            return None
        return found(answer)[0]

    def _asked(self, frame: Frame, script: str, argument: object) -> Any:
        """`evaluate` with an end: a page that never loads, or is busy for ever, does not answer an `evaluate`."""
        wrapped = f"argument => ({{answer: ({script})(argument)}})"
        handle = frame.wait_for_function(wrapped, arg=argument, timeout=3000)
        return handle.json_value()["answer"]

    def rows(self, frame: str | None, columns: dict[str, str]) -> list[dict[str, str]] | None:
        """The rows of the table that has all these headings; None when there is no such table."""
        with self.acting("rows"):
            answer: list[dict[str, str]] | None = self.frame(frame).evaluate(page_script("rows"), columns)
            return answer

    def wait(self, frame: str | None, ladder: Ladder, *, gone: bool = False, timeout: float | None = None) -> None:
        """Until it is there and visible, or is not."""
        with self.acting(str(ladder)):
            locator = self.frame(frame).locator(ladder.selector)
            locator.wait_for(state="detached" if gone else "visible", timeout=ms(timeout))

    def settled(self, frame: str | None, ladders: Sequence[Ladder]) -> list[Found]:
        """As `look`, when the frame's document was not redrawn for `quiet_ms` (from its start on)."""
        with self.acting("look"):
            asked = [[ladder.body for ladder in ladders], self.system.limits.quiet_ms]
            return found(self.frame(frame).evaluate(page_script("settled"), asked))

    def fetched_rows(
        self, frame: str | None, path: str, columns: dict[str, str], next_: str
    ) -> list[dict[str, str]] | None:
        """The rows of a page that the frame fetches and does not show: a look-up in one round trip.

        None when that cannot be said: another origin, an error, a page that draws itself, a list with further pages.
        """
        from playwright.sync_api import Error

        target = self.frame(frame)
        url = self.url + "/" + path.lstrip("/")
        if "://" in path or origin_of(target.url) != origin_of(url):
            return None
        try:
            answer: list[dict[str, str]] | None = target.evaluate(page_script("fetched"), [url, columns, next_])
        except Error:  # whatever it was, the page itself will show
            return None
        return answer

    def picture(self) -> bytes:
        """The window as it is now, as a picture (JPEG); passwords are shown as dots by the browser."""
        with self.acting("screenshot"):
            return self.page.screenshot(type="jpeg", quality=60, caret="initial", animations="allow")

    def text(self) -> str:
        """The text of all frames, each under its name: what a person would read."""
        with self.acting("text"):
            parts = []
            for frame in self.page.frames:
                shown = self._shown_text(frame)
                if shown.strip():
                    parts.append(f"== {frame.name or PAGE} {frame.url}\n{shown.strip()}\n")
            return "\n".join(parts)

    def _shown_text(self, frame: Frame) -> str:
        from playwright.sync_api import Error

        try:
            return str(self._asked(frame, "() => document.body ? document.body.innerText : ''", None))
        except Error:
            return "(does not answer)"
