"""Rows and phrases of a document by geometry: what stands beside, and what stands below.

A page that is written from right to left is mirrored, so that "right of" means "after" everywhere; boxes of values are
taken from the words themselves and stay as printed.

Of a long document only the last pages looked at have their rows in memory, and these their words; those of another page
are made anew when somebody asks for them (`long_rows.py`, `shelves.py`).
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, TypeVar

from bots.reader.long_rows import LongRows, Rows, Shelf, places_of
from bots.reader.page import OPEN_PAGES, Page
from bots.reader.rows import Phrase, Row, box_of, fill, phrases_of
from bots.reader.shelves import Desk
from connectors.scratch import InMemory, Slip
from connectors.words import Word, packed

__all__ = ["Layout", "Phrase", "Row", "box_of", "continued", "laid_out", "lay_out"]

K = TypeVar("K")

_ALIGNED = 2.5


@dataclass(slots=True)
class Layout:
    """All rows of all pages in order; `_long` has them where the document is long."""

    pages: Sequence[Page]
    rows: Sequence[Row] = field(init=False)
    _short: list[Row] = field(init=False, default_factory=list)
    _long: LongRows | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.rows = self._short
        if len(self.pages) > OPEN_PAGES:
            self._long = LongRows(Desk(OPEN_PAGES))
            self.rows = Rows(self._long)

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
        kept, places = packed(page.words, desk.scratch), places_of(rows, words)
        first = desk.rows
        shelf = Shelf(desk.add(len(rows)), first, page.number, kept, page.width, mirrored, self._long, places)
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
    fill(row, words, page.width, mirrored=mirrored)
    row.phrases = phrases_of(row)
    return row


def _right_to_left(words: Sequence[Word]) -> bool:
    rtl = sum(1 for word in words if "\u0590" <= word.text[:1] <= "\u08ff")
    return rtl * 3 > len(words)
