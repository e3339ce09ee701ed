"""PDF files: open by bytes or refuse with a reason, count and draw pages, take embedded files out.

pdfium opens and draws; pikepdf (qpdf) takes embedded files out.  Both are C++ that parses what strangers send: callers
run this inside `connectors.sandbox`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from types import TracebackType

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from config.errors import DocumentRefused
from connectors.words import PageWords, page_words

__all__ = ["EmbeddedFile", "PageContent", "Pdf", "PdfLimits", "concatenated"]

_FEW_WORDS = 40
_FEW_PICTURES = 20
_RENEWED = 32
"""After so many pages PDFium's document is opened anew: it keeps fonts and objects of every page it has seen."""
_MAX_DRAWN = 40_000_000  # pixels of one drawn page: A4 at 650 dpi


@dataclass(frozen=True, slots=True)
class PdfLimits:
    """How large a PDF may be: bytes of the file, pages, bytes of one embedded file, number of embedded files."""

    bytes: int = 100_000_000
    pages: int = 2_000
    embedded_bytes: int = 20_000_000
    embedded_files: int = 50


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """A file inside a PDF; `name` is a display string and never a path to write to.

    Attributes:
        relationship: AFRelationship of ISO 32000-2 (Data, Alternative, Source ...), "" when not given.
    """

    name: str
    data: bytes
    mime: str = ""
    relationship: str = ""


@dataclass(frozen=True, slots=True)
class PageContent:
    """What is on a page: its words, whether anything is drawn at all, and the share of it that pictures cover."""

    words: PageWords
    drawn: bool
    pictured: float


@dataclass(slots=True)
class Pdf:
    """An open PDF.  Use it as a context manager, or close it.

    Attributes:
        data: the bytes of the file.
        document: pdfium's document, for whoever reads characters and boxes (`connectors.words`).
        name: file name for messages.
        _opens: the bytes that PDFium could open: `data`, or what qpdf made of it.
        _seen: pages opened since the document was.
    """

    data: bytes
    document: pdfium.PdfDocument
    name: str = ""
    limits: PdfLimits = field(default_factory=PdfLimits)
    _opens: bytes = b""
    _seen: int = 0

    @classmethod
    def open(cls, data: bytes, name: str = "", *, limits: PdfLimits | None = None) -> Pdf:
        """Open a PDF by its bytes; an empty user password opens, as in every viewer.

        Raises:
            DocumentRefused: OF200 empty, OF201 not a PDF, OF202 too large, OF203 needs a password, OF204 damaged beyond
                repair, OF205 too many pages, OF206 no page at all.
        """
        limits = limits or PdfLimits()
        _check_bytes(data, name, limits)
        document, opens = _load(data, name)
        pages = len(document)
        if not 0 < pages <= limits.pages:
            document.close()
            if pages <= 0:
                raise DocumentRefused("OF206", name)
            raise DocumentRefused("OF205", name, pages=pages, limit=limits.pages)
        return cls(data, document, name, limits, opens)

    @property
    def page_count(self) -> int:
        """Number of pages."""
        return len(self.document)

    def size(self, page: int) -> tuple[float, float]:
        """Width and height in points of a page (from 1) as it is shown, that is after its /Rotate."""
        width, height = self.document.get_page_size(page - 1)
        return width, height

    def content(self, page: int) -> PageContent:
        """Words of a page (from 1); its pictures are only measured where it has fewer words than a letter.

        Raises:
            DocumentRefused: OF204, this page cannot be loaded.
        """
        with self._opened(page) as opened:
            words = page_words(opened, page)
            drawn = pdfium_c.FPDFPage_CountObjects(opened.raw) > 0
            pictured = _pictured(opened) if drawn and len(words.words) < _FEW_WORDS else 0.0
            return PageContent(words, drawn, pictured)

    @contextmanager
    def _opened(self, page: int) -> Iterator[pdfium.PdfPage]:
        try:
            self._renew()
            opened = self.document[page - 1]
        except pdfium.PdfiumError as error:
            raise DocumentRefused("OF204", f"{self.name} page {page}", why=error) from error
        try:
            yield opened
        except pdfium.PdfiumError as error:
            raise DocumentRefused("OF204", f"{self.name} page {page}", why=error) from error
        finally:
            opened.close()

    def _renew(self) -> None:
        """Have PDFium forget the pages that it has seen, now and then."""
        self._seen += 1
        if self._seen > _RENEWED:
            renewed = pdfium.PdfDocument(self._opens)
            self.document.close()
            self.document, self._seen = renewed, 1

    def bitmap(self, page: int, dpi: float = 150) -> pdfium.PdfBitmap:
        """One page (from 1) drawn in RGB; very large pages are drawn at fewer dots so that memory stays bounded.

        Raises:
            DocumentRefused: OF204, this page cannot be drawn.
        """
        with self._opened(page) as opened:
            width, height = opened.get_size()
            if not (0 < width < 1e6 and 0 < height < 1e6):
                raise DocumentRefused("OF204", f"{self.name} page {page}", why=f"page of {width:g} x {height:g} points")
            dots = width * height * (dpi / 72) ** 2
            return opened.render(scale=dpi / 72 * min(1.0, (_MAX_DRAWN / dots) ** 0.5), rev_byteorder=True)

    def png(self, page: int, dpi: float = 150) -> bytes:
        """One page (from 1) as PNG bytes.

        Raises:
            DocumentRefused: OF204, this page cannot be drawn.
        """
        out = io.BytesIO()
        self.bitmap(page, dpi).to_pil().save(out, "PNG", compress_level=1)
        return out.getvalue()

    def has_embedded_files(self) -> bool:
        """Whether it is worth looking for embedded files (cheap: pdfium counts, a search through the bytes)."""
        return (
            pdfium_c.FPDFDoc_GetAttachmentCount(self.document.raw) > 0
            or b"/EmbeddedFile" in self.data
            or b"/AFRelationship" in self.data
        )

    def embedded_files(self) -> list[EmbeddedFile]:
        """All embedded files within the limits, in the document's order; unreadable ones are left out."""
        if not self.has_embedded_files():
            return []
        try:
            with pikepdf.open(io.BytesIO(self.data), suppress_warnings=True) as opened:
                return list(_embedded(opened, self.limits))
        except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, TypeError, KeyError, RecursionError):
            return []  # pdfium could open it and qpdf could not: the pages still count

    def close(self) -> None:
        """Give the memory back."""
        self.document.close()

    def __enter__(self) -> Pdf:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def concatenated(parts: Sequence[bytes], name: str = "") -> bytes:
    """One PDF with the pages of all parts; the same parts give the same bytes.

    Raises:
        DocumentRefused: OF204, a part is damaged or locked.
    """
    target = io.BytesIO()
    try:
        with pikepdf.new() as whole:
            for part in parts:
                with pikepdf.open(io.BytesIO(part), suppress_warnings=True) as opened:
                    whole.pages.extend(opened.pages)
            whole.save(target, deterministic_id=True)
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        raise DocumentRefused("OF204", name, why=error) from error
    return target.getvalue()


def _pictured(page: pdfium.PdfPage) -> float:
    """The largest share of the page that one picture covers, looking at the first few objects."""
    width, height = page.get_size()
    whole = max(width * height, 1.0)
    largest = 0.0
    for found in islice(page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3), _FEW_PICTURES):
        left, bottom, right, top = found.get_bounds()
        largest = max(largest, (right - left) * (top - bottom) / whole)
    return largest


def _check_bytes(data: bytes, name: str, limits: PdfLimits) -> None:
    if not data.strip(b"\0\t\n\r\x0c "):
        raise DocumentRefused("OF200", name)
    if len(data) > limits.bytes:
        raise DocumentRefused("OF202", name, size=len(data), limit=limits.bytes)
    if b"%PDF-" not in data[:1029]:
        raise DocumentRefused("OF201", name, kind="?")


def _load(data: bytes, name: str) -> tuple[pdfium.PdfDocument, bytes]:
    """The document, and the bytes that PDFium could open."""
    try:
        return pdfium.PdfDocument(data), data
    except pdfium.PdfiumError:
        pass  # its error code is of no use: PDFium leaves that of an earlier document standing
    repaired = _repair(data, name)
    try:
        return pdfium.PdfDocument(repaired), repaired
    except pdfium.PdfiumError as error:
        raise DocumentRefused("OF204", name, why="PDFium cannot open it, even rebuilt") from error


def _repair(data: bytes, name: str) -> bytes:
    """Have qpdf rebuild what PDFium could not open; it also tells whether a password is missing."""
    out = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as opened:
            opened.save(out, encryption=False)
    except pikepdf.PasswordError as error:
        raise DocumentRefused("OF203", name) from error
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RecursionError, RuntimeError) as error:
        why = re.sub(r"^(input|stream)? ?<[^>]*>:? ?", "", str(error))[:160]  # without the address of the stream
        raise DocumentRefused("OF203" if "encrypt" in why.lower() else "OF204", name, why=why) from error
    return out.getvalue()


def _embedded(opened: pikepdf.Pdf, limits: PdfLimits) -> Iterator[EmbeddedFile]:
    seen: set[tuple[int, int]] = set()
    for name, specification in _specifications(opened)[: limits.embedded_files]:
        found = _stream_of(specification)
        if found is None or (found.objgen in seen and found.objgen != (0, 0)):
            continue
        seen.add(found.objgen)
        try:
            content = found.read_bytes()
        except (pikepdf.PdfError, ValueError, NotImplementedError):
            continue
        if len(content) <= limits.embedded_bytes:
            yield EmbeddedFile(
                name=str(specification.get("/UF", specification.get("/F", name))),
                data=content,
                mime=str(found.get("/Subtype", "")).lstrip("/"),
                relationship=str(specification.get("/AFRelationship", "")).lstrip("/"),
            )


def _specifications(opened: pikepdf.Pdf) -> list[tuple[str, pikepdf.Object]]:
    """File specifications of the name tree (ISO 32000-1, 7.11.4) and of the associated files (ISO 32000-2, 14.13)."""
    found: list[tuple[str, pikepdf.Object]] = []
    tree = opened.Root.get("/Names", pikepdf.Dictionary()).get("/EmbeddedFiles")
    if tree is not None:
        found += [(str(key), value) for key, value in pikepdf.NameTree(tree).items()]
    associated = opened.Root.get("/AF")
    if isinstance(associated, pikepdf.Array):
        found += [("", entry) for entry in associated]
    return [(name, entry) for name, entry in found if isinstance(entry, pikepdf.Dictionary)]


def _stream_of(specification: pikepdf.Object) -> pikepdf.Stream | None:
    streams = specification.get("/EF")
    if not isinstance(streams, pikepdf.Dictionary):
        return None
    found = streams.get("/UF", streams.get("/F"))
    return found if isinstance(found, pikepdf.Stream) else None
