"""Rows of a long document: those of the pages that lie on the desk are in memory, and those that somebody holds."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple, overload
from weakref import ref

from bots.reader.rows import Row, fill
from bots.reader.shelves import Desk, unpacked
from connectors.scratch import InMemory, Slip
from connectors.words import PackedWords, Word

__all__ = ["LongRows", "Rows", "Shelf", "places_of"]

_CODES = "dddII"
_NOWHERE = InMemory(b"")


class Places(NamedTuple):
    """Of each row of a page: its edges and its height, where its words end in `order`, and their indexes there."""

    tops: array[float]
    bottoms: array[float]
    heights: array[float]
    ends: array[int]
    order: array[int]


@dataclass(slots=True, eq=False)
class Shelf:
    """Where the words of one page's rows come from.

    Attributes:
        number: of the page in the document, from 0; `first`: index of its first row; `page`: its own number.
        words: of the page.
        width: of the page; `mirrored`: it is read from right to left.
        rows: all of the document.
        places: of its rows, while they are looked at; `slip`: where they wait.
        made: indexes of the rows that are in memory; `filled`: the rows that have their words.
    """

    number: int
    first: int
    page: int
    words: Sequence[Word]
    width: float
    mirrored: bool
    rows: LongRows
    places: Places | None = None
    slip: Slip | InMemory = _NOWHERE
    made: list[int] = field(default_factory=list)
    filled: list[Row] = field(default_factory=list)
    _make: Callable[[Sequence[int]], list[Word]] | None = None

    def opened(self) -> Places:
        """Where its rows stand, as long as the page lies on the desk."""
        if self.places is None:
            self.places = self.looked_at()
        return self.places

    def looked_at(self) -> Places:
        """Where its rows stand, for who only passes by."""
        if self.places is not None:
            return self.places
        return Places(*(array(code, one) for code, one in zip(_CODES, unpacked(self.slip), strict=True)))

    def fetch(self, row: Row) -> None:
        """Give a row its words again."""
        self.rows.desk.hold(self.number)
        places = self.opened()
        if self._make is None:
            self._make = _maker(self.words)
        number = row.index - self.first
        begin = places.ends[number - 1] if number else 0
        fill(row, self._make(places.order[begin : places.ends[number]]), self.width, mirrored=self.mirrored)
        self.filled.append(row)

    def bare(self, number: int) -> Row:
        """A row of the page, by its number in it, without its words."""
        places = self.places or self.opened()
        row = object.__new__(Row)
        row.index, row.page, row.shelf = self.first + number, self.page, self
        row.top, row.bottom, row.height = places.tops[number], places.bottoms[number], places.heights[number]
        return row

    def word_texts(self) -> Iterator[list[str]]:
        """The texts of the words of each row of the page; the rows stay as they are."""
        places = self.looked_at()
        words, begin = self.words, 0
        texts = words.all_texts() if isinstance(words, PackedWords) else [word.text for word in words]
        for end in places.ends:
            yield [texts[place] for place in places.order[begin:end]]
            begin = end

    def put_away(self) -> None:
        """Take their words from all rows of the page."""
        for row in self.filled:
            with suppress(AttributeError):  # nobody asked for them
                del row.phrases
            del row.words, row.x0, row.x1
        self.filled.clear()
        if self.slip is _NOWHERE and self.places is not None:
            self.slip = self.rows.desk.pack([one.tobytes() for one in self.places])
        self.places = self._make = None


def _maker(words: Sequence[Word]) -> Callable[[Sequence[int]], list[Word]]:
    """What gives the words with these indexes; few pages have words that cannot be packed."""
    return words.opened() if isinstance(words, PackedWords) else lambda places: [words[place] for place in places]


class LongRows:
    """All rows of a long document; those of pages that lie on the desk are in memory, and those that somebody holds."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.shelves: list[Shelf] = []
        self._now: dict[int, Row] = {}
        self._held: dict[int, ref[Row]] = {}
        self._last: tuple[int, int, Shelf] | None = None
        desk.columns.append(self)

    def row(self, index: int) -> Row:
        """A row by its index."""
        found = self._now.get(index)
        return found if found is not None else self._fetched(index)

    def _fetched(self, index: int) -> Row:
        last = self._last
        if last is None or not last[0] <= index < last[1]:
            last = self._last = self._opened(self.desk.page_of(index))
        held = self._held.pop(index, None)
        row = held() if held is not None else None
        self._now[index] = row = last[2].bare(index - last[0]) if row is None else row
        last[2].made.append(index)
        return row

    def _opened(self, page: int) -> tuple[int, int, Shelf]:
        """A page's first row, the first one after it, and its shelf."""
        self.desk.hold(page)
        rows = self.desk.rows_of(page)
        return rows.start, rows.stop, self.shelves[page]

    def add(self, rows: Sequence[Row], shelf: Shelf) -> None:
        """Add the rows of the next page, which have their words."""
        self.shelves.append(shelf)
        for row in rows:
            row.shelf = shelf
            self._now[row.index] = row
            shelf.made.append(row.index)
        shelf.filled.extend(rows)
        self.desk.hold(shelf.number)

    def put_away(self, page: int) -> None:
        """Forget the rows of a page, but for those that somebody holds."""
        shelf = self.shelves[page]
        shelf.put_away()
        if self._last is not None and self._last[2] is shelf:
            self._last = None
        now = self._now
        here = [now.pop(index) for index in shelf.made]
        shelf.made.clear()
        held = [(row.index, ref(row)) for row in here]
        here.clear()
        self._held.update([one for one in held if one[1]() is not None])

    def clear(self) -> None:
        """Forget everything."""
        for shelf in self.shelves:
            shelf.put_away()
        self._now.clear()
        self._held.clear()


@dataclass(frozen=True, slots=True)
class Rows(Sequence[Row]):
    """Some rows of a long document, or all."""

    all: LongRows
    indexes: range | None = None

    def _indexes(self) -> range:
        return range(self.all.desk.rows) if self.indexes is None else self.indexes

    def __len__(self) -> int:
        return len(self._indexes())

    def __iter__(self) -> Iterator[Row]:
        row = self.all.row
        return (row(index) for index in self._indexes())

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        found = self._indexes()[index]
        return self.all.row(found) if isinstance(found, int) else Rows(self.all, found)


def places_of(rows: Sequence[Row], words: Sequence[Word]) -> Places:
    """Where the rows of a page stand, and which of its words each has, so that they can be put away."""
    numbers = {id(word): number for number, word in enumerate(words)}
    order, ends = array("I"), array("I")
    for row in rows:
        order.extend([numbers[id(word)] for word in row.words])
        ends.append(len(order))
    tops, bottoms, heights = (array("d", [getattr(row, name) for row in rows]) for name in ("top", "bottom", "height"))
    return Places(tops, bottoms, heights, ends, order)
