"""Sets of dated amounts with a given sum, each with how many sets are as small and as close in time.

What is paid in one sum was as a rule booked within a short time.  Of many amounts some set has nearly any sum by mere
chance, but then a large and scattered one: there are few sets of two items a day apart, and millions of seven items in
two months.  So sets are looked for in the order of that number, and not further than it means anything.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

__all__ = ["MOST_FOUND", "Found", "subsets", "subsets_with"]

MOST_FOUND = 50
_Ints = npt.NDArray[np.int64]
_MOST_TRIED = 30_000
_MARGIN = 100


@dataclass(frozen=True, slots=True)
class Found:
    """Positions of a set with the sum, and the number of sets (itself too) at most as large and as spread in time."""

    positions: tuple[int, ...]
    among: int


def subsets(days: Sequence[int], amounts: Sequence[int], target: int, most: int) -> list[Found]:
    """Sets of 2 to `most` positions whose amounts sum to `target`; MOST_FOUND of them when there are more.

    Looked for among `_MOST_TRIED` sets of a size, and among `_MARGIN` times as many as the likeliest found is one of.

    Args:
        days: of each amount, in ascending order.
    """
    when, worth = np.asarray(days, dtype=np.int64), np.asarray(amounts, dtype=np.int64)
    found: list[Found] = []
    tried = _MOST_TRIED
    for size in range(2, min(most, len(when)) + 1):
        wide = _widest(when, size, tried)
        if wide < 0:
            break
        for positions in _of_size(when, worth, target, size, wide):
            ways = _ways(when, int(when[positions[-1]] - when[positions[0]]), size)
            found.append(Found(positions, ways))
            if len(found) == MOST_FOUND:
                return found
        tried = min([tried, *(_MARGIN * one.among for one in found)])
    return found


def subsets_with(days: Sequence[int], amounts: Sequence[int], target: int, most: int, needed: int) -> list[Found]:
    """The same for sets that hold the first `needed` positions, whatever their days, and at least one more."""
    base, first, last = sum(amounts[:needed]), min(days[:needed]), max(days[:needed])
    apart = np.array([max(last - day, day - first) for day in days[needed:]], dtype=np.int64)
    order = np.argsort(apart, kind="stable")
    rest = np.asarray(amounts[needed:], dtype=np.int64)[order]
    found = []
    for size in range(1, min(most - needed, len(rest)) + 1):
        near = max((n for n in range(size, len(rest) + 1) if comb(n, size) <= _MOST_TRIED), default=0)
        chosen = _choices(near, size)
        for row in np.flatnonzero(rest[chosen].sum(axis=1) == target - base).tolist():
            members = order[chosen[row]]
            close = int((apart <= apart[members].max()).sum())
            among = sum(comb(close, count) for count in range(1, size + 1))
            found.append(Found((*range(needed), *sorted((members + needed).tolist())), among))
            if len(found) == MOST_FOUND:
                return found
    return found


def _widest(days: _Ints, size: int, most: int) -> int:
    """Within how many days there are at most `most` sets of 2 to `size` positions; -1: not even on one day."""
    spans = range(int(days[-1] - days[0]) + 1)
    return bisect_right(spans, most, key=lambda span: _ways(days, span, size)) - 1


def _ways(days: _Ints, span: int, size: int) -> int:
    """How many sets of 2 to `size` positions lie within `span` days."""
    after = np.searchsorted(days, days + span, "right") - np.arange(len(days)) - 1
    ways, total = np.ones(len(days)), np.zeros(len(days))
    for count in range(1, size):
        ways = ways * np.maximum(after - count + 1, 0) / count
        total += ways
    return round(float(total.sum()))


def _of_size(days: _Ints, amounts: _Ints, target: int, size: int, span: int) -> Iterator[tuple[int, ...]]:
    """Sets of exactly that size and at most that span with the sum."""
    after = np.searchsorted(days, days + span, "right") - np.arange(len(days)) - 1
    for reach in np.unique(after[after >= size - 1]).tolist():
        firsts, others = np.flatnonzero(after == reach), _choices(reach, size - 1) + 1
        sums = np.repeat(amounts[firsts][:, None], len(others), axis=1)
        for column in others.T:
            sums += amounts[firsts[:, None] + column]
        for first, row in zip(*np.nonzero(sums == target), strict=True):
            at = int(firsts[first])
            yield (at, *(at + others[row]).tolist())


@lru_cache(maxsize=256)
def _choices(count: int, size: int) -> _Ints:
    """All ways to choose `size` of the numbers below `count`, one a row."""
    flat = [number for chosen in combinations(range(count), size) for number in chosen]
    return np.array(flat, dtype=np.int64).reshape(-1, size)
