"""The writes of a save: each leaves once, and what became of it is known as far as the network saw it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.errors import OficioError
from connectors.browser.context import Context
from connectors.browser.page_rules import is_write

if TYPE_CHECKING:
    from playwright.sync_api import Route

__all__ = ["Passage", "Submission"]


@dataclass
class Submission:
    """What became of a save, as the network saw it: how many writes left, and the error that stopped them."""

    sent: int = 0
    blocked: int = 0
    failed: str = ""


@dataclass
class Passage:
    """Where the writes of a save pass.

    Chromium itself repeats a request when a kept-alive connection breaks before the answer: here it must not, so that
    a write is sent by us, with no repetition.

    Attributes:
        guard: raises when a write must not leave.
        paths: GET requests that are writes too.
        submission: what is told.
        refused: the guard's error.
    """

    context: Context
    guard: Callable[[], None]
    paths: Sequence[str]
    submission: Submission
    refused: OficioError | None = None

    def let(self, route: Route) -> None:
        """Reads pass as they are, a write once."""
        if is_write(route.request.method, route.request.url, self.paths):
            self._write(route)
        else:
            route.continue_()

    def _write(self, route: Route) -> None:
        from playwright.sync_api import Error

        request, submission = route.request, self.submission
        try:
            if self.context.dry:
                submission.blocked += 1
                self.context.traffic.blocked.append(f"{request.method} {request.url}")
                route.abort("blockedbyclient")
                return
            self.guard()
        except OficioError as error:
            self.refused = self.refused or error
            route.abort("aborted")
            return
        submission.sent += 1
        try:
            if "multipart/form-data" in (request.headers.get("content-type") or ""):
                route.continue_()  # the bytes of uploaded files are not shown to us, so we cannot send them ourselves
                return
            timeout = self.context.system.limits.load * 1000
            response = route.fetch(max_redirects=0, max_retries=0, timeout=timeout)
            route.fulfill(response=response)
        except Error as error:
            submission.failed = error.message.splitlines()[0]
            with contextlib.suppress(Error):
                route.abort("connectionaborted")
