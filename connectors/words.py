"""Words of a page with their boxes: what the text layer and the OCR both yield."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Word"]


@dataclass(frozen=True, slots=True)
class Word:
    """One printed word.

    Attributes:
        text: as printed, without blanks.
        x0, y0, x1, y1: its box in PDF points, origin at the page's top left.
        page: counted from 1.
        size: type size in points.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    page: int
    size: float
