"""Rows and phrases of a document by geometry: what stands beside, and what stands below.

A page that is written from right to left is mirrored, so that "right of" means "after" everywhere; boxes of values are
taken from the words themselves and stay as printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bots.reader.page import Page
from bots.reader.reading import Box
from connectors.words import Word

__all__ = ["Layout", "Phrase", "Row", "box_of", "continued", "lay_out"]

_PHRASE_GAP = 0.62
"""Words further apart than this part of their height are not one phrase."""
_ALIGNED = 2.5


@dataclass(slots=True)
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


@dataclass(slots=True)
class Layout:
    """All rows of all pages in order, and the phrases in them."""

    pages: Sequence[Page]
    rows: list[Row]

    @property
    def phrases(self) -> Iterator[Phrase]:
        for row in self.rows:
            yield from row.phrases

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
    for page in pages:
        mirrored = _right_to_left(page.words)
        for words in _lines(page.words):
            layout.rows.append(_row(len(layout.rows), words, page, mirrored))
    return layout


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


def _row(index: int, words: list[Word], page: Page, mirrored: bool) -> Row:
    width = page.width
    if mirrored:
        words.sort(key=lambda w: -w.x1)
        x0, x1 = [width - w.x1 for w in words], [width - w.x0 for w in words]
    else:
        words.sort(key=lambda w: w.x0)
        x0, x1 = [w.x0 for w in words], [w.x1 for w in words]
    heights = sorted(w.y1 - w.y0 for w in words)
    row = Row(
        index=index,
        page=page.number,
        top=min(w.y0 for w in words),
        bottom=max(w.y1 for w in words),
        height=heights[len(heights) // 2],
        words=words,
        x0=x0,
        x1=x1,
    )
    row.phrases = _phrases(row)
    return row


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
