"""ods, xlsb and xls: errors and hidden rows are named though their parser keeps silent about them."""

from __future__ import annotations

import struct
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import DocumentRefused
from connectors import sheets
from connectors.sheets.compound_file import stream_of
from connectors.sheets.other_scans import scan_xls, scan_xlsb
from connectors.sheets.package import Package

HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><office:body><office:spreadsheet>'
)
TAIL = "</office:spreadsheet></office:body></office:document-content>"


def text(value: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def number(value: float) -> str:
    cell = f'<table:table-cell office:value-type="float" office:value="{value}">'
    return f"{cell}<text:p>{value}</text:p></table:table-cell>"


ERROR = (
    '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
    'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
)


def ods(*rows: str) -> bytes:
    """An OpenDocument spreadsheet of one sheet."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", f'{HEAD}<table:table table:name="Ledger">{"".join(rows)}</table:table>{TAIL}')
    return stream.getvalue()


def row(*cells: str, repeated: int = 1, hidden: bool = False) -> str:
    more = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    more += ' table:visibility="collapse"' if hidden else ""
    return f"<table:table-row{more}>{''.join(cells)}</table:table-row>"


def test_ods_errors_and_hidden_rows() -> None:
    sheet = sheets.read(
        ods(
            row(text("Date"), text("Supplier"), text("Amount")),
            row(text("2026-01-13"), text("A"), number(1.5), repeated=2),
            row(text("2026-01-14"), text("B"), ERROR),
            row(text("2026-01-15"), text("C"), number(2.5), hidden=True),
        )
    )
    assert (sheet.report.error_cells, sheet.report.hidden_rows) == (("C4",), (5,))
    assert (sheet.frame.height, sheet.report.format, sheet.frame["Amount"].null_count()) == (4, "ods", 1)


def test_ods_that_repeats_a_filled_row_a_million_times_is_refused_in_bounded_memory() -> None:
    wide = '<table:table-cell table:number-columns-repeated="16000" office:value-type="float" office:value="1"/>'
    with pytest.raises(DocumentRefused) as refused:
        sheets.read(ods(row(wide, repeated=1_000_000)))
    assert refused.value.code in ("OF653", "OF654")


def record(kind: int, body: bytes) -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes([len(body)]) + body


def test_xlsb_records() -> None:
    part = record(0, struct.pack("<IIHBB", 6, 0, 300, 0, 0x10) + bytes(5))
    part += record(2, struct.pack("<III", 0, 0, 0)) + record(3, struct.pack("<IIB", 27, 0, 7)) + record(0x180, b"")
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.bin", part)
    with zipfile.ZipFile(stream) as archive:
        scan = scan_xlsb(Package("xlsb", archive, frozenset(archive.namelist())), 1)
    assert (scan.error_cells, scan.hidden_rows) == (["AB7"], [7])


def compound(stream: bytes) -> bytes:
    """A compound file of 512-byte sectors with one large stream named Workbook: table, directory, stream."""
    count = -(-len(stream) // 512)
    table = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + count), 0xFFFFFFFE]
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", head, 30, 9)
    struct.pack_into("<I", head, 48, 1)
    struct.pack_into("<III", head, 60, 0xFFFFFFFE, 0, 0xFFFFFFFE)
    struct.pack_into("<109I", head, 76, 0, *[0xFFFFFFFF] * 108)
    entry = bytearray(512)
    name = "Workbook".encode("utf-16-le")
    entry[: len(name)] = name
    struct.pack_into("<HB", entry, 64, len(name) + 2, 2)
    struct.pack_into("<II", entry, 116, 2, len(stream))
    sectors = struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff")
    return bytes(head) + sectors + bytes(entry) + stream.ljust(count * 512, b"\0")


def biff(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def test_xls_records() -> None:
    sheet = biff(0x0208, struct.pack("<HHHHHHI", 8, 0, 9, 255, 0, 0, 0x20)) + biff(
        0x0205, struct.pack("<HHHBB", 8, 2, 0, 7, 1)
    )
    sheet += biff(0x0006, struct.pack("<HHH", 9, 3, 0) + bytes([2, 0, 42, 0, 0, 0, 0xFF, 0xFF]) + bytes(8)) + biff(
        0x000A, b""
    )
    first = biff(0x0085, struct.pack("<IBB", 0, 0, 0))
    book = biff(0x0085, struct.pack("<IBB", len(first) + 4, 0, 0)) + biff(0x000A, b"") + sheet
    data = compound(book.ljust(5000, b"\0"))
    assert stream_of(data, ("Workbook",)) == book.ljust(5000, b"\0")
    scan = scan_xls(data, 1)
    assert (scan.error_cells, scan.hidden_rows) == (["C9", "D10"], [9])


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 7000), piece=st.binary(max_size=8))
def test_a_damaged_compound_file_gives_something_or_nothing_but_no_error(at: int, piece: bytes) -> None:
    data = bytearray(compound(biff(0x0085, bytes(6)).ljust(5000, b"\0")))
    data[at : at + len(piece)] = piece
    assert len(stream_of(bytes(data), ("Workbook", "Book"))) <= 2 * len(data)
    scan_xls(bytes(data), 1)
