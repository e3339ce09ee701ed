"""Words with boxes from a PDF's text layer, fast: PDFium's characters, two box look-ups a word.

Coordinates are PDF points, origin at the page's top left as it is shown (rotation and crop box applied); pages
count from 1.
"""

from __future__ import annotations

import ctypes
import math
import re
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, overload

import pypdfium2 as pdfium
import pypdfium2.raw as c

from connectors.scratch import InMemory, Scratch, Slip

__all__ = ["PackedWords", "PageWords", "Word", "iter_pages", "packed", "page_words"]

_LINE_END_HYPHEN = "\ufffe"
"""What PDFium makes of a hyphen at the end of a line; it may be part of a number (`INV-` / `01319`)."""
_WORD = re.compile(r"[^\s\ufffe\uffff\x00-\x1f]+")
_WIDE = 0.95
"""A word whose mean advance is wider than so many times its font size may be two: its characters are looked at."""

_TAKEN_APART = 0.5
"""Where more than so many of a page's words are single letters, letters that touch are put together."""
_TOUCHING = 0.06

_BETWEEN = "\n"
"""What no packed word has in it."""
_LENGTH = 4


class Word(NamedTuple):
    """One word as printed. `size` is the font size in points; `sure` is OCR's confidence, 1.0 for a text layer."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    page: int
    size: float
    sure: float = 1.0


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of one page, in the order of its content, and the page's size in points."""

    number: int
    width: float
    height: float
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True, eq=False)
class PackedWords(Sequence[Word]):
    """The words of one page in a twentieth of their memory, or on the disk: made anew whenever they are looked at.

    Attributes:
        number: the page.
        size: how many words.
        kept: their texts, one a line, and x0 of all, y0 of all, x1, y1, size, sure (native doubles); each compressed,
            after the length of the first.
    """

    number: int
    size: int
    kept: Slip | InMemory

    def all_texts(self) -> list[str]:
        """The texts of the words."""
        return _texts_of(self.kept.read())

    def opened(self) -> Callable[[Iterable[int]], list[Word]]:
        """What makes the words with these indexes (from 0), for who looks at the page again and again."""
        content = self.kept.read()
        texts = _texts_of(content)
        figures = memoryview(zlib.decompress(memoryview(content)[_behind_texts(content) :])).cast("d")
        page, n = self.number, self.size

        def made(indexes: Iterable[int]) -> list[Word]:
            return [
                Word(
                    texts[i], figures[i], figures[n + i], figures[2 * n + i], figures[3 * n + i], page,
                    figures[4 * n + i], figures[5 * n + i],
                )
                for i in indexes
            ]  # fmt: skip

        return made

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[Word]:
        return iter(self.opened()(range(self.size)))

    @overload
    def __getitem__(self, index: int) -> Word: ...
    @overload
    def __getitem__(self, index: slice) -> list[Word]: ...
    def __getitem__(self, index: int | slice) -> Word | list[Word]:
        wanted = range(self.size)[index]
        made = self.opened()
        return made([wanted])[0] if isinstance(wanted, int) else made(wanted)


def packed(words: Sequence[Word], scratch: Scratch | None = None) -> Sequence[Word]:
    """The same words of one page in little memory, or in the scratch; as they are when they are none or cannot be
    packed."""
    if isinstance(words, PackedWords):
        return words
    texts = _BETWEEN.join([word.text for word in words])
    pages = {word.page for word in words}
    if len(pages) != 1 or texts.count(_BETWEEN) != len(words) - 1:
        return words
    figures = array("d")
    for column in (1, 2, 3, 4, 6, 7):
        figures.extend([float(word[column]) for word in words])
    shown = zlib.compress(texts.encode("utf-8", "surrogatepass"), 1)
    content = len(shown).to_bytes(_LENGTH, "big") + shown + zlib.compress(figures.tobytes(), 1)
    return PackedWords(pages.pop(), len(words), InMemory(content) if scratch is None else scratch.put(content))


def _behind_texts(content: bytes) -> int:
    return _LENGTH + int.from_bytes(content[:_LENGTH], "big")


def _texts_of(content: bytes) -> list[str]:
    shown = zlib.decompress(memoryview(content)[_LENGTH : _behind_texts(content)])
    return shown.decode("utf-8", "surrogatepass").split(_BETWEEN)


def iter_pages(document: pdfium.PdfDocument, *, limit: int | None = None) -> Iterator[PageWords]:
    """The words of each page, one page at a time (memory stays flat over pages)."""
    total = len(document)
    for index in range(total if limit is None else min(limit, total)):
        page = document[index]
        try:
            yield page_words(page, index + 1)
        finally:
            page.close()


def page_words(page: pdfium.PdfPage, number: int) -> PageWords:
    """The words of an open page; text that does not run from left to right on the shown page is left out."""
    width, height = page.get_size()
    text_page = page.get_textpage()
    try:
        to_page = _placing(page)
        words = tuple(_closed_up(list(_words(text_page.raw, number, to_page))))
    finally:
        text_page.close()
    return PageWords(number, width, height, words)


def _closed_up(words: list[Word]) -> Iterator[Word]:
    """Words whose letters PDFium took apart, as it does on a whole page when a stamp runs slantwise over it.

    A blank is never of no width: what touches is one word.
    """
    if sum(len(word.text) == 1 for word in words) <= _TAKEN_APART * len(words):
        yield from words
        return
    run: list[Word] = []
    for word in words:
        if run and not _touches(run[-1], word):
            yield _one_word(run)
            run = []
        run.append(word)
    if run:
        yield _one_word(run)


def _touches(word: Word, after: Word) -> bool:
    level = abs(word.y0 - after.y0) < _TOUCHING * word.size and abs(word.size - after.size) < _TOUCHING * word.size
    return level and abs(after.x0 - word.x1) < _TOUCHING * word.size


def _one_word(run: list[Word]) -> Word:
    text = "".join(word.text for word in run)
    return run[0]._replace(text=text, x1=run[-1].x1, y1=max(word.y1 for word in run))


class _Placing(NamedTuple):
    """Turns PDF user space into the shown page: x' = a x + b y + e, y' = c x + d y + f."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        x0, y0 = self.a * left + self.b * bottom + self.e, self.c * left + self.d * bottom + self.f
        x1, y1 = self.a * right + self.b * top + self.e, self.c * right + self.d * top + self.f
        return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _placing(page: pdfium.PdfPage) -> _Placing:
    left, bottom, right, top = page.get_bbox()
    match page.get_rotation():
        case 90:
            return _Placing(0, 1, 1, 0, -bottom, -left)
        case 180:
            return _Placing(-1, 0, 0, 1, right, -bottom)
        case 270:
            return _Placing(0, -1, -1, 0, top, right)
        case _:
            return _Placing(1, 0, 0, -1, -left, top)


class _Boxes:
    """Boxes of a text page's characters; one set of C variables for all of them."""

    def __init__(self, raw: c.FPDF_TEXTPAGE, placing: _Placing):
        self._raw = raw
        self._placing = placing
        self._edges = (ctypes.c_double(), ctypes.c_double(), ctypes.c_double(), ctypes.c_double())
        self._tight = tuple(ctypes.byref(edge) for edge in self._edges)
        self._rect = c.FS_RECTF()
        self._loose = ctypes.byref(self._rect)

    def loose(self, index: int) -> tuple[float, float, float, float]:
        """The character's cell: its advance wide, the font's ascent and descent high."""
        if not c.FPDFText_GetLooseCharBox(self._raw, index, self._loose):
            return (0.0, 0.0, 0.0, 0.0)
        rect = self._rect
        return self._placing.box(rect.left, rect.bottom, rect.right, rect.top)

    def upright(self, index: int) -> bool:
        """Whether the character stands upright on the page as it is shown."""
        angle = math.degrees(c.FPDFText_GetCharAngle(self._raw, index))
        turned = math.degrees(math.atan2(self._placing.c, self._placing.a))
        return abs((angle - turned + 180) % 360 - 180) < 10 or angle < 0


def _words(raw: c.FPDF_TEXTPAGE, number: int, placing: _Placing) -> Iterator[Word]:
    text = _text(raw)
    boxes = _Boxes(raw, placing)
    for match in _WORD.finditer(text):
        start, end = match.start(), match.end() - 1
        first = boxes.loose(start)
        last = boxes.loose(end) if end > start else first
        height = first[3] - first[1]
        if height <= 0.5 or abs(first[1] - last[1]) > height * 0.6:
            yield from _one_by_one(text, start, end, boxes, number)
            continue
        x0, x1 = min(first[0], last[0]), max(first[2], last[2])
        if end > start and x1 - x0 > (end - start + 1) * height * _WIDE:
            yield from _one_by_one(text, start, end, boxes, number)
            continue
        yield Word(match.group(), x0, min(first[1], last[1]), x1, max(first[3], last[3]), number, height)


def _one_by_one(text: str, start: int, end: int, boxes: _Boxes, number: int) -> Iterator[Word]:
    """Split where the characters are apart or leave the line; for the few words that look odd."""
    if not boxes.upright(start):
        return
    run: list[tuple[str, tuple[float, float, float, float]]] = []
    for index in range(start, end + 1):
        box = boxes.loose(index)
        if run:
            before = run[-1][1]
            height = max(before[3] - before[1], 0.5)
            gap = max(box[0] - before[2], before[0] - box[2])
            if abs(box[1] - before[1]) > height * 0.6 or gap > height * 0.5:
                yield from _join(run, number)
                run = []
        run.append((text[index], box))
    yield from _join(run, number)


def _join(run: list[tuple[str, tuple[float, float, float, float]]], number: int) -> Iterator[Word]:
    boxes = [box for _, box in run]
    x0, y0 = min(box[0] for box in boxes), min(box[1] for box in boxes)
    x1, y1 = max(box[2] for box in boxes), max(box[3] for box in boxes)
    if x1 > x0 and y1 > y0:
        yield Word("".join(char for char, _ in run), x0, y0, x1, y1, number, boxes[0][3] - boxes[0][1])


def _text(raw: c.FPDF_TEXTPAGE) -> str:
    """The page's characters, one a PDFium index, so that an offset in the text is an index of a box."""
    count = c.FPDFText_CountChars(raw)
    if count <= 0:
        return ""
    buffer = (ctypes.c_ushort * (count + 1))()
    written = c.FPDFText_GetText(raw, 0, count, buffer)
    text = bytes(buffer)[: 2 * max(written - 1, 0)].decode("utf-16-le", errors="replace")
    if len(text) != count:
        text = "".join(chr(c.FPDFText_GetUnicode(raw, index) or 32) for index in range(count))
    return text.replace(_LINE_END_HYPHEN, "-")
