"""Rows and phrases of a document by geometry: what stands beside, and what stands below.

A page that is written from right to left is mirrored, so that "right of" means "after" everywhere; boxes of values are
taken from the words themselves and stay as printed.

Of a long document only the last pages looked at have their rows in memory, and these their words; those of another page
are made anew when somebody asks for them (`shelves.py`).
"""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, overload
from weakref import ref

from bots.reader.page import OPEN_PAGES, Page
from bots.reader.reading import Box
from bots.reader.shelves import Desk, unpacked
from connectors.scratch import InMemory, Slip
from connectors.words import PackedWords, Word, packed

__all__ = ["Layout", "Phrase", "Row", "box_of", "continued", "laid_out", "lay_out"]

K = TypeVar("K")

_PHRASE_GAP = 0.62
"""Words further apart than this part of their height are not one phrase."""
_ALIGNED = 2.5
_CONTENT = ("words", "x0", "x1", "phrases")


@dataclass(slots=True, eq=False, weakref_slot=True)
class Row:
    """Words on one line of the page, in reading order.

    Attributes:
        index: place in the document's list of rows.
        page: counted from 1.
        top, bottom: in points of its page.
        height: of its typical word.
        words: in reading order.
        x0, x1: per word, where it begins and ends in reading direction (mirrored on right-to-left pages).
        phrases: first and last+1 word of each group of words that stand close together.
        shelf: where words, edges and phrases come from when they were put away; None where they stay.
    """

    index: int
    page: int
    top: float
    bottom: float
    height: float
    words: list[Word]
    x0: list[float]
    x1: list[float]
    phrases: list[Phrase] = field(default_factory=list)
    shelf: _Shelf | None = None

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Called for what the row does not have: the content that was put away."""
            if name not in _CONTENT or self.shelf is None:
                raise AttributeError(name)
            if name == "phrases":
                self.phrases = _phrases(self)
            else:
                self.shelf.fetch(self)
            return getattr(self, name)

    def text(self, start: int = 0, end: int | None = None) -> str:
        """The words from start to end with single blanks."""
        return " ".join(word.text for word in self.words[start:end])


@dataclass(slots=True)
class Phrase:
    """A group of words on one row; `starts` are the offsets of its words in `text`."""

    row: Row
    start: int
    end: int
    text: str
    starts: list[int]

    @property
    def x0(self) -> float:
        return self.row.x0[self.start]

    @property
    def x1(self) -> float:
        return self.row.x1[self.end - 1]

    def words_at(self, begin: int, end: int) -> tuple[int, int]:
        """Indexes (in the row) of the first and last+1 word that the characters begin..end of the text touch."""
        first = last = 0
        for number, offset in enumerate(self.starts):
            if offset <= begin:
                first = number
            if offset < end:
                last = number
        return self.start + first, self.start + last + 1


class _Places(NamedTuple):
    """Of each row of a page: its edges and its height, where its words end in `order`, and their indexes there."""

    tops: array[float]
    bottoms: array[float]
    heights: array[float]
    ends: array[int]
    order: array[int]


_CODES = "dddII"
_NOWHERE = InMemory(b"")


@dataclass(slots=True, eq=False)
class _Shelf:
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
    rows: _LongRows
    places: _Places | None = None
    slip: Slip | InMemory = _NOWHERE
    made: list[int] = field(default_factory=list)
    filled: list[Row] = field(default_factory=list)
    _make: Callable[[Sequence[int]], list[Word]] | None = None

    def opened(self) -> _Places:
        """Where its rows stand, as long as the page lies on the desk."""
        if self.places is None:
            self.places = self.looked_at()
        return self.places

    def looked_at(self) -> _Places:
        """Where its rows stand, for who only passes by."""
        if self.places is not None:
            return self.places
        return _Places(*(array(code, one) for code, one in zip(_CODES, unpacked(self.slip), strict=True)))

    def fetch(self, row: Row) -> None:
        """Give a row its words again."""
        self.rows.desk.hold(self.number)
        places = self.opened()
        if self._make is None:
            self._make = _maker(self.words)
        number = row.index - self.first
        begin = places.ends[number - 1] if number else 0
        _fill(row, self._make(places.order[begin : places.ends[number]]), self.width, mirrored=self.mirrored)
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


class _LongRows:
    """All rows of a long document; those of pages that lie on the desk are in memory, and those that somebody holds."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.shelves: list[_Shelf] = []
        self._now: dict[int, Row] = {}
        self._held: dict[int, ref[Row]] = {}
        self._last: tuple[int, int, _Shelf] | None = None
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

    def _opened(self, page: int) -> tuple[int, int, _Shelf]:
        """A page's first row, the first one after it, and its shelf."""
        self.desk.hold(page)
        rows = self.desk.rows_of(page)
        return rows.start, rows.stop, self.shelves[page]

    def add(self, rows: Sequence[Row], shelf: _Shelf) -> None:
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
class _Rows(Sequence[Row]):
    """Some rows of a long document, or all."""

    all: _LongRows
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
        return self.all.row(found) if isinstance(found, int) else _Rows(self.all, found)


@dataclass(slots=True)
class Layout:
    """All rows of all pages in order; `_long` has them where the document is long."""

    pages: Sequence[Page]
    rows: Sequence[Row] = field(init=False)
    _short: list[Row] = field(init=False, default_factory=list)
    _long: _LongRows | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.rows = self._short
        if len(self.pages) > OPEN_PAGES:
            self._long = _LongRows(Desk(OPEN_PAGES))
            self.rows = _Rows(self._long)

    def by_row(self, kept: Callable[[Desk, Callable[[int], Row]], K]) -> K | dict[int, Any]:
        """Where things are kept by the index of their row; `kept` makes it for a long document."""
        return {} if self._long is None else kept(self._long.desk, self._long.row)

    @property
    def long(self) -> bool:
        """Whether what is known of its pages waits packed."""
        return self._long is not None

    def spans(self) -> Iterator[range]:
        """Indexes of rows that are looked at together: of a long document those of a page, else all."""
        if self._long is None:
            yield range(len(self.rows))
        else:
            desk = self._long.desk
            yield from (desk.rows_of(page) for page in range(len(desk.firsts)))

    def until(self, page: int) -> Iterator[Row]:
        """The rows before a page (from 1)."""
        return takewhile(lambda row: row.page < page, self.rows)

    def heights(self) -> Iterator[float]:
        """The height of each row; those of a long document are not opened for it."""
        if self._long is None:
            yield from (row.height for row in self.rows)
        else:
            for shelf in self._long.shelves:
                yield from shelf.looked_at().heights

    def kept(self, content: bytes) -> Slip | InMemory:
        """Bytes that wait until somebody asks for them: of a long document not in memory."""
        return InMemory(content) if self._long is None else self._long.desk.scratch.put(content)

    def pack(self, content: Any) -> Slip | InMemory:
        """Plain values that wait until somebody asks for them: see `unpacked`."""
        return self.kept(marshal.dumps(content))

    def add(self, rows: list[Row], page: Page, words: Sequence[Word], *, mirrored: bool) -> None:
        """Add the rows of the next page; `words` are those of the page."""
        if self._long is None:
            self._short += rows
            return
        desk = self._long.desk
        kept, places = packed(page.words, desk.scratch), _places(rows, words)
        first = desk.rows
        shelf = _Shelf(desk.add(len(rows)), first, page.number, kept, page.width, mirrored, self._long, places)
        self._long.add(rows, shelf)

    def forget(self) -> None:
        """Give back the memory of the rows' words: nobody looks at them any more, and they hold each other."""
        if self._long is not None:
            self._long.desk.clear()
            return
        for row in self._short:
            row.phrases.clear()

    def word_texts(self) -> Iterator[list[str]]:
        """The texts of the words of each row; those of a long document are not opened for it."""
        if self._long is None:
            yield from ([word.text for word in row.words] for row in self.rows)
        else:
            for shelf in self._long.shelves:
                yield from shelf.word_texts()

    def texts(self) -> Iterator[str]:
        """The text of each row; those of a long document are not opened for it."""
        return map(" ".join, self.word_texts())

    def below(self, row: Row, reach: float) -> Iterator[Row]:
        """Rows under a row on the same page whose top is within `reach` points of its bottom."""
        for index in range(row.index + 1, len(self.rows)):
            other = self.rows[index]
            if other.page != row.page or other.top - row.bottom > reach:
                return
            if other.top >= row.top + row.height * 0.5:
                yield other


def continued(layout: Layout, row: Row, index: int) -> tuple[Row, int] | None:
    """Where a word that ends its phrase goes on, when it was broken at the edge of its cell: row and index of the first
    word just below that begins where the phrase, or the word itself, begins."""
    phrase = next(p for p in row.phrases if p.start <= index < p.end)
    if index != phrase.end - 1:
        return None
    for below in layout.below(row, 0.7 * row.height):
        for other in below.phrases:
            if min(abs(other.x0 - phrase.x0), abs(other.x0 - row.x0[index])) < _ALIGNED:
                return below, other.start
    return None


def lay_out(pages: Sequence[Page]) -> Layout:
    """Rows of the pages, from top to bottom."""
    layout = Layout(pages)
    for _ in laid_out(layout):
        pass
    return layout


def laid_out(layout: Layout) -> Iterator[list[Row]]:
    """Lay out one page after the other; yields the rows of each, while they have their words."""
    for page in layout.pages:
        words = list(page.words)
        mirrored = _right_to_left(words)
        rows = [
            _row(number, line, page, mirrored=mirrored) for number, line in enumerate(_lines(words), len(layout.rows))
        ]
        layout.add(rows, page, words, mirrored=mirrored)
        yield rows


def _places(rows: Sequence[Row], words: Sequence[Word]) -> _Places:
    """Where the rows of a page stand, and which of its words each has, so that they can be put away."""
    numbers = {id(word): number for number, word in enumerate(words)}
    order, ends = array("I"), array("I")
    for row in rows:
        order.extend([numbers[id(word)] for word in row.words])
        ends.append(len(order))
    tops, bottoms, heights = (array("d", [getattr(row, name) for row in rows]) for name in ("top", "bottom", "height"))
    return _Places(tops, bottoms, heights, ends, order)


def box_of(words: Sequence[Word]) -> Box:
    """The box around words."""
    return (
        min(word.x0 for word in words),
        min(word.y0 for word in words),
        max(word.x1 for word in words),
        max(word.y1 for word in words),
    )


def _lines(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Group words whose middles are level; the row's middle follows its words, so that a slight skew does no harm."""
    line: list[Word] = []
    middle = height = 0.0
    for word in sorted(words, key=lambda w: w.y0 + w.y1):
        centre = (word.y0 + word.y1) / 2
        if line and centre - middle > 0.42 * min(height, word.y1 - word.y0):
            yield line
            line = []
        if not line:
            middle, height = centre, word.y1 - word.y0
        line.append(word)
    if line:
        yield line


def _row(index: int, words: list[Word], page: Page, *, mirrored: bool) -> Row:
    words.sort(key=(lambda w: -w.x1) if mirrored else (lambda w: w.x0))
    heights = sorted(w.y1 - w.y0 for w in words)
    row = Row(
        index=index,
        page=page.number,
        top=min(w.y0 for w in words),
        bottom=max(w.y1 for w in words),
        height=heights[len(heights) // 2],
        words=[],
        x0=[],
        x1=[],
    )
    _fill(row, words, page.width, mirrored=mirrored)
    row.phrases = _phrases(row)
    return row


def _fill(row: Row, words: list[Word], width: float, *, mirrored: bool) -> None:
    """Give a row its words, which are in reading order."""
    row.words = words
    if mirrored:
        row.x0, row.x1 = [width - w.x1 for w in words], [width - w.x0 for w in words]
    else:
        row.x0, row.x1 = [w.x0 for w in words], [w.x1 for w in words]


def _phrases(row: Row) -> list[Phrase]:
    found: list[Phrase] = []
    begin = 0
    count = len(row.words)
    for index in range(1, count + 1):
        if index < count and row.x0[index] - row.x1[index - 1] <= _PHRASE_GAP * row.words[index].size:
            continue
        texts = [word.text for word in row.words[begin:index]]
        starts, at = [], 0
        for text in texts:
            starts.append(at)
            at += len(text) + 1
        found.append(Phrase(row, begin, index, " ".join(texts), starts))
        begin = index
    return found


def _right_to_left(words: Sequence[Word]) -> bool:
    rtl = sum(1 for word in words if "\u0590" <= word.text[:1] <= "\u08ff")
    return rtl * 3 > len(words)
