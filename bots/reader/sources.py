"""What a document can be read from: e-invoice XML, its text layer where that is usable, else OCR of the drawn page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from bots.reader.folding import fold
from bots.reader.page import OPEN_PAGES, Page
from bots.reader.shelves import seldom_collected
from config.errors import DocumentRefused, Reason
from connectors.einvoice import EInvoice, open_envelope, read_einvoice
from connectors.file_type import FileType, file_type
from connectors.images import IMAGE_TYPES, Pictures
from connectors.ocr import Engine, Recognised, engines, recognise
from connectors.pdf import PageContent, Pdf, PdfLimits
from connectors.scratch import Scratch
from connectors.words import Word, packed

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["SourceLimits", "Sources", "find_sources", "why_garbage"]

_XML: frozenset[FileType] = frozenset({"cii", "ubl", "facturae", "xml"})
_EINVOICE_NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "facturae.xml", "order-x.xml")
_DPI = 200
_NO_WORDS = 3
_FEW_WORDS = 25
_MOST = 0.5
"""A page with few words and a picture over most of it is a scan with a stamp or a header line."""
_FAINT = 24
_ENOUGH = 40
_MEANINGLESS = {"Cc", "Cn", "Co", "Cs"}
_ODD_SHARE, _MARKS_SHARE, _USUAL_SHARE = 0.1, 0.5, 0.2
_USUAL_PAIRS = frozenset(
    "alamanarasatcachcodadedidoecedelemeneresetfagehaheicieilinioisitkakelalelilomamemonandneninontomonoroupapepoprra"
    "rerirorusasesisostsztatetitotrtuunurvavevi"[at : at + 2]
    for at in range(0, 154, 2)
)
"""Pairs of letters that are frequent in the languages of Europe: half of the pairs of any text, few of gibberish."""
_LETTERS = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """Limits of the PDF, how many pages OCR reads, and with which engine (the best installed when None)."""

    pdf: PdfLimits = field(default_factory=PdfLimits)
    ocr_pages: int = 10
    engine: Engine | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that a document offers to read from.

    Attributes:
        kind: what the bytes are, after any signed envelope was opened.
        einvoices: from the file itself or from the files embedded in it.
        pages: each with the words of its text layer or of OCR (`Page.source` says which).
        scans: the OCR's result of the pages that have one; `on_paper` turns boxes back onto the drawn page.
        notes: what a person must know: a page that was not read, an e-invoice that is damaged.
    """

    kind: FileType
    einvoices: tuple[EInvoice, ...] = ()
    pages: tuple[Page, ...] = ()
    scans: Mapping[int, Recognised] = field(default_factory=dict)
    notes: tuple[Reason, ...] = ()


def find_sources(data: bytes, name: str = "", limits: SourceLimits | None = None) -> Sources:
    """Everything that these bytes can be read from.  Run it in a sandbox: it parses what strangers send.

    Raises:
        DocumentRefused: the codes of `Pdf.open`, `Pictures.open` and `read_einvoice`; OF201 when the bytes are of a
            kind that is not read; OF216 when only OCR could read it and there is none.
    """
    limits = limits or SourceLimits()
    data = open_envelope(data, name)
    kind = file_type(data)
    if kind == "empty":
        raise DocumentRefused("OF200", name)
    if kind == "pdf":
        with Pdf.open(data, name, limits=limits.pdf) as pdf:
            return _of_pdf(pdf, limits)
    if kind in _XML:
        return Sources(kind, einvoices=tuple(read_einvoice(data, name)))
    if kind in IMAGE_TYPES:
        with Pictures.open(data, name) as pictures:
            return _of_pictures(pictures, kind, limits)
    raise DocumentRefused("OF201", name, kind=kind)


def _of_pdf(pdf: Pdf, limits: SourceLimits) -> Sources:
    einvoices, notes = _embedded(pdf)
    scanning = _Scanning(limits, pdf.name)
    scratch = Scratch() if pdf.page_count > OPEN_PAGES else None
    with seldom_collected(pdf.page_count):
        pages = tuple(_pdf_page(pdf, number, scanning, scratch) for number in range(1, pdf.page_count + 1))
    if not einvoices:
        scanning.check(pages)
    return Sources("pdf", tuple(einvoices), pages, scanning.scans, (*notes, *scanning.notes))


def _embedded(pdf: Pdf) -> tuple[list[EInvoice], list[Reason]]:
    """E-invoices among the embedded files; one that has an e-invoice's name and cannot be read is a note."""
    found: list[EInvoice] = []
    notes: list[Reason] = []
    for embedded in pdf.embedded_files():
        expected = embedded.name.lower().rpartition("/")[2] in _EINVOICE_NAMES
        if not expected and file_type(embedded.data) not in _XML | {"p7m"}:
            continue
        try:
            found += (einvoice for einvoice in read_einvoice(embedded.data, embedded.name) if einvoice not in found)
        except DocumentRefused as refused:
            if expected:
                notes.append(refused.reason)
    return found, notes


def _pdf_page(pdf: Pdf, number: int, scanning: _Scanning, scratch: Scratch | None) -> Page:
    try:
        content = pdf.content(number)
        words = content.words
        kept = packed(words.words, scratch) if scratch is not None else words.words
        text = Page(number, words.width, words.height, kept, "text")
        if not _needs_ocr(content):
            return text
        return scanning.scan(lambda: pdf.bitmap(number, _DPI).to_pil(), text) if scanning.wanted(number) else text
    except DocumentRefused as refused:
        scanning.notes.append(refused.reason)
        return Page(number, 0.0, 0.0, ())


def _needs_ocr(content: PageContent) -> bool:
    words = content.words.words
    if len(words) < _NO_WORDS:
        return content.drawn
    return (len(words) < _FEW_WORDS and content.pictured > _MOST) or why_garbage(words) is not None


def _of_pictures(pictures: Pictures, kind: FileType, limits: SourceLimits) -> Sources:
    scanning = _Scanning(limits, pictures.name)
    pages = []
    for number in range(1, pictures.page_count + 1):
        blank = Page(number, *pictures.size(number), (), "ocr")
        pages.append(scanning.scan(partial(pictures.picture, number), blank) if scanning.wanted(number) else blank)
    scanning.check(pages)
    return Sources(kind, (), tuple(pages), scanning.scans, tuple(scanning.notes))


@dataclass(slots=True)
class _Scanning:
    """OCR over the pages of one document: counts them, and notes what could not be read."""

    limits: SourceLimits
    name: str
    scans: dict[int, Recognised] = field(default_factory=dict)
    notes: list[Reason] = field(default_factory=list)

    def wanted(self, number: int) -> bool:
        """Whether this page may still be read; notes the first one that may not."""
        if not engines():
            self._note(Reason("OF216", f"{self.name} page {number}"))
            return False
        if len(self.scans) >= self.limits.ocr_pages:
            self._note(Reason("OF205", self.name, {"pages": str(number), "limit": str(self.limits.ocr_pages)}))
            return False
        return True

    def _note(self, reason: Reason) -> None:
        if all(known.code != reason.code for known in self.notes):
            self.notes.append(reason)

    def scan(self, draw: Callable[[], Image.Image], text: Page) -> Page:
        """The page as OCR reads it; as it is when the picture is blank or OCR finds less than the text layer."""
        picture = draw()
        if _blank(picture):
            return text
        seen = recognise(picture, text.number, text.width, text.height, self.limits.engine)
        self.scans[text.number] = seen
        if len(seen.words) < len(text.words) / 2 and why_garbage(text.words) is None:
            return text
        return Page(text.number, seen.width, seen.height, seen.words, "ocr")

    def check(self, pages: Sequence[Page]) -> None:
        """Refuse a document of which nothing at all could be read for want of OCR."""
        missing = next((note for note in self.notes if note.code == "OF216"), None)
        if missing is not None and not any(page.words for page in pages):
            raise DocumentRefused("OF216", missing.where)


def _blank(picture: Image.Image) -> bool:
    """Whether hardly a dot differs from its surroundings."""
    low, high = picture.convert("L").reduce(2).getextrema()
    return isinstance(low, int) and isinstance(high, int) and high - low < _FAINT


def why_garbage(words: Sequence[Word]) -> str | None:
    """Why a text layer cannot be what is printed (glyphs without meaning, a shifted alphabet), or None when it can.

    A page of a scan's own OCR layer, of any script, is not garbage; too little text to judge is not either.
    """
    text = "".join(word.text for word in words)
    if len(text) < _ENOUGH:
        return None
    odd = sum(unicodedata.category(char) in _MEANINGLESS or char == "\ufffd" for char in text)
    if odd > _ODD_SHARE * len(text):
        return f"{odd} of {len(text)} characters have no meaning"
    marks = sum(not char.isalnum() for char in text)
    if marks > _MARKS_SHARE * len(text):
        return f"{marks} of {len(text)} characters are marks"
    spoken = [fold(run) for word in words for run in _LETTERS.findall(word.text) if _latin(run)]
    pairs = [run[at : at + 2] for run in spoken for at in range(len(run) - 1)]
    usual = sum(pair in _USUAL_PAIRS for pair in pairs)
    if len(pairs) >= _ENOUGH and usual < _USUAL_SHARE * len(pairs):
        return f"{len(pairs) - usual} of {len(pairs)} pairs of letters are of no language"
    return None


def _latin(word: str) -> bool:
    return all(char < "\u0250" for char in word)
