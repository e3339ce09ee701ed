"""Errors and hidden rows of xlsb, ods and xls, which the parser leaves out; told by small scans of their records.

Sources: [MS-XLSB] 2.1.4 and 2.4 (records), OpenDocument 1.3 part 3 (table:table-row), [MS-XLS] 2.4 (BIFF records).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from lxml import etree

from connectors.sheets.compound_file import stream_of
from connectors.sheets.package import Package
from connectors.sheets.xlsx_scan import SheetScan, column_letters

__all__ = ["scan_ods", "scan_xls", "scan_xlsb"]

_KEEP: Final = 1000
_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_CALC_TYPE: Final = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_XLSB_ROW, _XLSB_ERRORS = 0, (3, 11)
_EOF, _SHEET, _ROW, _BOOL_OR_ERROR, _FORMULA = 0x000A, 0x0085, 0x0208, 0x0205, 0x0006


def scan_xlsb(package: Package, number: int) -> SheetScan:
    """Scan the sheet of a number, from 1; its part is named by it in every workbook that Excel writes."""
    scan = SheetScan()
    row = 0
    for kind, body in _xlsb_records(package.read(f"xl/worksheets/sheet{number}.bin", 1 << 30)):
        if kind == _XLSB_ROW and len(body) >= 12:
            row = int.from_bytes(body[:4], "little") + 1
            if body[11] & 0x10:  # fDyZero: its height is zero
                scan.hidden_rows.append(row)
        elif kind in _XLSB_ERRORS and len(body) >= 4 and len(scan.error_cells) < _KEEP:
            scan.error_cells.append(f"{column_letters(int.from_bytes(body[:4], 'little') + 1)}{row}")
    return scan


def _xlsb_records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at, end = 0, len(data)
    while at < end:
        kind = data[at]
        at += 1
        if kind & 0x80 and at < end:
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while at < end and shift < 28:
            size |= (data[at] & 0x7F) << shift
            shift += 7
            at += 1
            if not data[at - 1] & 0x80:
                break
        yield kind, data[at : at + size]
        at += size


def scan_ods(package: Package, sheet: str) -> SheetScan:
    """Scan one sheet of an OpenDocument spreadsheet."""
    scan = SheetScan()
    content = BytesIO(package.read("content.xml", 1 << 30))
    row, inside = 1, False
    try:
        for event, node in etree.iterparse(
            content, events=("start", "end"), tag=(f"{_TABLE}table", f"{_TABLE}table-row"), resolve_entities=False,
            no_network=True, load_dtd=False, huge_tree=False,
        ):  # fmt: skip
            if str(node.tag).endswith("}table"):
                inside = event == "start" and node.get(f"{_TABLE}name") == sheet
                row = 1 if event == "start" else row
            elif event == "end":
                row += _ods_row(scan, node, row) if inside else 0
                node.clear()
    except etree.XMLSyntaxError:
        return scan  # the parser has read it all the same: what was found until here is reported
    return scan


def _ods_row(scan: SheetScan, node: etree._Element, row: int) -> int:
    """How many rows the element stands for."""
    repeated = _count(node.get(f"{_TABLE}number-rows-repeated"))
    if node.get(f"{_TABLE}visibility") in ("collapse", "filter"):
        scan.hidden_rows += range(row, row + min(repeated, _KEEP))
    column = 1
    for cell in node:
        if cell.get(_CALC_TYPE) == "error" and len(scan.error_cells) < _KEEP:
            scan.error_cells.append(f"{column_letters(column)}{row}")
        column += _count(cell.get(f"{_TABLE}number-columns-repeated"))
    return repeated


def _count(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 1


def scan_xls(data: bytes, number: int) -> SheetScan:
    """Scan the sheet of a number, from 1, of a BIFF5 or BIFF8 workbook."""
    scan = SheetScan()
    book = stream_of(data, ("Workbook", "Book"))
    sheets = [
        struct.unpack_from("<I", body)[0] for kind, body in _biff_records(book, 0) if kind == _SHEET and len(body) > 4
    ]
    if number > len(sheets):
        return scan
    for kind, body in _biff_records(book, sheets[number - 1]):
        if kind == _ROW and len(body) >= 16 and body[12] & 0x20:
            scan.hidden_rows.append(struct.unpack_from("<H", body)[0] + 1)
        elif _is_error(kind, body) and len(scan.error_cells) < _KEEP:
            row, column = struct.unpack_from("<HH", body)
            scan.error_cells.append(f"{column_letters(column + 1)}{row + 1}")
    return scan


def _is_error(kind: int, body: bytes) -> bool:
    if kind == _BOOL_OR_ERROR:
        return len(body) >= 8 and body[7] == 1
    return kind == _FORMULA and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2


def _biff_records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Records of one substream, to its end."""
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        yield kind, book[at + 4 : at + 4 + size]
        if kind == _EOF:
            return
        at += 4 + size
