"""What pages show: fields and texts by ladder, tables, a list that is fetched; pictures and texts as evidence."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from config.errors import ApplicationException, OficioError
from config.systems import Rows
from connectors.browser.beside import Begun
from connectors.browser.context import PAGE
from connectors.browser.frames import Frames, ms, plain
from connectors.browser.ladder import Found, Ladder, found
from connectors.browser.page_rules import origin_of

if TYPE_CHECKING:
    from playwright.sync_api import Frame

__all__ = ["Showing"]


class Showing(Frames):
    """The layer that reads and changes nothing."""

    def look(self, frame: str | None, ladders: Sequence[Ladder]) -> list[Found]:
        """What many fields show, in one round trip."""
        with self.acting("look"):
            return found(self.ask(frame, "look", [ladder.body for ladder in ladders]))

    def looked_at(self, frame: str | None, ladder: Ladder) -> Found | None:
        """As `look` for one thing, on a page that may be stuck; None when it does not answer."""
        from playwright.sync_api import Error

        try:
            answer = self.asked(self.frame(frame), "look", [ladder.body])
        except (Error, OficioError):
            return None
        return found(answer)[0]

    def rows(self, frame: str | None, what: Rows) -> list[dict[str, str]]:
        """The rows of a list that is there whole: at rest, and empty only when it says so (where that is described).

        Raises:
            ApplicationException: OF521, no table has these headings; OF540, there are no rows and nothing says why.
        """
        deadline = time.monotonic() + self.system.limits.step
        asked = [what.asked, [plain(sign) for sign in what.empty], *self.resting()]
        while True:
            with self.acting("rows"):
                answer = self.ask(frame, "listed", asked)
            self.must_rest(answer["quiet"])
            found: list[dict[str, str]] | None = answer["found"]
            if found or (found is not None and (not what.empty or answer["none"])):
                return found
            if time.monotonic() > deadline:
                self.explain()
                columns = ", ".join(what.columns)
                if found is None:
                    headings = ", ".join(place for place in what.columns.values() if isinstance(place, str))
                    raise ApplicationException("OF521", self.page.url, columns=headings or columns)
                raise ApplicationException("OF540", self.page.url, columns=columns)
            self.page.wait_for_timeout(50)

    def changed(self, holds: Callable[[], bool], must: bool = False) -> bool:
        """Whether a list changes within a while; `must`: it has to, within `limits.step`.

        Raises:
            ApplicationException: OF512, it had to and did not.
        """
        limits = self.system.limits
        deadline = time.monotonic() + (limits.step if must else max(10 * limits.quiet_ms / 1000, 0.5))
        while not holds():
            if time.monotonic() > deadline:
                if must:
                    raise ApplicationException("OF512", self.page.url, what="the rest of the list", why="")
                return False
            self.page.wait_for_timeout(50)
        return True

    def disabled(self, frame: str | None, ladder: Ladder) -> bool:
        """Whether something to press is there but takes no press (such as "next" on the last page)."""
        script = "el => el.disabled || el.getAttribute('aria-disabled') === 'true' || el.closest('.disabled') !== null"
        with self.acting(str(ladder)):
            return bool(self.frame(frame).locator(ladder.selector).evaluate(script))

    def scrolled(self, frame: str | None, css: str) -> bool:
        """Scroll a list down; False at its end."""
        with self.acting(f"scroll {css}"):
            return bool(self.ask(frame, "scrolled", css))

    def wait(self, frame: str | None, ladder: Ladder, *, gone: bool = False, timeout: float | None = None) -> None:
        """Until it is there and visible, or is not."""
        with self.acting(str(ladder)):
            locator = self.frame(frame).locator(ladder.selector)
            locator.wait_for(state="detached" if gone else "visible", timeout=ms(timeout))

    def settled(self, frame: str | None, ladders: Sequence[Ladder], *, leave: bool = False) -> list[Found]:
        """As `look`, when the frame's document is at rest (see `rest`).

        Args:
            leave: the field of these that has the focus loses it first, so that the page computes.
        """
        with self.acting("look"):
            asked = [[ladder.body for ladder in ladders], leave, *self.resting()]
            return found(self.ask(frame, "settled", asked))

    def fetched_rows(self, frame: str | None, path: str, what: Rows, next_: str) -> list[dict[str, str]] | None:
        """The rows of a page that the frame fetches and does not show: a look-up in one round trip.

        None when that cannot be said: another origin, an error, a page that draws itself, a list with further pages.
        """
        from playwright.sync_api import Error

        target = self.frame(frame)
        url = self.url + "/" + path.lstrip("/")
        if "://" in path or origin_of(target.url) != origin_of(url):
            return None
        try:
            answer: list[dict[str, str]] | None = self.ask(frame, "fetched", [url, what.asked, next_])
        except Error:  # whatever it was, the page itself will show
            return None
        return answer

    def begin_picture(self) -> Callable[[], bytes]:
        """Take a picture of the window as it is now beside what is done next; called, it gives the picture (JPEG).

        A third less work than `picture`, which looks into every frame before; the login must be good.
        """
        page, send, limit = self.page, self.devtools().send, ms(self.system.limits.step)
        begun = Begun(lambda: send("Page.captureScreenshot", {"format": "jpeg", "quality": 60}, timeout=limit))

        def taken() -> bytes:
            with self.acting("screenshot"):
                return base64.b64decode(begun.answer(page)["data"])

        return taken

    def picture(self) -> bytes:
        """The window as it is now, as a picture (JPEG); what is typed before the login is good is covered."""
        with self.acting("screenshot"):
            covered = [] if self.inside else [frame.locator("input, textarea") for frame in self.page.frames]
            return self.page.screenshot(type="jpeg", quality=60, caret="initial", animations="allow", mask=covered)

    def tree(self) -> list[dict[str, str]]:
        """Each frame: its name, its address, and the name or address of the one around it."""
        return [
            {
                "name": frame.name,
                "url": frame.url,
                "within": (frame.parent_frame.name or frame.parent_frame.url) if frame.parent_frame else "",
            }
            for frame in self.page.frames
        ]

    def text(self, *, failed: bool = False) -> str:
        """The text of all frames, each under its name: what a person would read.

        Args:
            failed: the pages may be stuck: what does not answer in a while is said not to.
        """
        with self.acting("text"):
            known: dict[str, list[str]] = {}
            told = self._texts(self.page.main_frame) if failed else self.ask(PAGE, "texts", None)
            for url, text in told:
                known.setdefault(url, []).append(text)
            parts = []
            for frame in self.page.frames:
                text = known[frame.url].pop(0) if known.get(frame.url) else self._texts(frame)[0][1]
                if text.strip():
                    parts.append(f"== {frame.name or PAGE} {frame.url}\n{text.strip()}\n")
            return "\n".join(parts)

    def _texts(self, frame: Frame) -> list[tuple[str, str]]:
        from playwright.sync_api import Error

        try:
            answer: list[tuple[str, str]] = self.asked(frame, "texts", None)
        except Error:
            return [(frame.url, "(does not answer)")]
        return answer
