"""Names of rows: ULIDs (github.com/ulid/spec), which sort by the time they were made and need no counter."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator

__all__ = ["ascending_ids", "new_id"]

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = tuple(a + b for a in _ALPHABET for b in _ALPHABET)


def _encode(number: int) -> str:
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])


def new_id() -> str:
    """26 characters, lower-case Crockford base 32: 48 bits of milliseconds, 80 bits of chance."""
    return _encode(time.time_ns() // 1_000_000 << 80 | secrets.randbits(80))


def ascending_ids() -> Iterator[str]:
    """Names in ascending order without end, made at once (the monotonic form of the ULID specification)."""
    number = time.time_ns() // 1_000_000 << 80 | secrets.randbits(79)
    while True:
        prefix, low = _encode(number)[:-4], number & 0xFFFFF
        for rest in range(low, 1 << 20):
            yield f"{prefix}{_PAIRS[rest >> 10]}{_PAIRS[rest & 1023]}"
        number += (1 << 20) - low
