"""Whatever has pages: a PDF or a picture, opened by its bytes and drawn; also out of a signed envelope."""

from __future__ import annotations

from config.errors import DocumentRefused
from connectors.einvoice import open_envelope
from connectors.file_type import file_type
from connectors.images import IMAGE_TYPES, Pictures
from connectors.pdf import Pdf

__all__ = ["open_paper", "page_picture"]


def open_paper(data: bytes, name: str = "") -> Pdf | Pictures:
    """The document's pages: both kinds have `page_count`, `size(page)`, `png(page, dpi)` and close like a file.

    Raises:
        DocumentRefused: the codes of `Pdf.open` and `Pictures.open`; OF201 when it has no pages to draw.
    """
    data = open_envelope(data, name)
    kind = file_type(data)
    if kind == "pdf":
        return Pdf.open(data, name)
    if kind in IMAGE_TYPES:
        return Pictures.open(data, name)
    raise DocumentRefused("OF200" if kind == "empty" else "OF201", name, kind=kind)


def page_picture(
    data: bytes, name: str = "", page: int = 1, dpi: float = 110
) -> tuple[bytes, int, tuple[float, float]]:
    """One page (from 1) as PNG, how many pages there are, and the page's size in points.  Run it in a sandbox.

    Raises:
        DocumentRefused: as `open_paper`; OF206, there is no such page.
    """
    with open_paper(data, name) as paper:
        if not 1 <= page <= paper.page_count:
            raise DocumentRefused("OF206", f"{name} page {page}")
        return paper.png(page, dpi), paper.page_count, paper.size(page)
