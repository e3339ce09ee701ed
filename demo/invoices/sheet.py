"""Pages as lists of marks, so that the order in which a PDF holds its text can differ from the order of reading.

Coordinates are PDF points from the page's top left, text stands on its baseline.  Real programs write totals before
lines, split words, place every glyph on its own: `emit` does so on request.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from demo.invoices.fonts import width

__all__ = ["BLACK", "GREY", "Align", "Colour", "Order", "Sheet", "Split"]

Colour = tuple[float, float, float]
Order = Literal["reading", "columns", "shuffled", "labels last"]
Align = Literal["left", "right", "centre"]
Split = Literal["lines", "words", "glyphs"]
BLACK: Colour = (0, 0, 0)
GREY: Colour = (0.45, 0.45, 0.45)


@dataclass(slots=True)
class _Text:
    page: int
    x: float
    y: float
    text: str
    font: str
    size: float
    colour: Colour
    angle: float = 0
    under: bool = False


@dataclass(slots=True)
class _Shape:
    page: int
    kind: Literal["line", "box", "fill"]
    x0: float
    y0: float
    x1: float
    y1: float
    colour: Colour
    weight: float = 0.6


@dataclass
class Sheet:
    """A document being drawn."""

    width: float
    height: float
    page: int = 0
    texts: list[_Text] = field(default_factory=list)
    shapes: list[_Shape] = field(default_factory=list)

    def turn(self) -> None:
        """Go on on a new page."""
        self.page += 1

    def text(
        self,
        x: float,
        y: float,
        text: str,
        font: str,
        size: float,
        align: Align = "left",
        colour: Colour = BLACK,
        page: int | None = None,
    ) -> float:
        """Write one line of text; `x` is its left end, right end or middle.  Returns its width."""
        wide = width(text, font, size)
        left = x - {"left": 0.0, "right": wide, "centre": wide / 2}[align]
        if text.strip():
            self.texts.append(_Text(self.page if page is None else page, left, y, text, font, size, colour))
        return wide

    def upright(
        self,
        x: float,
        y: float,
        text: str,
        font: str,
        size: float,
        colour: Colour,
        angle: float,
        *,
        under: bool = False,
    ) -> None:
        """Write turned text on the first page (margin notes, stamps); `under`: below everything (watermarks)."""
        self.texts.append(_Text(0, x, y, text, font, size, colour, angle, under))

    def line(self, x0: float, y0: float, x1: float, y1: float, colour: Colour = BLACK, weight: float = 0.6) -> None:
        """Draw a straight line."""
        self.shapes.append(_Shape(self.page, "line", x0, y0, x1, y1, colour, weight))

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: Colour = BLACK, weight: float = 0.6) -> None:
        """Draw the outline of a rectangle."""
        self.shapes.append(_Shape(self.page, "box", x0, y0, x1, y1, colour, weight))

    def fill(self, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
        """Fill a rectangle; it lies below all text."""
        self.shapes.append(_Shape(self.page, "fill", x0, y0, x1, y1, colour))

    def emit(self, rng: Random, order: Order = "reading", split: Split = "lines", title: str = "") -> bytes:
        """The PDF; the same marks, order and seed give the same bytes."""
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(self.width, self.height), invariant=True, pageCompression=1)
        canvas.setTitle(title)
        canvas.setCreator("")
        canvas.setProducer("")
        texts = [mark for mark in self.texts if mark.under]
        texts += _in_order([mark for mark in self.texts if not mark.under], order, rng)
        for page in range(self.page + 1):
            self._shapes(canvas, page)
            for mark in texts:
                if mark.page == page:
                    _write(canvas, mark, self.height, split)
            canvas.showPage()
        canvas.save()
        return out.getvalue()

    def _shapes(self, canvas: Canvas, page: int) -> None:
        for shape in sorted((one for one in self.shapes if one.page == page), key=lambda one: one.kind != "fill"):
            if shape.kind == "fill":
                canvas.setFillColor(Color(*shape.colour))
                canvas.rect(
                    shape.x0, self.height - shape.y1, shape.x1 - shape.x0, shape.y1 - shape.y0, stroke=0, fill=1
                )
                continue
            canvas.setStrokeColor(Color(*shape.colour))
            canvas.setLineWidth(shape.weight)
            if shape.kind == "line":
                canvas.line(shape.x0, self.height - shape.y0, shape.x1, self.height - shape.y1)
            else:
                canvas.rect(shape.x0, self.height - shape.y1, shape.x1 - shape.x0, shape.y1 - shape.y0)


def _in_order(texts: Sequence[_Text], order: Order, rng: Random) -> Sequence[_Text]:
    match order:
        case "columns":
            return sorted(texts, key=lambda mark: (mark.page, round(mark.x / 40), mark.y))
        case "shuffled":
            return rng.sample(texts, len(texts))
        case "labels last":
            return sorted(texts, key=lambda mark: (mark.page, not any(char.isdigit() for char in mark.text)))
    return texts


def _write(canvas: Canvas, mark: _Text, height: float, split: Split) -> None:
    canvas.setFillColor(Color(*mark.colour))
    canvas.setFont(mark.font, mark.size)
    if mark.angle:
        canvas.saveState()
        canvas.translate(mark.x, height - mark.y)
        canvas.rotate(mark.angle)
        canvas.drawString(0, 0, mark.text)
        canvas.restoreState()
        return
    if split == "lines":
        canvas.drawString(mark.x, height - mark.y, mark.text)
        return
    parts = mark.text.split(" ") if split == "words" else list(mark.text)
    gap = width(" ", mark.font, mark.size) if split == "words" else 0.0
    x = mark.x
    for part in parts:
        if part.strip():
            canvas.drawString(x, height - mark.y, part)
        x += width(part, mark.font, mark.size) + gap
