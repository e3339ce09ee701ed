"""The writes of a save: each leaves once, and what became of it is known as far as the network saw it."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from config.errors import BusinessException, OficioError
from connectors.browser.bodies import Body, body_of
from connectors.browser.context import Context
from connectors.browser.errors import typed
from connectors.browser.page_rules import is_write

if TYPE_CHECKING:
    from playwright.sync_api import Request, Route

__all__ = ["Passage", "Submission"]

_MAY_SAVE = ("document", "xhr", "fetch", "other")


@dataclass
class Submission:
    """What became of a save, as the network saw it.

    Attributes:
        sent: writes that left.
        asked: other requests of the press that may have saved, such as a link's; 1 when nothing was seen to leave.
        blocked: writes that a dry run stopped.
        failed: the error that stopped a write on its way.
        status: the worst that a write was answered with.
    """

    sent: int = 0
    asked: int = 0
    blocked: int = 0
    failed: str = ""
    status: int = 0

    @property
    def certainly_not(self) -> bool:
        """Whether nothing left that could have saved."""
        return self.sent == self.asked == 0


@dataclass
class Passage:
    """Where the writes of a save pass.

    Chromium itself repeats a request when a kept-alive connection breaks before the answer, and pages repeat what
    failed: here neither may.  A write is sent by us, without repetition; neither the same one is sent again, nor,
    after one failed, another to the same address: a page that repeats may change a time in it.

    Attributes:
        guard: raises when a write must not leave.
        paths: GET requests that are writes too.
        submission: what is told.
        most: no more writes than so many leave; None for as many as differ.
        over: what is known of the save was told: no further write leaves.
        refused: why a write did not leave.
        busy: how many wait for their answer.
    """

    context: Context
    guard: Callable[[], None]
    paths: Sequence[str]
    submission: Submission
    refused: OficioError | None = None
    most: int | None = None
    over: bool = False
    busy: int = 0
    _broken: set[tuple[str, str]] = field(default_factory=set)
    _left: set[tuple[str, str, bytes]] = field(default_factory=set)

    @property
    def seen(self) -> bool:
        """Whether the press has made a request that may save."""
        return self.refused is not None or self.submission.blocked > 0 or not self.submission.certainly_not

    def let(self, route: Route) -> None:
        """Reads pass as they are, a write once."""
        request = route.request
        if self.over:
            route.abort("aborted")
        elif is_write(request.method, request.url, self.paths):
            if self.context.dry:
                self._block(route)
            else:
                self._write(route)
        elif self.context.dry or self.submission.sent or request.resource_type not in _MAY_SAVE:
            route.continue_()
        else:
            self.submission.asked += 1
            self._send(route, Body("", b""))

    def _block(self, route: Route) -> None:
        self.submission.blocked += 1
        self.context.traffic.blocked.append(f"{route.request.method} {route.request.url}")
        route.abort("blockedbyclient")

    def _write(self, route: Route) -> None:
        from playwright.sync_api import Error

        request = route.request
        try:
            self.guard()
            body = body_of(self.context.page, request)
            if body is None:
                raise BusinessException("OF549", request.url)
        except (Error, OficioError) as error:
            ours = error if isinstance(error, OficioError) else typed(error, "save", request.url)
            self.refused = self.refused or ours
            route.abort("aborted")
            return
        same = (request.method, request.url, hashlib.sha256(body.data).digest())
        if same in self._left or _address(request) in self._broken or len(self._left) == self.most:
            route.abort("aborted")
            return
        self._left.add(same)
        self.submission.sent += 1
        self._send(route, body)

    def _send(self, route: Route, body: Body) -> None:
        from playwright.sync_api import Error

        headers = {**route.request.headers, **({"content-type": body.content_type} if body.content_type else {})}
        timeout = self.context.system.limits.load * 1000
        self.busy += 1
        try:
            response = route.fetch(
                headers=headers, post_data=body.data or None, max_redirects=0, max_retries=0, timeout=timeout
            )
            if self.submission.sent:
                self.submission.status = max(self.submission.status, response.status)
            if response.status >= 500:
                self._broken.add(_address(route.request))
            route.fulfill(response=response)
            response.dispose()  # the driver keeps the body until the context closes
        except Error as error:
            self._broken.add(_address(route.request))
            self.submission.failed = error.message.splitlines()[0]
            with contextlib.suppress(Error):
                route.abort("connectionaborted")
        finally:
            self.busy -= 1


def _address(request: Request) -> tuple[str, str]:
    return request.method, request.url.partition("?")[0]
