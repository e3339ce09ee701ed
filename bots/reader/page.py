"""A page as the reader sees it: words with boxes, and its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bots.reader.reading import Box, Source
from connectors.words import Word

__all__ = ["OPEN_PAGES", "OwnIdentity", "Page"]

OPEN_PAGES = 48
"""So many pages of a document are in memory; what is known of the others of a longer one waits on the disk, and is made
anew when somebody looks at them.  About 0.25 MB a page; nearly all documents are shorter."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Attributes:
        number: counted from 1 in its document.
        width, height: in points.
        words: in any order.
        source: where the words come from; "text" for a PDF's text layer, "ocr" for recognised ones.
        rules: boxes of ruling lines, when somebody looked for them.
    """

    number: int
    width: float
    height: float
    words: Sequence[Word]
    source: Source = "text"
    rules: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnIdentity:
    """Who we are: never the seller of an invoice that we received."""

    names: tuple[str, ...] = ()
    vat_ids: tuple[str, ...] = ()
    ibans: tuple[str, ...] = ()
