"""Rows and phrases of a document by geometry: what stands beside, and what stands below.

A page that is written from right to left is mirrored, so that "right of" means "after" everywhere; boxes of values are
taken from the words themselves and stay as printed.

Of a long document only the last pages looked at have the words of their rows in memory; a row of another page makes its
words anew when somebody asks for them.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bots.reader.page import OPEN_PAGES, Page
from bots.reader.reading import Box
from connectors.words import PackedWords, Word, packed

__all__ = ["Layout", "Phrase", "Row", "box_of", "continued", "laid_out", "lay_out"]

_PHRASE_GAP = 0.62
"""Words further apart than this part of their height are not one phrase."""
_ALIGNED = 2.5
_CONTENT = ("words", "x0", "x1", "phrases")


@dataclass(slots=True, eq=False)
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


@dataclass(slots=True, eq=False)
class _Shelf:
    """Where the words of one page's rows are put away, and fetched from.

    Attributes:
        words: of the page.
        width: of the page; `mirrored`: it is read from right to left.
        first: index of the page's first row.
        desk: the shelves of all pages whose rows have their words, the oldest first.
        order: indexes of the words, row by row, and `ends` where each row's end in it.
        rows: those that have their words.
    """

    words: PackedWords
    width: float
    mirrored: bool
    first: int
    desk: deque[_Shelf]
    order: array[int] = field(default_factory=lambda: array("I"))
    ends: array[int] = field(default_factory=lambda: array("I"))
    rows: list[Row] = field(default_factory=list)
    _make: Callable[[Sequence[int]], list[Word]] | None = None

    def hold(self, row: Row) -> None:
        """Note that a row has its words; the page that was looked at longest ago is put away for it."""
        if not self.rows:
            self.desk.append(self)
            if len(self.desk) > OPEN_PAGES:
                self.desk.popleft().put_away()
        self.rows.append(row)

    def fetch(self, row: Row) -> None:
        """Give a row its words again."""
        if self._make is None:
            self._make = self.words.opened()
        number = row.index - self.first
        begin = self.ends[number - 1] if number else 0
        _fill(row, self._make(self.order[begin : self.ends[number]]), self.width, mirrored=self.mirrored)
        self.hold(row)

    def texts(self) -> Iterator[str]:
        """The text of each row of the page; the rows stay as they are."""
        texts, begin = self.words.all_texts(), 0
        for end in self.ends:
            yield " ".join([texts[place] for place in self.order[begin:end]])
            begin = end

    def put_away(self) -> None:
        """Take their words from all rows of the page."""
        for row in self.rows:
            del row.words, row.x0, row.x1
            with suppress(AttributeError):  # nobody asked for them
                del row.phrases
        self.rows.clear()
        self._make = None


@dataclass(slots=True)
class Layout:
    """All rows of all pages in order; `_desk` is where the shelves of the pages lie whose rows have their words."""

    pages: Sequence[Page]
    rows: list[Row]
    _desk: deque[_Shelf] = field(default_factory=deque)

    def forget(self) -> None:
        """Give back the memory of the rows' words: nobody looks at them any more, and they hold each other."""
        while self._desk:
            self._desk.pop().put_away()
        for row in self.rows:
            if row.shelf is None:
                row.phrases.clear()

    def texts(self) -> Iterator[str]:
        """The text of each row; those of a long document are not opened for it."""
        index = 0
        while index < len(self.rows):
            row = self.rows[index]
            texts = [row.text()] if row.shelf is None else list(row.shelf.texts())
            yield from texts
            index += len(texts)

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
    layout = Layout(pages, [])
    for _ in laid_out(layout):
        pass
    return layout


def laid_out(layout: Layout) -> Iterator[list[Row]]:
    """Lay out one page after the other; yields the rows of each, while they have their words."""
    pages = layout.pages
    for page in pages:
        words = list(page.words)
        mirrored = _right_to_left(words)
        rows = [
            _row(number, line, page, mirrored=mirrored) for number, line in enumerate(_lines(words), len(layout.rows))
        ]
        layout.rows += rows
        if len(pages) > OPEN_PAGES and isinstance(kept := packed(page.words), PackedWords):
            _shelve(rows, words, _Shelf(kept, page.width, mirrored, len(layout.rows) - len(rows), layout._desk))
        yield rows


def _shelve(rows: Sequence[Row], words: Sequence[Word], shelf: _Shelf) -> None:
    """Note which of the page's words each row has, so that they can be put away."""
    places = {id(word): place for place, word in enumerate(words)}
    for row in rows:
        shelf.order.extend([places[id(word)] for word in row.words])
        shelf.ends.append(len(shelf.order))
        row.shelf = shelf
        shelf.hold(row)


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
