"""A page with what was read from it drawn over: a box and a name for each value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO

from PIL import Image, ImageDraw

from bots.reader.reading import Reading, Value
from connectors.file_type import file_type
from connectors.images import Pictures
from connectors.pdf import Pdf
from connectors.sandbox import Sandbox

__all__ = ["draw", "draw_safely"]

_DPI = 110
_PROVEN, _OPEN, _LINES = (22, 130, 60), (196, 110, 0), (60, 90, 200)


def draw_safely(data: bytes, name: str, readings: Sequence[Reading], page: int | None = None) -> bytes:
    """As `draw`, in a child process with limits.

    Raises:
        DocumentRefused: the document cannot be drawn within the limits.
    """
    with Sandbox() as sandbox:
        return sandbox.run(draw, data, name, list(readings), page)


def draw(data: bytes, name: str, readings: Sequence[Reading], page: int | None = None) -> bytes:
    """One page as PNG with boxes: green for fields of a document that proves itself, amber for others, blue for lines.

    Args:
        page: which page; the first that the first reading covers when None.
    """
    number = page or readings[0].pages[0]
    picture = Image.open(BytesIO(_page(data, name, number))).convert("RGB")
    pen = ImageDraw.Draw(picture)
    scale = _DPI / 72
    for label, value, colour in _marks(readings):
        if value.page == number and value.box is not None:
            x0, y0, x1, y1 = (edge * scale for edge in value.box)
            pen.rectangle((x0 - 2, y0 - 2, x1 + 2, y1 + 2), outline=colour, width=2)
            if label:
                pen.text((x0, y0 - 13), label, fill=colour)
    target = BytesIO()
    picture.save(target, "PNG", optimize=True)
    return target.getvalue()


def _marks(readings: Sequence[Reading]) -> Iterator[tuple[str, Value, tuple[int, int, int]]]:
    for reading in readings:
        colour = _PROVEN if reading.confident else _OPEN
        for name, value in reading.fields.items():
            yield name, value, colour
        for line in reading.lines:
            figures = (line.description, line.quantity, line.unit_price, line.line_total)
            yield from (("", figure, _LINES) for figure in figures if figure is not None)


def _page(data: bytes, name: str, number: int) -> bytes:
    if file_type(data) == "pdf":
        with Pdf.open(data, name) as pdf:
            return pdf.png(number, _DPI)
    with Pictures.open(data, name) as pictures:
        return pictures.png(number, _DPI)
