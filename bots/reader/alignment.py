"""Where the lines of an e-invoice stand on its page: for each the row that shows most of it, all in the same order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bots.reader.printed import PrintedRow, PrintedText
from bots.reader.wording import parts_of
from connectors.einvoice import EInvoiceLine

__all__ = ["Band", "bands_of"]

_WORTH = {"line_total": 12, "unit_price": 8, "quantity": 4}
_WORDED = 12
_ENOUGH = 8
"""A price, or most of a description: less than that may stand in any row."""
_PLACES = 300_000
"""Places that are tried in all; of a line that could stand in many rows, those about where it is due."""
_REACH = 60.0
"""Points above the first line of a page and below its last in which a line's own text stands."""


@dataclass(frozen=True, slots=True)
class Band:
    """What is printed about a line: its row, and all between the line before and the line after."""

    row: PrintedRow
    printed: PrintedText


def bands_of(lines: Sequence[EInvoiceLine], printed: PrintedText) -> list[Band | None]:
    """The band of each line; None for a line that the page does not show in any row."""
    rows = printed.laid_out
    places = _places(lines, rows)
    taken = sorted(place for place in places if place is not None)
    before: dict[int, int | None] = dict(zip(taken, [None, *taken], strict=False))
    after: dict[int, int | None] = dict(zip(taken, [*taken[1:], None], strict=False))
    return [
        Band(rows[at], printed.part(_rows_of(rows, at, before[at], after[at]))) if at is not None else None
        for at in places
    ]


def _rows_of(rows: Sequence[PrintedRow], at: int, before: int | None, after: int | None) -> tuple[int, ...]:
    """Indexes of the rows of a line that stands at one of them."""
    mine = rows[at]
    follows = before is not None and rows[before].page == mine.page
    precedes = after is not None and rows[after].page == mine.page
    found = [at]
    for index in range(at - 1, -1 if before is None else before, -1):
        if rows[index].page != mine.page or not (follows or rows[index].middle > mine.top - _REACH):
            break
        found.append(index)
    for index in range(at + 1, len(rows) if after is None else after):
        if rows[index].page != mine.page or not (precedes or rows[index].middle < mine.bottom + _REACH):
            break
        found.append(index)
    if after is not None and not precedes:  # what is printed over the next page's first line may belong to this one
        for index in range(after - 1, at, -1):
            if rows[index].page != rows[after].page or rows[index].middle < rows[after].top - _REACH:
                break
            found.append(index)
    return tuple(sorted(set(found)))


def _places(lines: Sequence[EInvoiceLine], rows: Sequence[PrintedRow]) -> list[int | None]:
    """The row of each line: the chain of rows in the order of the lines that shows most; a line that is printed out of
    order has the best row that is left."""
    likely = list(_likely(lines, rows))
    places = _chain(likely, len(rows))
    taken = {place for place in places if place is not None}
    for number, place in enumerate(places):
        free = [(worth, -row) for row, worth in likely[number].items() if row not in taken] if place is None else []
        if free:
            places[number] = -max(free)[1]
            taken.add(-max(free)[1])
    return places


def _likely(lines: Sequence[EInvoiceLine], rows: Sequence[PrintedRow]) -> Iterator[Mapping[int, int]]:
    """For each line the rows that show something of it, and how much."""
    numbers: defaultdict[Decimal, list[int]] = defaultdict(list)
    parts: defaultdict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        for value in row.values:
            numbers[value].append(at)
        for part in row.parts:
            parts[part].append(at)
    worded: dict[str, Counter[int]] = {}
    for number, line in enumerate(lines):
        worth: Counter[int] = Counter()
        for name, much in _WORTH.items():
            text = getattr(line, name)
            worth.update(dict.fromkeys(numbers.get(abs(Decimal(text)), ()) if text else (), much))
        text = line.description or ""
        if text not in worded:
            worded[text] = _shares(text, parts)
        worth.update(worded[text])
        yield _nearest({at: much for at, much in worth.items() if much >= _ENOUGH}, number, len(lines), len(rows))


def _shares(text: str, parts: Mapping[str, list[int]]) -> Counter[int]:
    """How much of a description each row has."""
    wanted = set(parts_of(text))
    found = Counter(at for part in wanted for at in parts.get(part, ()))
    return Counter({at: _WORDED * count // len(wanted) for at, count in found.items()})


def _nearest(worth: dict[int, int], number: int, lines: int, rows: int) -> Mapping[int, int]:
    most = max(_PLACES // lines, 1)
    if len(worth) <= most:
        return worth
    due = number * rows // lines
    return {at: worth[at] for at in sorted(worth, key=lambda at: abs(at - due))[:most]}


def _chain(likely: Sequence[Mapping[int, int]], rows: int) -> list[int | None]:
    """The heaviest increasing sequence: at most one row a line, later lines in later rows."""
    best = [(0, -1)] * (rows + 1)  # a binary indexed tree: the most that lines so far make in the rows before one
    steps: list[tuple[int, int, int]] = []  # line, row, step before
    for number, worth in enumerate(likely):
        reached = [(row, *_best_before(best, row), much) for row, much in worth.items()]
        for row, made, last, much in reached:
            steps.append((number, row, last))
            _put(best, row, (made + much, len(steps) - 1))
    places: list[int | None] = [None] * len(likely)
    step = _best_before(best, rows)[1]
    while step >= 0:
        number, row, step = steps[step]
        places[number] = row
    return places


def _best_before(best: list[tuple[int, int]], row: int) -> tuple[int, int]:
    found = (0, -1)
    while row > 0:
        found = max(found, best[row], key=lambda made: made[0])
        row -= row & -row
    return found


def _put(best: list[tuple[int, int]], row: int, made: tuple[int, int]) -> None:
    at = row + 1
    while at < len(best):
        if best[at][0] < made[0]:
            best[at] = made
        at += at & -at
