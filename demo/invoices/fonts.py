"""Typefaces: three that every PDF reader has (not embedded) and two open ones that are embedded as subsets."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

__all__ = ["EMBEDDED", "STANDARD", "Face", "face", "width"]

STANDARD: tuple[str, ...] = ("Helvetica", "Times", "Courier")
EMBEDDED: tuple[str, ...] = ("Source Sans", "Source Serif")
_STANDARD_FACES = {
    "Helvetica": ("Helvetica", "Helvetica-Bold"),
    "Times": ("Times-Roman", "Times-Bold"),
    "Courier": ("Courier", "Courier-Bold"),
}
_PACKAGES = {
    "Source Sans": ("font_source_sans_pro", "SourceSansPro"),
    "Source Serif": ("font_source_serif_pro", "SourceSerifPro"),
}


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface: the names under which PDF knows its regular and bold fonts."""

    regular: str
    bold: str
    embedded: bool


@cache
def face(family: str) -> Face:
    """A family of STANDARD or EMBEDDED, registered and ready."""
    if family in _STANDARD_FACES:
        return Face(*_STANDARD_FACES[family], embedded=False)
    package, stem = _PACKAGES[family]
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"{package}: install Oficio with its extra `demo`", name=package)
    directory = Path(found.submodule_search_locations[0]) / "files"
    for weight in ("Regular", "Bold"):
        pdfmetrics.registerFont(TTFont(f"{stem}-{weight}", directory / f"{stem}-{weight}.ttf", asciiReadable=0))
    return Face(f"{stem}-Regular", f"{stem}-Bold", embedded=True)


def width(text: str, font: str, size: float) -> float:
    """Width of a text in points."""
    return float(pdfmetrics.stringWidth(text, font, size))
