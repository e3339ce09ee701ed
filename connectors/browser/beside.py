"""Calls of the browser that go on beside others.

A call of Playwright's synchronous interface waits in the greenlet that made it, and its listeners run in greenlets of
their own, so that one may wait while others go on.  So does what is begun here: it leaves with the next call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from greenlet import greenlet

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["Begun"]


_LONGEST_PAUSE = 10.0
"""Milliseconds; each pause is a call of the browser's driver."""


@dataclass
class Begun:
    """A call that was begun; to be made after some other call of the same thread.

    Attributes:
        call: what is called.
    """

    call: Callable[[], Any]
    _answer: Any = None
    _error: Exception | None = None
    _ended: bool = False

    def __post_init__(self) -> None:
        asyncio.get_running_loop().call_soon(lambda: greenlet(self._run).switch())

    def _run(self) -> None:
        try:
            self._answer = self.call()
        except Exception as error:  # noqa: BLE001 - whatever it was, it belongs to who asks for the answer
            self._error = error
        self._ended = True

    def answer(self, page: Page) -> Any:
        """What it answered, when it has; its error is raised."""
        pause = 1.0
        while not self._ended:
            page.wait_for_timeout(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)
        if self._error is not None:
            raise self._error
        return self._answer
