"""A browser context for one account: what a page may do there, which windows are open, errors typed."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import ApplicationException, BusinessException, OficioError
from config.systems import System
from connectors.browser import tracing
from connectors.browser.chromium import Watchdog
from connectors.browser.errors import typed
from connectors.browser.keyboard import Keyboard
from connectors.browser.ladder import document_script
from connectors.browser.page_rules import DialogDesk, is_draft, is_write, only_these, origin_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Download, Page, Request, Route

__all__ = ["PAGE", "Context", "Traffic"]

PAGE = "page"


@dataclass
class Traffic:
    """Writes of a session (method and address), and what was blocked: the proof of a dry run."""

    writes: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)


class Context:
    """The lowest layer of a `Session`: the context, its guards and its windows.

    Args:
        browser: Playwright's, of this thread.
        system: the description; its allowed origins are the only ones that are reached.
        url: the base address.
        dry: block every write that the description does not call a draft.
        har: where all pages are kept as a HAR, written when the context is closed.
        watchdog: of the browser; without one, a page that is busy for ever is waited for.

    Attributes:
        acts: what was done for this item, with seconds and the error: the locator log.
        waits: seconds that new documents took, since the pace was last taken.
        inside: whether the login was seen to be good.
        traced: whether a trace is being taken.
    """

    def __init__(
        self,
        browser: Browser,
        system: System,
        url: str,
        *,
        dry: bool = False,
        watchdog: Watchdog | None = None,
        har: Path | None = None,
    ):
        self.system, self.url, self.dry, self.watchdog = system, url.rstrip("/"), dry, watchdog
        self.acts: deque[tuple[str, float, str]] = deque(maxlen=200)
        self.waits: list[float] = []
        self.inside = self.traced = False
        self.patience = system.limits.load + system.limits.step + system.longest_step
        self.origins = {origin_of(url), *map(origin_of, system.origins)}
        self.incident: OficioError | None = None
        self.traffic = Traffic()
        self.writing = False
        self._saving = [path for form in system.forms.values() for path in form.save.requests]
        self._expecting_window = False
        self._expecting_download = False
        self._pressed = False
        self.dialogs = DialogDesk(system.dialogs, system.limits.dialogs, self._report)
        self.context = browser.new_context(
            proxy=only_these(self.origins),  # type: ignore[arg-type] # a TypedDict of just these keys
            service_workers="block",
            record_har_path=har,
            record_har_content="embed" if har is not None else None,
            record_har_mode="minimal" if har is not None else None,
            viewport={"width": 1280, "height": 900},
        )
        self.context.set_default_timeout(system.limits.step * 1000)
        self.context.set_default_navigation_timeout(system.limits.load * 1000)
        self.context.add_init_script(document_script())
        if dry:
            self.context.route("**/*", self._block_writes)
        self.pages: dict[str, Page] = {PAGE: self._watched(self.context.new_page())}
        self.window = PAGE
        self._devtools: dict[Page, CDPSession] = {}
        self._browser = browser
        self._keyboard: Keyboard | None = None
        self.context.on("page", self._on_page)
        self.context.on("request", self._on_request)

    def close(self) -> None:
        """End the context with all its pages; never raises."""
        from playwright.sync_api import Error

        for held in (self._keyboard, self.context):
            with contextlib.suppress(Error):
                if held is not None:
                    held.close()

    def begin_trace(self) -> None:
        """Take a trace from here on, when there is none yet."""
        if not self.traced:
            tracing.started(self.context)
            self.traced = True

    def end_trace(self, secrets: Sequence[str] | None = None) -> bytes | None:
        """End the trace, if there is one; its bytes when they are wanted, with these secrets masked."""
        if not self.traced:
            return None
        self.traced = False
        with self.acting("trace"):
            if secrets is not None:
                return tracing.kept(self.context, secrets)
            tracing.forgotten(self.context)
            return None

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
        if not self._expecting_download:
            self._report(BusinessException("OF541", self.url, name=download.suggested_filename[:100]))
            download.cancel()

    def _block_writes(self, route: Route) -> None:
        request = route.request
        if not is_write(request.method, request.url, self._saving):
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
        self.acts.clear()
        self.dialogs.seen.clear()
        self.dialogs.reply = reply
        for name in [name for name in self.pages if name != PAGE]:
            self.close_window(name)

    @contextlib.contextmanager
    def acting(self, what: str) -> Iterator[None]:
        """Turn Playwright's errors into ours; an incident that the page caused comes first."""
        from playwright.sync_api import Error

        started, why = time.monotonic(), ""
        try:
            with self.watchdog.within(self.patience) if self.watchdog else contextlib.nullcontext():
                yield
        except (Error, OficioError) as error:
            ours = error if isinstance(error, OficioError) else typed(error, what, self.page.url)
            why = str(ours)
            if self.incident is not None:
                raise self.incident from error
            if ours is error:
                raise
            raise ours from error
        finally:
            self.acts.append((what, time.monotonic() - started, why))
        if self.incident is not None:
            raise self.incident

    @property
    def page(self) -> Page:
        """The window that steps work in."""
        return self.pages[self.window]

    def devtools(self) -> CDPSession:
        """Chromium's own protocol with the window that steps work in, kept while the window is there."""
        if self.page not in self._devtools:
            self._devtools[self.page] = self.context.new_cdp_session(self.page)
        return self._devtools[self.page]

    @property
    def keyboard(self) -> Keyboard:
        """For real key strokes; made when it is first used."""
        self._keyboard = self._keyboard or Keyboard(self._browser)
        return self._keyboard

    def close_window(self, name: str, patience: float = 0) -> None:
        """Close a window that a step opened; it may have closed itself.

        Args:
            patience: seconds in which it may still do so: a pick-one page writes back to its opener before.
        """
        page = self.pages.pop(name, None)
        if page is not None:
            self._devtools.pop(page, None)
        self.window = PAGE
        deadline = time.monotonic() + patience
        while page is not None and not page.is_closed() and time.monotonic() < deadline:
            self.page.wait_for_timeout(20)
        if page is not None and not page.is_closed():
            page.close()
