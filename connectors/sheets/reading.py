"""Read any table: told by bytes, inspected, read, cut to one table, and reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from config.errors import DocumentRefused, Reason
from connectors.sheets.cleaning import Block, clean_columns, cut_rows
from connectors.sheets.header import Cell, find_header
from connectors.sheets.html_table import read_html_table
from connectors.sheets.options import SheetOptions
from connectors.sheets.regions import Region, find_regions
from connectors.sheets.report import DroppedRow, Sheet, SheetReport, reason
from connectors.sheets.text_table import Table, read_text_table, unique_names
from connectors.sheets.workbook import Workbook, open_workbook
from connectors.sheets.xlsx_scan import SheetScan

__all__ = ["MAX_BYTES", "read"]

MAX_BYTES: Final = 1 << 30
_BLANK: Final = b"\0 \t\r\n"
_DEFAULT: Final = SheetOptions()


def read(data: bytes | Path, *, options: SheetOptions | None = None, name: str = "") -> Sheet:
    """Read one table of a workbook, a text table or an HTML table.

    Args:
        data: the file's bytes, or where it is.
        options: what is fixed rather than inferred.
        name: what to call it in errors; the path's name when empty.

    Raises:
        DocumentRefused: OF650 no table format, OF651 password, OF652 unfolds too far, OF653 damaged, OF654 too large
        or a far cell, OF655 a document type in its XML, OF656 no such sheet, OF657 formulas that were never calculated,
            OF660 no table on the sheet.
    """
    options = options or _DEFAULT
    where = name or (data.name if isinstance(data, Path) else "")
    size = data.stat().st_size if isinstance(data, Path) else len(data)
    if size > MAX_BYTES:
        raise DocumentRefused("OF654", where, rows=f"{size} bytes", columns="?", cells="?")
    content = data.read_bytes() if isinstance(data, Path) else data
    if not content[:4096].strip(_BLANK) and not content.strip(_BLANK):
        raise DocumentRefused("OF650", where, why="empty")
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        return _read_workbook(open_workbook(content, where=where), options)
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"<") and b"<table" in content[: 1 << 20].lower():
        table, encoding = read_html_table(content, options, where=where)
        return _finish(table, options, where, SheetReport("html", encoding=encoding), [])
    if head.startswith((b"<", b"%pdf", b"{\\rtf", b"\x1f\x8b")):
        raise DocumentRefused("OF650", where, why="another kind of file")
    table, dialect = read_text_table(content, options, where=where)
    remarks = []
    if table.ragged:
        remarks.append(reason("OF682", where, rows=", ".join(map(str, table.ragged[:5])), count=len(table.ragged)))
    report = SheetReport("csv", encoding=dialect.encoding, delimiter=dialect.delimiter)
    return _finish(table, options, where, report, remarks)


def _read_workbook(workbook: Workbook, options: SheetOptions) -> Sheet:
    sheet = _choose(workbook, options)
    scan = workbook.scan(sheet)
    remarks = _facts(workbook, scan, options)
    preview, first = workbook.preview(sheet, scan)
    if not preview:
        raise DocumentRefused("OF660", f"{workbook.where} {sheet}".strip(), why="the sheet is empty")
    header = options.header_row
    if header is None:
        found = find_header(preview).index
        header = first + found if found is not None else 0
    table = workbook.load(sheet, header or None, first)
    report = SheetReport(
        workbook.kind, sheet=sheet, sheets=workbook.sheets, hidden_sheets=workbook.hidden,
        hidden_rows=tuple(scan.hidden_rows), hidden_columns=tuple(scan.hidden_columns),
        error_cells=tuple(scan.error_cells), preamble=_preamble(preview[: max(0, header - first)]),
    )  # fmt: skip

    def again(header: int, rows: int) -> pl.DataFrame:
        return workbook.load(sheet, header or None, header + 1 if header else first, rows).frame

    return _finish(table, options, workbook.where, report, remarks, again)


def _preamble(rows: list[list[Cell | None]]) -> tuple[str, ...]:
    texts = (" ".join(cell.text for cell in row if cell is not None and cell.text)[:200] for row in rows)
    return tuple(text for text in texts if text)


def _choose(workbook: Workbook, options: SheetOptions) -> str:
    if isinstance(options.sheet, int) and 1 <= options.sheet <= len(workbook.sheets):
        return workbook.sheets[options.sheet - 1]
    if options.sheet is not None:
        if options.sheet in workbook.sheets:
            return str(options.sheet)
        raise DocumentRefused(
            "OF656", workbook.where, thing="sheet", name=options.sheet, known=", ".join(workbook.sheets)
        )
    visible = [name for name in workbook.sheets if name not in workbook.hidden] or list(workbook.sheets)
    if not visible:
        raise DocumentRefused("OF660", workbook.where, why="there is no sheet")
    return visible[0]


def _facts(workbook: Workbook, scan: SheetScan, options: SheetOptions) -> list[Reason]:
    remarks = []
    if workbook.date_1904:
        remarks.append(reason("OF672", workbook.where))
    if workbook.links or workbook.macros:
        remarks.append(
            reason("OF681", workbook.where, what="macros" if workbook.macros else "links to other workbooks")
        )
    if workbook.hidden:
        remarks.append(reason("OF671", workbook.where, what="sheets", which=", ".join(workbook.hidden)))
    if scan.uncalculated:
        if options.uncalculated == "refuse":
            raise DocumentRefused(
                "OF657", workbook.where, count=len(scan.uncalculated), cells=", ".join(scan.uncalculated[:5])
            )
        remarks.append(
            reason("OF680", workbook.where, count=len(scan.uncalculated), cells=", ".join(scan.uncalculated[:5]))
        )
    for what, which in (("rows", [str(row) for row in scan.hidden_rows]), ("columns", scan.hidden_columns)):
        if which:
            remarks.append(reason("OF671", workbook.where, what=what, which=", ".join(which[:10])))
    if scan.error_cells:
        remarks.append(
            reason("OF679", workbook.where, count=len(scan.error_cells), cells=", ".join(scan.error_cells[:10]))
        )
    if scan.merges:
        remarks.append(reason("OF683", workbook.where, cells=", ".join(scan.merges[:10])))
    return remarks


def _finish(
    table: Table,
    options: SheetOptions,
    where: str,
    report: SheetReport,
    remarks: list[Reason],
    again: Callable[[int, int], pl.DataFrame] | None = None,
) -> Sheet:
    """Cut the block to the table asked for and clean it; `again(header row, rows)` loads a part anew, with its own
    types.
    """
    size = table.frame.width * table.frame.height
    if size > options.max_cells:
        raise DocumentRefused("OF654", where, rows=table.frame.height, columns=table.frame.width, cells=size)
    place = f"{where} {report.sheet}".strip()
    regions = find_regions(table.frame)
    if not regions:
        errors = ", ".join(report.error_cells[:5])
        raise DocumentRefused("OF660", place, why=f"only errors: {errors}" if errors else "no column holds anything")
    if options.table > len(regions):
        known = ", ".join(str(number) for number in range(1, len(regions) + 1))
        raise DocumentRefused("OF656", place, thing="table", name=options.table, known=known)
    block, header = _cut(table, regions[options.table - 1], again)
    block.remarks = remarks
    _hide(block, report, options)
    cut_rows(block, options)
    columns = clean_columns(block, options)
    remarks = block.remarks
    if header is None:
        remarks.append(reason("OF670", where, what="no row of column names was found"))
    elif header > 1:
        remarks.append(reason("OF670", where, what=f"the column names stand in row {header}"))
    if len(regions) > 1:
        remarks.append(reason("OF684", place, tables=len(regions)))
    final = replace(
        report,
        preamble=report.preamble or table.preamble,
        header_row=header,
        tables=len(regions),
        columns=columns,
        dropped=tuple(block.dropped),
        remarks=tuple(remarks),
    )
    return Sheet(block.frame, block.rows, final, where)


def _cut(table: Table, region: Region, again: Callable[[int, int], pl.DataFrame] | None) -> tuple[Block, int | None]:
    """The block of one region, and the row number of its names."""
    (left, right), (start, end) = region.columns, region.rows
    header = table.header_row if region.header is None else table.first_row + region.header
    if region.is_all_of(table.frame):
        frame = table.frame
    elif again is not None:
        frame = again(header or 0, end - start)
    else:
        frame = table.frame.slice(start, end - start)
        if region.header is not None:
            frame.columns = unique_names(table.frame.row(region.header))
    first = table.first_row + start
    rows = pl.arange(first, first + frame.height, eager=True, dtype=pl.UInt32).alias("row")
    return Block(frame[:, left:right], rows), header


def _hide(block: Block, report: SheetReport, options: SheetOptions) -> None:
    if report.hidden_rows and options.hidden_rows == "drop":
        mask = block.rows.is_in(list(report.hidden_rows))
        block.dropped += [DroppedRow(int(row), "hidden row", "") for row in block.rows.filter(mask)]
        block.keep(~mask)
