"""Rows of a page and the phrases in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bots.reader.reading import Box
from connectors.words import Word

if TYPE_CHECKING:
    from bots.reader.long_rows import Shelf

__all__ = ["Phrase", "Row", "box_of", "fill", "phrases_of"]

_PHRASE_GAP = 0.62
"""Words further apart than this part of their height are not one phrase."""
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
    shelf: Shelf | None = None

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Called for what the row does not have: the content that was put away."""
            if name not in _CONTENT or self.shelf is None:
                raise AttributeError(name)
            if name == "phrases":
                self.phrases = phrases_of(self)
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


def box_of(words: Sequence[Word]) -> Box:
    """The box around words."""
    return (
        min(word.x0 for word in words),
        min(word.y0 for word in words),
        max(word.x1 for word in words),
        max(word.y1 for word in words),
    )


def fill(row: Row, words: list[Word], width: float, *, mirrored: bool) -> None:
    """Give a row its words, which are in reading order."""
    row.words = words
    if mirrored:
        row.x0, row.x1 = [width - w.x1 for w in words], [width - w.x0 for w in words]
    else:
        row.x0, row.x1 = [w.x0 for w in words], [w.x1 for w in words]


def phrases_of(row: Row) -> list[Phrase]:
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
