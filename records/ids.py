"""Names of rows: ULIDs (github.com/ulid/spec), which sort by the time they were made and need no counter."""

from __future__ import annotations

import secrets
import time

__all__ = ["new_id", "new_ids"]

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = tuple(a + b for a in _ALPHABET for b in _ALPHABET)


def _encode(number: int) -> str:
    return "".join(_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10))


def new_id() -> str:
    """26 characters, lower-case Crockford base 32: 48 bits of milliseconds, 80 bits of chance."""
    return _encode(time.time_ns() // 1_000_000 << 80 | secrets.randbits(80))


def new_ids(count: int) -> list[str]:
    """`count` names in ascending order, made at once (the monotonic form of the ULID specification)."""
    first = time.time_ns() // 1_000_000 << 80 | secrets.randbits(79)
    prefix = _encode(first)[:-4]
    low = first & 0xFFFFF
    if low + count > 0xFFFFF:
        return [_encode(first + n) for n in range(count)]
    return [f"{prefix}{_PAIRS[n >> 10]}{_PAIRS[n & 1023]}" for n in range(low, low + count)]
