"""The report as a PDF to print and to sign; the same log and choice give the same bytes."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from bots.auditor.report import Report
from bots.auditor.story import Chapter, Life

__all__ = ["write_pdf"]

_REGULAR, _BOLD = "SourceSansPro-Regular", "SourceSansPro-Bold"
_BODY = ParagraphStyle("body", fontName=_REGULAR, fontSize=8.5, leading=11)
_SMALL = ParagraphStyle("small", _BODY, fontSize=7.5, leading=9.5, textColor=HexColor("#555555"), wordWrap="CJK")
_TITLE = ParagraphStyle("title", fontName=_BOLD, fontSize=18, leading=24)
_HEADING = ParagraphStyle("heading", fontName=_BOLD, fontSize=10.5, leading=14, spaceBefore=10, spaceAfter=3)
_GRID = TableStyle(
    [
        ("LINEBELOW", (0, 0), (-1, -1), 0.3, HexColor("#cccccc")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
)
_LIFE = (14 * mm, 30 * mm, 30 * mm, 104 * mm)
_CONTENTS = (50 * mm, 22 * mm, 52 * mm, 20 * mm, 14 * mm, 20 * mm)


def write_pdf(path: Path, report: Report) -> None:
    """Write the report; characters that its typeface lacks are shown by their code point."""
    for name in (_REGULAR, _BOLD):
        pdfmetrics.registerFont(_font(name))
    document = SimpleDocTemplate(
        str(path), pagesize=A4, leftMargin=16 * mm, rightMargin=16 * mm, topMargin=16 * mm, bottomMargin=18 * mm,
        title=report.words.title, author=report.facts[0][1].partition("+")[0], invariant=1,
    )  # fmt: skip

    def foot(canvas: Canvas, _document: object) -> None:
        canvas.setFont(_REGULAR, 7.5)
        canvas.drawRightString(A4[0] - 16 * mm, 10 * mm, report.words.page.format(page=canvas.getPageNumber()))

    document.build(list(_story(report)), onFirstPage=foot, onLaterPages=foot)


def _story(report: Report) -> Iterator[Flowable]:
    words = report.words
    yield Paragraph(_safe(words.title), _TITLE)
    yield Paragraph(_safe(report.scope), _BODY)
    yield Spacer(1, 3 * mm)
    for name, value in report.facts:
        yield Paragraph(f"<b>{_safe(name)}</b>", _BODY)
        yield Paragraph(_safe(value), _SMALL)
    yield from _heading(words.contents)
    rows = [[words.item, words.process, words.key, words.state, words.events, words.persons]]
    rows += [
        [life.item, life.process, life.number or life.key, life.state, str(len(life.chapters)), ", ".join(life.persons)]
        for life in report.lives
        if life.item
    ]
    yield Table(
        [[Paragraph(_safe(cell), _SMALL) for cell in row] for row in rows], _CONTENTS, style=_GRID, repeatRows=1
    )
    for life in report.lives:
        yield from _life(life, report)
    if report.absent:
        yield from _heading(words.absent)
        yield from (Paragraph(sha256, _SMALL) for sha256 in report.absent)


def _heading(text: str) -> Iterator[Flowable]:
    yield CondPageBreak(35 * mm)  # a heading stays with the first rows under it
    yield Paragraph(_safe(text), _HEADING)


def _life(life: Life, report: Report) -> Iterator[Flowable]:
    words = report.words
    yield from _heading(life.title or words.rest)
    head = [Paragraph(_safe(word), _SMALL) for word in (words.event, words.when, words.who, words.what)]
    yield Table([head, *(_row(chapter) for chapter in life.chapters)], _LIFE, style=_GRID, repeatRows=1)


def _row(chapter: Chapter) -> list[object]:
    lines = [*chapter.details, *(f"{kind}: {sha256[:32]}" for kind, sha256 in chapter.files)]
    what = [Paragraph(_safe(chapter.what), _BODY), *(Paragraph(_safe(line), _SMALL) for line in lines)]
    cells = (str(chapter.seq), f"{chapter.at:%Y-%m-%d %H:%M:%S}", chapter.who)
    return [*(Paragraph(_safe(cell), _BODY) for cell in cells), what]


@cache
def _font(name: str) -> TTFont:
    """One of the report's typefaces, of the package `font-source-sans-pro` (SIL OFL)."""
    (package,) = importlib.util.find_spec("font_source_sans_pro").submodule_search_locations  # type: ignore[union-attr,misc] # a dependency of ours
    return TTFont(name, str(Path(package) / "files" / f"{name}.ttf"))


def _safe(text: str) -> str:
    """A text for a paragraph: escaped, and only of characters that the typeface has."""
    known = _font(_REGULAR).face.charToGlyph
    return escape("".join(char if ord(char) in known else f"[U+{ord(char):04X}]" for char in text), quote=False)
