"""Read one sheet of a workbook with calamine (through fastexcel) into polars, after the archive was inspected."""

from __future__ import annotations

import logging
import posixpath
import re
from dataclasses import dataclass, field
from typing import Any, Final

import fastexcel
import polars as pl
from lxml import etree

from config.errors import DocumentRefused
from connectors.sheets.header import Cell
from connectors.sheets.options import SheetOptions
from connectors.sheets.package import Package, inspect_package, ole_kind
from connectors.sheets.text_table import Table
from connectors.sheets.xlsx_scan import PREVIEW_ROWS, SheetScan, scan_worksheet

__all__ = ["Workbook", "open_workbook"]

# It logs a line a column without values to stderr; the report says so in words.
logging.getLogger("fastexcel").addHandler(logging.NullHandler())
logging.getLogger("fastexcel").propagate = False

_EPOCH: Final = r"^(?:1899-12-3|190[0-4]-\d\d-\d)\d \d\d:\d\d:\d\d$"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION: Final = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(slots=True)
class Workbook:
    """An inspected workbook, open for reading.

    Attributes:
        kind: xlsx, xlsm, xlsb, xls or ods.
        sheets: names of the worksheets in order; `hidden` those that a person cannot see.
        members: xlsx only: sheet name -> name of its XML in the archive.
        date_1904: the workbook counts days from 1904 (the parser takes that into account).
        links, macros: there are links to other workbooks, or macros.
    """

    kind: str
    where: str
    reader: fastexcel.ExcelReader
    package: Package | None
    sheets: tuple[str, ...]
    hidden: tuple[str, ...] = ()
    members: dict[str, str] = field(default_factory=dict)
    date_1904: bool = False
    links: bool = False
    macros: bool = False

    def scan(self, sheet: str) -> SheetScan | None:
        """Facts of a worksheet that the parser does not give; None where the format is not XML worksheets."""
        if self.package is None or sheet not in self.members:
            return None
        strings = "xl/sharedStrings.xml" if "xl/sharedStrings.xml" in self.package.names else ""
        return scan_worksheet(self.package.archive, self.members[sheet], strings, where=f"{self.where} {sheet}".strip())

    def preview(self, sheet: str, scan: SheetScan | None) -> tuple[list[list[Cell | None]], int]:
        """The first rows as cells, and the row number of the first of them."""
        if scan is not None:
            return _grid(scan.preview)
        try:
            head = self.reader.load_sheet(sheet, header_row=None, n_rows=PREVIEW_ROWS, dtypes="string").to_polars()
            first = self._first_row(sheet)
        except fastexcel.FastExcelError as error:
            raise _refusal(error, self.where) from error
        rows = [[Cell(text.strip()) if text and text.strip() else None for text in row] for row in head.rows()]
        return rows, first

    def _first_row(self, sheet: str) -> int:
        """Row number of the first filled row: without `skip_rows` the parser starts there, with it at the sheet's top."""
        from_first = self.reader.load_sheet(sheet, header_row=None, dtypes="string")
        from_second = self.reader.load_sheet(sheet, header_row=None, skip_rows=1, dtypes="string")
        return from_second.total_height - from_first.total_height + 1

    def load(self, sheet: str, header: int | None, first: int, rows: int | None = None) -> Table:
        """Cells from row `first` on (1-based), with names from row `header`; `rows` of them, or all.

        Raises:
            DocumentRefused: OF653 the parser finds the sheet damaged.
        """
        where: dict[str, Any] = {"header_row": header - 1} if header else {"header_row": None}
        if header is None and first > 1:
            where["skip_rows"] = first - 1
        if rows is not None:
            where["n_rows"] = rows
        try:
            try:
                frame = self.reader.load_sheet(sheet, schema_sample_rows=None, **where).to_polars()
            except (fastexcel.UnsupportedColumnTypeCombinationError, fastexcel.CalamineCellError):
                frame = _spell_durations(self.reader.load_sheet(sheet, dtypes="string", **where).to_polars())
        except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
            raise _refusal(error, self.where) from error
        frame.columns = [
            f"\0{position}" if name.startswith("__UNNAMED__") else name for position, name in enumerate(frame.columns)
        ]
        return Table(frame, header, header + 1 if header else first)


def _spell_durations(frame: pl.DataFrame) -> pl.DataFrame:
    """Spell durations in hours (255:10:10) as the sheet shows them: in a column of dates they come out as days of 1900."""
    return frame.with_columns(_spell(pl.col(name)).alias(name) for name in frame.columns)


def _spell(text: pl.Expr) -> pl.Expr:
    stamp = text.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
    base = pl.when(stamp.dt.year() == 1904).then(pl.datetime(1904, 1, 1)).otherwise(pl.datetime(1899, 12, 31))
    seconds = (stamp - base).dt.total_seconds()
    parts = [(seconds // 3600), (seconds // 60 % 60), (seconds % 60)]
    spelled = pl.concat_str((part.cast(pl.String).str.zfill(2) for part in parts), separator=":")
    return pl.when(text.str.contains(_EPOCH)).then(spelled).otherwise(text)


def _grid(preview: dict[int, dict[int, Cell]]) -> tuple[list[list[Cell | None]], int]:
    filled = {row: cells for row, cells in preview.items() if cells}
    if not filled:
        return [], 1
    width = max(max(cells) for cells in filled.values())
    first, last = min(filled), max(filled)
    last = min(last, first + 4 * PREVIEW_ROWS)
    return [[preview.get(row, {}).get(at) for at in range(1, width + 1)] for row in range(first, last + 1)], first


def open_workbook(data: bytes, options: SheetOptions, *, where: str = "") -> Workbook:
    """Inspect and open a workbook.

    Raises:
        DocumentRefused: OF650 to OF655, for each reason not to read it.
    """
    del options
    package = None
    if data.startswith(b"PK"):
        package = inspect_package(data, where=where)
        kind = package.kind
    else:
        kind = ole_kind(data)
        if kind == "encrypted":
            raise DocumentRefused("OF651", where)
        if kind != "xls":
            raise DocumentRefused("OF650", where, why="an OLE file without a workbook in it")
    try:
        reader = fastexcel.read_excel(data)
        names = tuple(reader.sheet_names)
    except fastexcel.FastExcelError as error:
        raise _refusal(error, where) from error
    workbook = Workbook(kind, where, reader, package, names)
    if package is not None and kind in ("xlsx", "xlsm"):
        _describe_xlsx(workbook, package)
    return workbook


def _describe_xlsx(workbook: Workbook, package: Package) -> None:
    try:
        book = etree.fromstring(package.read("xl/workbook.xml"), _parser())
        relations = etree.fromstring(package.read("xl/_rels/workbook.xml.rels"), _parser())
    except etree.XMLSyntaxError as error:
        raise DocumentRefused("OF653", workbook.where, why=str(error)[:200]) from error
    targets = {str(node.get("Id")): str(node.get("Target")) for node in relations}
    hidden = []
    for node in book.iterfind(".//{*}sheets/{*}sheet"):
        name = str(node.get("name"))
        target = targets.get(str(node.get(_RELATION) or node.get(_STRICT_RELATION)), "")
        member = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
        if member in package.names and "worksheets/" in member:
            workbook.members[name] = member
        if node.get("state") in ("hidden", "veryHidden"):
            hidden.append(name)
    workbook.hidden = tuple(hidden)
    properties = book.find("{*}workbookPr")
    workbook.date_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    workbook.links = any(name.startswith("xl/externalLinks/") for name in package.names)
    workbook.macros = "xl/vbaProject.bin" in package.names


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _refusal(error: Exception, where: str) -> DocumentRefused:
    text = re.sub(r"\s+", " ", str(error).split("Context:", maxsplit=1)[0]).strip()
    if re.search(r"(?i)password|encrypt", text):
        return DocumentRefused("OF651", where)
    return DocumentRefused("OF653", where, why=text[:200])
