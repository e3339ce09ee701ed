"""One login's browser context: frames, fields, presses, new documents, windows; every error typed.

All waits are for something: an element, a frame's new document, a redraw.  Never for an idle network.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from config.errors import ApplicationException, BusinessException, OficioError
from config.systems import Sign, System
from connectors.browser.errors import typed
from connectors.browser.ladder import Found, Ladder, choosing_script, found, page_script
from connectors.browser.page_rules import DialogDesk, is_draft, is_write, only_these, origin_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Download, Frame, Page, Request, Response, Route

__all__ = ["Session", "Submission"]

PAGE = "page"
_REDRAWN = """(() => { const key = Symbol.for('oficio'); window[key] = performance.now();
new MutationObserver(() => { window[key] = performance.now(); }).observe(document,
{childList: true, subtree: true, characterData: true, attributeFilter: ['id', 'name', 'for']}); })()"""


@dataclass
class Submission:
    """What became of a save, as the network saw it: how many writes left, and the error that stopped them."""

    sent: int = 0
    blocked: int = 0
    failed: str = ""


@dataclass
class Traffic:
    """Writes of a session (method and address), and what was blocked: the proof of a dry run."""

    writes: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)


class Session:
    """A context of one account in a system.

    Args:
        browser: Playwright's, of this thread.
        system: the description; its allowed origins are the only ones that are reached.
        url: the base address.
        dry: block every write that the description does not call a draft.
    """

    def __init__(self, browser: Browser, system: System, url: str, *, dry: bool = False):
        self.system, self.url, self.dry = system, url.rstrip("/"), dry
        self.origins = {origin_of(url), *map(origin_of, system.origins)}
        self.incident: OficioError | None = None
        self.traffic = Traffic()
        self.writing = False
        self._expecting_window = False
        self._downloads: list[Download] = []
        self.dialogs = DialogDesk(system.dialogs, system.limits.dialogs, self._report)
        self.context = browser.new_context(
            proxy=only_these(self.origins),  # type: ignore[arg-type] # a TypedDict of just these keys
            service_workers="block",
            viewport={"width": 1280, "height": 900},
        )
        self.context.set_default_timeout(system.limits.step * 1000)
        self.context.set_default_navigation_timeout(system.limits.load * 1000)
        if system.limits.quiet_ms:
            self.context.add_init_script(_REDRAWN)
        if dry:
            self.context.route("**/*", self._block_writes)
        self.pages: dict[str, Page] = {PAGE: self._watched(self.context.new_page())}
        self.window = PAGE
        self.context.on("page", self._on_page)
        self.context.on("request", self._on_request)

    def close(self) -> None:
        """End the context with all its pages; never raises."""
        from playwright.sync_api import Error

        with contextlib.suppress(Error):
            self.context.close()

    # -- what a page must not do ------------------------------------------------------------------------------------

    def _report(self, error: OficioError) -> None:
        self.incident = self.incident or error

    def _watched(self, page: Page) -> Page:
        page.on("dialog", self.dialogs.answer)
        page.on("download", self._on_download)
        page.on("crash", lambda page: self._report(ApplicationException("OF509", page.url)))
        return page

    def _on_page(self, page: Page) -> None:
        if self._expecting_window:
            self._watched(page)
            return
        self._report(BusinessException("OF526", self.url, address=page.url))
        page.close()

    def _on_request(self, request: Request) -> None:
        if request.is_navigation_request() and origin_of(request.url) not in self.origins:
            self._report(BusinessException("OF525", self.url, address=request.url[:200]))

    def _on_download(self, download: Download) -> None:
        self._downloads.append(download)

    def _block_writes(self, route: Route) -> None:
        request = route.request
        if not is_write(request.method, request.url):
            route.continue_()
        elif self.writing or is_draft(request, self.system.drafts):
            self.traffic.writes.append(f"{request.method} {request.url}")
            route.continue_()
        else:
            self.traffic.blocked.append(f"{request.method} {request.url}")
            route.abort("blockedbyclient")

    def fresh_item(self, reply: Callable[[str], str]) -> None:
        """Forget the counts and incidents of the item before."""
        self.incident = None
        self.dialogs.seen.clear()
        self.dialogs.reply = reply
        for name in [name for name in self.pages if name != PAGE]:
            self.close_window(name)

    @contextlib.contextmanager
    def acting(self, what: str) -> Iterator[None]:
        """Turn Playwright's errors into ours; an incident that the page caused comes first."""
        from playwright.sync_api import Error

        try:
            yield
        except Error as error:
            if self.incident is not None:
                raise self.incident from error
            raise typed(error, what, self.page.url) from error
        if self.incident is not None:
            raise self.incident

    # -- where things are ------------------------------------------------------------------------------------------

    @property
    def page(self) -> Page:
        """The window that steps work in."""
        return self.pages[self.window]

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
            locator.wait_for(state="detached" if gone else "visible", timeout=_ms(timeout))

    # -- doing -----------------------------------------------------------------------------------------------------

    def open(self, frame: str | None, path: str) -> None:
        """Go to an address of the system in a frame (or the whole page)."""
        url = path if "://" in path else self.url + "/" + path.lstrip("/")
        if origin_of(url) not in self.origins:
            raise BusinessException("OF525", self.url, address=url)
        with self.acting(f"open {path}"):
            response = self.frame(frame).goto(url, wait_until="domcontentloaded")
        self.arrived(frame, response)

    def fill(self, frame: str | None, ladder: Ladder, text: str, timeout: float | None = None) -> None:
        """Clear a field and enter a text, when the field is there and can be edited."""
        with self.acting(str(ladder)):
            self.frame(frame).locator(ladder.selector).fill(text, timeout=_ms(timeout))

    def type(self, frame: str | None, ladder: Ladder, text: str, timeout: float | None = None) -> None:
        """Key by key, for fields that listen to keys."""
        with self.acting(str(ladder)):
            locator = self.frame(frame).locator(ladder.selector)
            locator.fill("", timeout=_ms(timeout))
            locator.press_sequentially(text, timeout=_ms(timeout))

    def set_many(self, frame: str | None, entries: Sequence[tuple[Ladder, str]]) -> list[bool]:
        """Many fields in one round trip; which of them were there and took the value."""
        with self.acting("set"):
            data = [{"ladder": ladder.body, "value": text} for ladder, text in entries]
            answer: list[bool] = self.frame(frame).evaluate(page_script("set"), data)
            return answer

    def choose(
        self, frame: str | None, ladder: Ladder, text: str, *, loads: str | None = None, timeout: float | None = None
    ) -> None:
        """An option of a list box: by its whole text, else its value, else the one option that begins with the text.

        Raises:
            BusinessException: OF523, no option is like that.
        """
        with self.acting(str(ladder)):
            locator = self.frame(frame).locator(ladder.selector)
            with self.new_document(loads):
                answer = locator.evaluate(choosing_script(), text, timeout=_ms(timeout))
                if answer == "none":
                    raise BusinessException("OF523", self.page.url, field=ladder, wanted=text)
                if answer == "disabled" or (answer == "same" and loads is not None):
                    # as a person's hand would: waits until it is enabled; chooses anew what is chosen already
                    locator.select_option(label=text, timeout=_ms(timeout))

    def tick(self, frame: str | None, ladder: Ladder, on: bool, timeout: float | None = None) -> None:
        """Set a tick box or radio button."""
        with self.acting(str(ladder)):
            self.frame(frame).locator(ladder.selector).set_checked(on, timeout=_ms(timeout))

    def upload(self, frame: str | None, ladder: Ladder, name: str, data: bytes) -> None:
        """Give a file field bytes under a display name: the page sees no path of ours."""
        with self.acting(str(ladder)):
            file: Any = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
            self.frame(frame).locator(ladder.selector).set_input_files(file)

    def press(
        self, frame: str | None, ladder: Ladder, *, loads: str | None = None, timeout: float | None = None
    ) -> None:
        """Click, and wait for the new document of the frame that it loads."""
        with self.acting(str(ladder)), self.new_document(loads):
            self.frame(frame).locator(ladder.selector).click(timeout=_ms(timeout), no_wait_after=True)

    def keys(self, keys: str, *, loads: str | None = None) -> None:
        """Press a key where the focus is."""
        with self.acting(keys), self.new_document(loads):
            self.page.keyboard.press(keys)

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
            self.frame(frame).wait_for_function(script, arg=[ladder.body, before], timeout=_ms(timeout))

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

    def submit(
        self,
        frame: str | None,
        ladder: Ladder,
        *,
        loads: str | None,
        redraws: Ladder | None = None,
        guard: Callable[[], None],
        paths: Sequence[str] = (),
        submission: Submission,
    ) -> None:
        """Press what saves; each write leaves once.

        Chromium itself repeats a POST when a kept-alive connection breaks before the answer: here it must not.

        Args:
            guard: called when a write is about to leave; raises when it must not (the lease is gone).
            submission: filled in as things happen, so that it is known even when this raises.
        """
        refused: list[OficioError] = []

        def pass_once(route: Route) -> None:
            request = route.request
            if not is_write(request.method, request.url, paths):
                route.continue_()
                return
            self._send(route, guard, submission, refused)

        self.context.route("**/*", pass_once)
        try:
            with self.redrawn(frame, redraws) if redraws is not None else contextlib.nullcontext():
                self.press(frame, ladder, loads=loads)
        except OficioError as error:
            # The interception stays: taking it away would let a paused request go, a second time. Who gets this error
            # closes the session.
            raise (refused[0] if refused else error) from error
        self.context.unroute_all(behavior="wait")
        if self.dry:
            self.context.route("**/*", self._block_writes)
        if refused:
            raise refused[0]

    def _send(
        self, route: Route, guard: Callable[[], None], submission: Submission, refused: list[OficioError]
    ) -> None:
        from playwright.sync_api import Error

        try:
            if self.dry:
                submission.blocked += 1
                self.traffic.blocked.append(f"{route.request.method} {route.request.url}")
                route.abort("blockedbyclient")
                return
            guard()
        except OficioError as error:
            refused.append(error)
            route.abort("aborted")
            return
        submission.sent += 1
        try:
            if "multipart/form-data" in (route.request.headers.get("content-type") or ""):
                route.continue_()  # the bytes of uploaded files are not shown to us, so we cannot send them ourselves
                return
            timeout = self.system.limits.load * 1000
            response = route.fetch(max_redirects=0, max_retries=0, timeout=timeout)
            route.fulfill(response=response)
        except Error as error:
            submission.failed = error.message.splitlines()[0]
            with contextlib.suppress(Error):
                route.abort("connectionaborted")

    # -- windows, downloads, evidence ------------------------------------------------------------------------------

    def press_opens(self, frame: str | None, ladder: Ladder, window: str) -> None:
        """Press what opens a window, and name it."""
        self._expecting_window = True
        try:
            with self.acting(str(ladder)):
                with self.page.expect_popup() as opened:
                    self.frame(frame).locator(ladder.selector).click()
                opened.value.wait_for_load_state("domcontentloaded")
        finally:
            self._expecting_window = False
        self.pages[window] = opened.value

    def close_window(self, name: str) -> None:
        """Close a window that a step opened; it may have closed itself."""
        page = self.pages.pop(name, None)
        self.window = PAGE
        if page is not None and not page.is_closed():
            page.close()

    def press_downloads(self, frame: str | None, ladder: Ladder) -> bytes:
        """Press what downloads a file (or shows a PDF); its bytes.

        Raises:
            ApplicationException: OF529, the download failed.
        """
        with self.acting(str(ladder)):
            with self.page.expect_download() as started:
                self.frame(frame).locator(ladder.selector).click()
            path = started.value.path()
            if started.value.failure():
                raise ApplicationException("OF529", self.page.url, why=started.value.failure())
            return path.read_bytes()

    def fetch(self, path: str) -> bytes:
        """A file of the system by address, with the login's cookies (PDFs that the browser would show)."""
        url = path if "://" in path else self.url + "/" + path.lstrip("/")
        if origin_of(url) not in self.origins:
            raise BusinessException("OF525", self.url, address=url)
        with self.acting(path):
            response = self.context.request.get(url, max_redirects=0, max_retries=0)
            if not response.ok:
                raise ApplicationException("OF511", url, status=response.status, shown="")
            return response.body()

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


def _ms(seconds: float | None) -> float | None:
    return seconds * 1000 if seconds is not None else None
