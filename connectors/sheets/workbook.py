"""Read one sheet of a workbook with calamine (through fastexcel) into polars, after the archive was inspected."""

from __future__ import annotations

import logging
import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import fastexcel
import polars as pl
from lxml import etree

from config.errors import DocumentRefused
from connectors.sheets.header import Cell
from connectors.sheets.other_scans import scan_ods, scan_xls, scan_xlsb
from connectors.sheets.package import Package, inspect_package, ole_kind
from connectors.sheets.probe import SheetFacts, probe
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
        facts: other formats: what the trial in a child process learned of each sheet.
        members: xlsx only: sheet name -> name of its XML in the archive.
        date_1904: the workbook counts days from 1904 (the parser takes that into account).
        links, macros: there are links to other workbooks, or macros.
    """

    kind: str
    where: str
    data: bytes
    reader: fastexcel.ExcelReader
    package: Package | None
    sheets: tuple[str, ...]
    hidden: tuple[str, ...] = ()
    members: dict[str, str] = field(default_factory=dict)
    facts: dict[str, SheetFacts] = field(default_factory=dict)
    date_1904: bool = False
    links: bool = False
    macros: bool = False

    def scan(self, sheet: str) -> SheetScan:
        """Facts of a worksheet that the parser does not give: errors and hidden rows, and for xlsx much more."""
        number = self.sheets.index(sheet) + 1
        if self.package is None:
            return scan_xls(self.data, number)
        if self.kind == "ods":
            return scan_ods(self.package, sheet)
        if sheet in self.members:
            strings = "xl/sharedStrings.xml" if "xl/sharedStrings.xml" in self.package.names else ""
            place = f"{self.where} {sheet}".strip()
            return scan_worksheet(self.package.archive, self.members[sheet], strings, where=place)
        return scan_xlsb(self.package, number) if self.kind == "xlsb" else SheetScan()

    def preview(self, sheet: str, scan: SheetScan) -> tuple[list[list[Cell | None]], int]:
        """The first rows as cells, and the row number of the first of them.

        Raises:
            DocumentRefused: OF653 the parser finds the sheet damaged.
        """
        if scan.preview:
            return _grid(scan.preview)
        with _parsing(self.where):
            head = self.reader.load_sheet(sheet, header_row=None, n_rows=PREVIEW_ROWS, dtypes="string").to_polars()
        rows = [[Cell(text.strip()) if text and text.strip() else None for text in row] for row in head.rows()]
        return rows, self.facts[sheet].first if sheet in self.facts else 1

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
        with _parsing(self.where):
            try:
                frame = self.reader.load_sheet(sheet, schema_sample_rows=None, **where).to_polars()
            except (fastexcel.UnsupportedColumnTypeCombinationError, fastexcel.CalamineCellError):
                frame = self._load_as_text(sheet, where)
        frame.columns = [
            f"\0{position}" if name.startswith("__UNNAMED__") else name for position, name in enumerate(frame.columns)
        ]
        return Table(frame, header, header + 1 if header else first)

    def _load_as_text(self, sheet: str, where: dict[str, Any]) -> pl.DataFrame:
        """Columns that mix dates, durations and errors, as text; durations are spelled in hours (255:10:10)."""
        texts = self.reader.load_sheet(sheet, dtypes="string", **where).to_polars()
        spans = self.reader.load_sheet(sheet, dtypes="duration", **where).to_polars()
        columns = []
        for name in texts.columns:
            text, span = texts[name], spans[name]
            lost = text.is_null() & span.is_not_null()
            early = text.str.contains(_EPOCH).fill_null(value=False)  # a duration in a column of dates
            columns.append(_clock(span).zip_with(lost | early, text).alias(name))
        return pl.DataFrame(columns)


def _clock(span: pl.Series) -> pl.Series:
    seconds = span.dt.total_seconds()
    parts = {"h": seconds // 3600, "m": seconds // 60 % 60, "s": seconds % 60}
    padded = [pl.col(name).cast(pl.String).str.zfill(2) for name in parts]
    return pl.DataFrame(parts).select(pl.concat_str(padded, separator=":")).to_series()


@contextmanager
def _parsing(where: str) -> Iterator[None]:
    """What calamine, fastexcel or polars raise on a damaged file, panics included, as our own refusal."""
    try:
        yield
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError, ValueError, OverflowError) as error:
        raise _refusal(error, where) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # pyo3 derives it from BaseException
            raise
        raise DocumentRefused("OF653", where, why=f"the parser gave up: {str(error)[:150]}") from error


def _grid(preview: dict[int, dict[int, Cell]]) -> tuple[list[list[Cell | None]], int]:
    filled = {row: cells for row, cells in preview.items() if cells}
    if not filled:
        return [], 1
    width = max(max(cells) for cells in filled.values())
    first, last = min(filled), max(filled)
    last = min(last, first + 4 * PREVIEW_ROWS)
    return [[preview.get(row, {}).get(at) for at in range(1, width + 1)] for row in range(first, last + 1)], first


def open_workbook(data: bytes, *, where: str = "") -> Workbook:
    """Inspect and open a workbook.

    Raises:
        DocumentRefused: OF650 to OF655, for each reason not to read it.
    """
    package, unpacked = None, len(data)
    if data.startswith(b"PK"):
        package = inspect_package(data, where=where)
        kind, unpacked = package.kind, package.unpacked
    else:
        kind = ole_kind(data)
        if kind == "encrypted":
            raise DocumentRefused("OF651", where)
        if kind != "xls":
            raise DocumentRefused("OF650", where, why="an OLE file without a workbook in it")
    facts = {} if kind in ("xlsx", "xlsm") else probe(data, unpacked, where=where)
    with _parsing(where):
        reader = fastexcel.read_excel(data)
        names = tuple(reader.sheet_names)
    unseen = tuple(fact.name for fact in facts.values() if not fact.visible)
    workbook = Workbook(kind, where, data, reader, package, names, unseen, facts=facts)
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
