"""Names of rows: ULIDs (github.com/ulid/spec), which sort by the time they were made and need no counter."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from itertools import count

__all__ = ["AscendingIds", "new_id"]

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = tuple(a + b for a in _ALPHABET for b in _ALPHABET)


def _encode(number: int) -> str:
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])


def new_id() -> str:
    """26 characters, lower-case Crockford base 32: 48 bits of milliseconds, 80 bits of chance."""
    return _encode(time.time_ns() // 1_000_000 << 80 | secrets.randbits(80))


class AscendingIds:
    """Names for one writer: each greater than the one before (the monotonic form of the ULID specification).

    Chance is drawn once and a count goes on behind it: to draw it for each transaction took longer than an event.
    """

    __slots__ = ("_millis", "_prefix")

    def __init__(self) -> None:
        self._millis, self._prefix = 0, ""

    def begin(self) -> None:
        """The names that follow are of this moment; when the clock was set back, they go on where they were."""
        now = time.time_ns() // 1_000_000
        if now > self._millis:
            self._millis = now
            first, second, third = now >> 40, now >> 30 & 1023, now >> 20 & 1023  # `_encode` of all takes six times
            pairs = _PAIRS[first], _PAIRS[second], _PAIRS[third], _PAIRS[now >> 10 & 1023], _PAIRS[now & 1023]
            self._prefix = "".join(pairs) + self._prefix[10:]

    def names(self) -> Iterator[str]:
        """Names without end, each of the moment of the last `begin`."""
        for chance in count(secrets.randbits(59)):
            self._prefix = _encode(self._millis << 80 | chance << 20)[:-4]
            for high in _PAIRS:
                for low in _PAIRS:
                    yield f"{self._prefix}{high}{low}"
