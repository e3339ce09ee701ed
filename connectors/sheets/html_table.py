"""HTML tables that pretend to be workbooks: what many portals export as `.xls`."""

from __future__ import annotations

import polars as pl
from lxml import etree, html

from config.errors import DocumentRefused
from connectors.sheets.header import Cell, find_header
from connectors.sheets.options import SheetOptions
from connectors.sheets.text_table import Table, decode, unique_names

__all__ = ["read_html_table"]

_MAX_CELLS = 5_000_000


def read_html_table(data: bytes, options: SheetOptions, *, where: str = "") -> tuple[Table, str]:
    """The largest table of an HTML page, every cell as text, and the page's encoding.

    Raises:
        DocumentRefused: OF650 there is no table in it, OF653 not HTML, OF654 too large.
    """
    text, encoding = decode(data, options.encoding, where=where)
    text = text.removeprefix("\ufeff")
    try:
        page = html.fromstring(
            text.encode(), parser=html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
        )
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise DocumentRefused("OF653", where, why=str(error)[:200]) from error
    tables = [_cells(table) for table in page.iter("table")]
    rows = max(tables, key=len, default=[])
    if not rows:
        raise DocumentRefused("OF650", where, why="a page without a table")
    width = max(len(row) for row in rows)
    if width * len(rows) > _MAX_CELLS:
        raise DocumentRefused("OF654", where, rows=len(rows), columns=width, cells=width * len(rows))
    header = find_header([[Cell(cell) if cell else None for cell in row] for row in rows[:60]]).index
    if options.header_row is not None:
        header = options.header_row - 1 if options.header_row else None
    start = 0 if header is None else header + 1
    names = rows[header] if header is not None else []
    columns = unique_names([*names, *[None] * (width - len(names))])
    body = {
        name: [row[at] if at < len(row) and row[at] else None for row in rows[start:]]
        for at, name in enumerate(columns)
    }
    frame = pl.DataFrame(body, schema=dict.fromkeys(columns, pl.String))
    return Table(frame, None if header is None else header + 1, start + 1), encoding


def _cells(table: etree._Element) -> list[list[str]]:
    return [
        [" ".join("".join(str(part) for part in cell.itertext()).split()) for cell in row if cell.tag in ("td", "th")]
        for row in table.iter("tr")
    ]
