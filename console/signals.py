"""Being told to stop: SIGTERM is as Ctrl+C, so that what a command started is stopped with it."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

__all__ = ["stops_as_told"]


@contextlib.contextmanager
def stops_as_told() -> Iterator[None]:
    """In this block SIGTERM raises KeyboardInterrupt, so that every server started here is stopped."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
