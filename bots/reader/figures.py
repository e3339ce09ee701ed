"""The money of a document: its values and in which rows they stand, in little memory."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

__all__ = ["Money"]

_SCALE = 10_000
_ODD = -(1 << 63)
_RUN = 4_096
"""So many values are put in order together."""


class Money:
    """Values of money by row, from the first row to the last.

    A value is kept as ten thousand times as much, a whole number; the few for which that is none are kept beside.

    Attributes:
        rows: indexes of the rows with money.
        alone: of those with one amount.
    """

    def __init__(self) -> None:
        self.rows = array("I")
        self.alone = array("I")
        self._numbers = array("q")
        self._places = array("I")
        self._new: set[Decimal] = set()
        self._odd: set[Decimal] = set()
        self._runs: list[array[int]] = []

    def add(self, row: int, values: Sequence[Decimal]) -> None:
        """The money of the next row."""
        if not values:
            return
        self.rows.append(row)
        if len(values) == 1:
            self.alone.append(row)
        self._numbers.extend(map(_number, values))
        self._places.extend([row] * len(values))
        self._new.update(values)
        if len(self._new) >= _RUN:
            self._odd.update(value for value in self._new if _number(value) == _ODD)
            self._runs.append(array("q", sorted(map(_number, self._new))))
            self._new.clear()

    def __contains__(self, value: Decimal) -> bool:
        """Whether such an amount is printed."""
        if value in self._new or value in self._odd:
            return True
        number = _number(value) if self._runs else _ODD
        return number != _ODD and any(_holds(run, number) for run in self._runs)

    def rows_with(self, values: Collection[Decimal]) -> Iterator[int]:
        """Indexes of the rows that may have one of these values."""
        wanted, last = {_number(value) for value in values}, -1
        for row, number in zip(self._places, self._numbers, strict=True):
            if number in wanted and row != last:
                yield row
                last = row


def _holds(run: array[int], number: int) -> bool:
    at = bisect_left(run, number)
    return at < len(run) and run[at] == number


def _number(value: Decimal) -> int:
    scaled = value * _SCALE
    number = int(scaled)
    return number if number == scaled and _ODD < number < -_ODD else _ODD
