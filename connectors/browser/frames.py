"""Frames and their documents: which frame is meant, that a new document has come, and whether one can go on with it.

All waits are for something: an element, a frame's new document, a redraw.  Never for an idle network.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from config.errors import ApplicationException, BusinessException
from config.systems import Sign
from connectors.browser.context import PAGE, Context
from connectors.browser.ladder import REDRAWN, Ladder, Tool, document_script, page_script
from connectors.browser.page_rules import origin_of

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Response

__all__ = ["Frames", "ms", "plain"]


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

    def ask(self, frame: str | None, tool: Tool, argument: object) -> Any:
        """What a tool of the page answers, in one round trip."""
        target = self.frame(frame)
        if self._pressed:  # a page that is busy for ever since would not answer an `evaluate`, which has no end
            self._awaited()
        answer = target.evaluate(page_script(tool), argument)
        if answer is None:  # a document that may not run scripts, so that it did not begin with ours
            target.evaluate(document_script())
            answer = target.evaluate(page_script(tool), argument)
        return answer["answer"]

    def _awaited(self) -> None:
        from playwright.sync_api import Error, TimeoutError

        try:
            self.devtools().send("Runtime.evaluate", {"expression": "0"}, timeout=ms(self.system.limits.step))
        except TimeoutError:
            raise
        except Error:  # the document is just being replaced: it is not busy
            pass
        self._pressed = False

    def asked(self, frame: Frame, tool: Tool, argument: object) -> Any:
        """As `ask`, with an end: a page that never loads, or is busy for ever, does not answer an `evaluate`."""
        handle = frame.wait_for_function(page_script(tool), arg=argument, timeout=3000)
        answer = handle.json_value()["answer"]
        handle.dispose()
        return answer

    def address(self, frame: str | None, path: str) -> str:
        """A path as an address: from the system's, or from where the frame is for `./`, `../`, `?` and `#`.

        Raises:
            BusinessException: OF525, it is none of the system's.
        """
        if path.startswith(("./", "../", "?", "#")):
            url = urljoin(self.frame(frame).url, path)
        else:
            url = path if "://" in path else self.url + "/" + path.lstrip("/")
        if origin_of(url) not in self.origins:
            raise BusinessException("OF525", self.url, address=url)
        return url

    def open(self, frame: str | None, path: str) -> None:
        """Go to an address of the system in a frame (or the whole page): always a document as the server has it now."""
        url = self.address(frame, path)
        target = self.frame(frame)
        started = time.monotonic()
        with self.acting(f"open {path}"):
            response = target.goto(url, wait_until="domcontentloaded")
            if response is None:  # the same page but for what follows `#`: what it shows may be what it hopes
                response = self.page.reload(wait_until="domcontentloaded")
        self.waits.append(time.monotonic() - started)
        self.arrived(frame, response)

    @contextlib.contextmanager
    def new_document(self, loads: str | None) -> Iterator[None]:
        """Wait until this very frame has another document than before the block, and look at what arrived."""
        if loads is None:
            yield
            return
        started = time.monotonic()
        with self.frame(loads).expect_navigation(wait_until="domcontentloaded") as navigation:
            yield
        self.waits.append(time.monotonic() - started)
        self.arrived(loads, navigation.value)

    @contextlib.contextmanager
    def redrawn(self, frame: str | None, ladder: Ladder, timeout: float | None = None) -> Iterator[None]:
        """Wait until an element is made of other parts than before the block: pages that draw themselves."""
        with self.acting(str(ladder)):
            before = self.ask(frame, "print", ladder.body)
            yield
            self.frame(frame).wait_for_function(REDRAWN, arg=[ladder.body, before], timeout=ms(timeout))

    def arrived(self, frame: str | None, response: Response | None) -> None:
        """Is the new document one that we can go on with?

        Raises:
            ApplicationException: OF511 the system failed, OF513 the session is lost.
            BusinessException: OF530 the system says no, OF538 it asks for a person.
        """
        if self.incident is not None:
            raise self.incident
        where = response.url if response is not None else self.page.url
        failure = self._told(self.signs(frame, self._asked_signs()), where)
        status = response.status if response is not None else 200
        if failure or status >= 400:
            raise ApplicationException("OF511", where, status=status, shown=failure)

    def _sign_groups(self) -> tuple[tuple[Sign, ...], ...]:
        signs = self.system.signs
        return signs.logged_out, signs.person, signs.refusal, signs.failure

    def _asked_signs(self) -> list[Sign]:
        return [sign for group in self._sign_groups() for sign in group]

    def _told(self, shown: Sequence[str], where: str) -> str:
        """Raise what the signs mean; the sign of a failure is returned."""
        texts = iter(shown)
        lost, person, refusal, failure = (
            [text for _ in group if (text := next(texts))] for group in self._sign_groups()
        )
        if lost and not self.writing:
            raise ApplicationException("OF513", where, shown=lost[0])
        if person:
            raise BusinessException("OF538", where, shown=person[0])
        if refusal and not failure and not self.writing:  # one place for both: what is a failure by its words is one
            raise BusinessException("OF530", where, shown=refusal[0][:200])
        return failure[0] if failure else ""

    def explain(self) -> None:
        """Something did not come about: when a frame of the page says why, that is raised."""
        from playwright.sync_api import Error

        asked = self._asked_signs()
        for frame in self.page.frames if asked else ():
            try:
                shown = self.asked(frame, "signs", [plain(sign) for sign in asked])
            except Error:  # this frame does not answer
                continue
            if failure := self._told(shown, frame.url):
                raise ApplicationException("OF511", frame.url, status=200, shown=failure)

    def signs(self, frame: str | None, signs: Sequence[Sign]) -> list[str]:
        """What of each sign a document shows, "" for nothing."""
        if not signs:
            return []
        with self.acting("signs"):
            asked = [plain(sign) for sign in signs]
            answer: list[str] = self.ask(frame, "signs", asked)
            return answer

    def rest(self, frame: str | None) -> None:
        """Until a frame's document was not redrawn for `quiet_ms` and shows no sign of being busy.

        Raises:
            ApplicationException: OF512, it is busy longer than `limits.load`.
        """
        with self.acting("busy"):
            quiet = self.ask(frame, "rested", self.resting())
        self.must_rest(quiet)

    def must_rest(self, quiet: bool) -> None:
        """See `rest`; `quiet` is what the page's tools answered."""
        if not quiet:
            raise ApplicationException("OF512", self.page.url, what="busy", why="the page stays busy")

    def resting(self) -> list[Any]:
        """What `rested` of the page's tools takes; with other windows open, whose scripts may draw here, it waits."""
        limits, busy = self.system.limits, [plain(sign) for sign in self.system.signs.busy]
        return [limits.quiet_ms, busy, limits.load * 1000, len(self.pages) == 1]


def plain(sign: Sign) -> dict[str, str | None]:
    """A sign as the page's script takes it."""
    return {"text": sign.text, "css": sign.css}


def ms(seconds: float | None) -> float | None:
    """Seconds as Playwright counts them."""
    return seconds * 1000 if seconds is not None else None
