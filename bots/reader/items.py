"""The lines of a table as they are read; of a long document they wait packed until somebody looks at them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, overload

from bots.reader.layout import Layout, Row
from bots.reader.shelves import unpacked
from bots.reader.spots import Amount
from connectors.scratch import InMemory, Slip

__all__ = ["Item", "Items", "chosen", "gathered", "in_part", "kept", "row_set"]

_TOGETHER = 64
_FEW = 256
_CONTENT = ("figures", "description", "unit", "extras", "percents")


@dataclass(slots=True)
class Item:
    """One line.

    Attributes:
        figures: its numbers by column.
        description: row, first and last+1 word of each part.
        unit: where the quantity's unit stands.
        rows: rows with its figures.
        extras, percents: other numbers printed in its rows or under them (discounts, deposits, gross prices).
        included: it only says what another line includes.
        put_away: where the others come from when it was put away.
    """

    figures: dict[str, Amount] = field(default_factory=dict)
    description: list[tuple[Row, int, int]] = field(default_factory=list)
    unit: tuple[Row, int, int] | None = None
    rows: list[int] = field(default_factory=list)
    extras: Sequence[Amount] = ()
    percents: Sequence[Amount] = ()
    included: bool = False
    put_away: _PutAway | None = None

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Called for what the line does not have: the content that was put away."""
            if name not in _CONTENT or self.put_away is None:
                raise AttributeError(name)
            content = self.put_away.content(name)
            setattr(self, name, content)
            return content

    @property
    def columns(self) -> Collection[str]:
        """The columns in which it has a figure."""
        return self.figures.keys() if self.put_away is None else self.put_away.values.keys()

    def value(self, name: str) -> Decimal | None:
        """A figure's value."""
        if self.put_away is not None:
            figure = self.put_away.values.get(name)
            return Decimal(figure[0]) if figure is not None else None
        found = self.figures.get(name)
        return found.value if found is not None else None

    def values(self) -> Iterator[tuple[str, Decimal]]:
        """The values of all its figures, by column."""
        if self.put_away is not None:
            return ((name, Decimal(text)) for name, (text, _) in self.put_away.values.items())
        return ((name, figure.value) for name, figure in self.figures.items())

    def places(self, name: str) -> int | None:
        """A figure's printed decimals."""
        if self.put_away is not None:
            figure = self.put_away.values.get(name)
            return figure[1] if figure is not None else None
        found = self.figures.get(name)
        return found.places if found is not None else None

    @property
    def real(self) -> bool:
        """A line says what it is for, or how many at which price; figures alone are a total."""
        return bool(self.description) or ("quantity" in self.figures and "unit_price" in self.figures)

    @property
    def total(self) -> Amount | None:
        return self.figures.get("line_total") or self.figures.get("line_gross")

    @property
    def total_value(self) -> Decimal | None:
        """The value of its total."""
        value = self.value("line_total")
        return value if value is not None else self.value("line_gross")


Place = tuple[int, int]
"""Row of an amount, and which of that row's it is."""


@dataclass(slots=True)  # one is made for each look at a line, and a frozen one takes three times as long
class _PutAway:
    """What a line consists of: values and decimals of its figures, and where they and the rest stand."""

    source: _Source
    values: Mapping[str, tuple[str, int]]
    figures: Sequence[Place]
    description: Sequence[tuple[int, int, int]]
    unit: tuple[int, int, int] | None
    extras: Sequence[Place]
    percents: Sequence[Place]

    def content(self, name: str) -> Any:
        """A part of the line, made again."""
        amount, row = self.source.amount, self.source.rows
        match name:
            case "figures":
                return {name: amount(place) for name, place in zip(self.values, self.figures, strict=True)}
            case "description":
                return [(row[index], first, last) for index, first, last in self.description]
            case "unit":
                return (row[self.unit[0]], *self.unit[1:]) if self.unit is not None else None
            case "extras":
                return tuple(map(amount, self.extras))
            case _:
                return tuple(map(amount, self.percents))


@dataclass(frozen=True, slots=True)
class _Source:
    """Rows and amounts of the document."""

    rows: Sequence[Row]
    amounts: Mapping[int, Sequence[Amount]]

    def amount(self, place: Place) -> Amount:
        return self.amounts[place[0]][place[1]]

    def place(self, amount: Amount) -> Place:
        row = amount.row.index
        return row, next(at for at, other in enumerate(self.amounts[row]) if other is amount)

    def packed(self, item: Item) -> tuple[Any, ...]:
        """A line as plain values."""
        if (away := item.put_away) is not None:
            where = (away.figures, away.description, away.unit, away.extras, away.percents)
            return dict(away.values), *where, tuple(item.rows), item.included
        place = self.place
        return (
            {name: (str(amount.value), amount.places) for name, amount in item.figures.items()},
            tuple(map(place, item.figures.values())),
            tuple((row.index, first, last) for row, first, last in item.description),
            (item.unit[0].index, *item.unit[1:]) if item.unit is not None else None,
            tuple(map(place, item.extras)),
            tuple(map(place, item.percents)),
            tuple(item.rows),
            item.included,
        )

    def made(self, values: tuple[Any, ...]) -> Item:
        """The line of plain values."""
        *content, rows, included = values
        item = object.__new__(Item)
        item.rows, item.included, item.put_away = list(rows), included, _PutAway(self, *content)
        return item


class Items(Sequence[Item]):
    """Lines of a long document."""

    def __init__(self, layout: Layout, amounts: Mapping[int, Sequence[Amount]], items: Iterable[Item] = ()) -> None:
        self._source = _Source(layout.rows, amounts)
        self._keep: Callable[[Any], Slip | InMemory] = layout.pack
        self._slips: list[Slip | InMemory] = []
        self._last: list[tuple[Any, ...]] = []
        self._opened: tuple[int, list[tuple[Any, ...]]] = (-1, [])
        self.extend(items)

    def extend(self, items: Iterable[Item]) -> None:
        """Add lines."""
        for item in items:
            self._last.append(self._source.packed(item))
            if len(self._last) == _TOGETHER:
                self._slips.append(self._keep(self._last))
                self._last = []

    def __len__(self) -> int:
        return len(self._slips) * _TOGETHER + len(self._last)

    def __iter__(self) -> Iterator[Item]:
        made = self._source.made
        for slip in self._slips:
            yield from map(made, unpacked(slip))
        yield from map(made, self._last)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | Sequence[Item]:
        wanted = range(len(self))[index]
        if isinstance(wanted, range):
            return [self[at] for at in wanted]
        part, at = divmod(wanted, _TOGETHER)
        if part == len(self._slips):
            return self._source.made(self._last[at])
        if self._opened[0] != part:
            self._opened = part, unpacked(self._slips[part])
        return self._source.made(self._opened[1][at])


class _Chosen(Sequence[Item]):
    """Some lines of a long document."""

    def __init__(self, items: Items, flags: bytearray) -> None:
        self._items = items
        self._flags = flags
        self._numbers = array("I", [number for number, flag in enumerate(flags) if flag])

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[Item]:
        return (item for item, flag in zip(self._items, self._flags, strict=True) if flag)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | Sequence[Item]:
        if isinstance(index, slice):
            return [self._items[number] for number in self._numbers[index]]
        return self._items[self._numbers[index]]


def kept(layout: Layout, amounts: Mapping[int, Sequence[Amount]], items: Iterable[Item]) -> list[Item] | Items:
    """Lines as they are kept: those of a long document packed."""
    return Items(layout, amounts, items) if layout.long else list(items)


def gathered(layout: Layout, amounts: Mapping[int, Sequence[Amount]], items: Iterable[Item]) -> Sequence[Item]:
    """As `kept`, for lines that are soon done with: a few stay as they are."""
    coming = iter(items)
    few = list(islice(coming, _FEW))
    if len(few) < _FEW:
        return few
    return kept(layout, amounts, chain(few, coming))


def in_part(items: Sequence[Item], flags: bytearray) -> Sequence[Item]:
    """The lines that are flagged; the same sequence when all are."""
    if all(flags):
        return items
    if isinstance(items, Items):
        return _Chosen(items, flags)
    return [item for item, flag in zip(items, flags, strict=True) if flag]


def chosen(items: Sequence[Item], wanted: Callable[[Item], bool]) -> Sequence[Item]:
    """The lines that are wanted; the same sequence when all are."""
    return in_part(items, bytearray(map(wanted, items)))


class _RowSet(Container[int]):
    def __init__(self, rows: Iterable[int], count: int) -> None:
        self._flags = bytearray(count)
        for row in rows:
            self._flags[row] = 1

    def __contains__(self, row: object) -> bool:
        return isinstance(row, int) and 0 <= row < len(self._flags) and self._flags[row] == 1


def row_set(layout: Layout, rows: Iterable[int]) -> Container[int]:
    """Indexes of rows."""
    return _RowSet(rows, len(layout.rows)) if layout.long else frozenset(rows)
