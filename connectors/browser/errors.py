"""Playwright's errors as ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from config.errors import ApplicationException

if TYPE_CHECKING:
    from playwright.sync_api import Error

__all__ = ["typed"]

_COVER = re.compile(r"(<[^>]*>)[^\n]* intercepts pointer events")
_GONE = ("has been closed", "crashed", "Connection closed", "Browser closed", "Target closed")


def typed(error: Error, what: str, where: str) -> ApplicationException:
    """OF512 a step took too long, OF545 because something lies over it; OF510 the system cannot be reached.

    OF509: the browser is gone; OF518: any other.
    """
    from playwright.sync_api import TimeoutError as Late

    first = error.message.splitlines()[0] if error.message else type(error).__name__
    if isinstance(error, Late) and (covers := _COVER.findall(error.message)):
        return ApplicationException("OF545", where, what=what, cover=covers[-1][:100])
    if isinstance(error, Late):
        return ApplicationException("OF512", where, what=what, why=first)
    if "net::" in first or "NS_ERROR" in first:
        return ApplicationException("OF510", where, what=what, why=first)
    if any(sign in first for sign in _GONE):
        return ApplicationException("OF509", where, what=what, why=first)
    return ApplicationException("OF518", where, what=what, why=first)
