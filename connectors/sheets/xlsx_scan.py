"""One pass over a worksheet's XML beside the parser: extents, hidden rows, errors, uncalculated formulas, a preview.

The parser (calamine) gives values fast but neither visibility nor errors, and it lays out a dense block from the
first to the last filled cell: a lone value in XFD1048576 would take 400 GiB.  Source of the markup: ECMA-376 part 1,
18.3.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Final

from config.errors import DocumentRefused
from connectors.sheets.header import Cell

__all__ = ["SheetScan", "column_letters", "column_number", "scan_worksheet"]

_CHUNK: Final = 2 << 20
_LONGEST: Final = 32 << 20
_KEEP: Final = 1000
PREVIEW_ROWS: Final = 60
_ROW: Final = re.compile(rb'<row\b[^>]*?\br="(\d+)"')
_HIDDEN_ROW: Final = re.compile(rb'<row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="(\d+)"')
_WIDE: Final = re.compile(rb' r="[A-Z]{2,3}[0-9]')
_WIDE_LETTERS: Final = re.compile(rb' r="([A-Z]{2,3})[0-9]')
_NARROW: Final = 26
_ROWS: Final = 1_048_576
_VAST, _SPARSE = 20_000_000, 30
"""Cells of a block that may be laid out whatever is in it, and how many to each filled one in a larger block."""
_ERROR: Final = re.compile(rb'<c\b(?=[^>]*\bt="e")[^>]*?\br="([A-Z]+\d+)"')
_FILLED: Final = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d+)"(?:[^>/]|/(?!>))*>(?!</c>)')
_UNCALCULATED: Final = re.compile(
    rb'<c\b(?![^>]*\bt="str")[^>]*?\br="([A-Z]+\d+)"[^>]*>(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>'
)
_HIDDEN_COLUMN: Final = re.compile(rb'<col\b(?=[^>]*\bhidden="(?:1|true)")[^>]*>')
_MERGE: Final = re.compile(rb'<mergeCell\b[^>]*?\bref="([A-Z]+\d+:[A-Z]+\d+)"')
_DIMENSION: Final = re.compile(rb'<dimension\b[^>]*?\bref="([A-Z]+\d+(?::[A-Z]+\d+)?)"')
_PREFIX: Final = re.compile(rb"<(/?)[A-Za-z]\w*:")


@dataclass(slots=True)
class SheetScan:
    """Facts of one worksheet; row numbers as the spreadsheet counts them, from 1; cells as A1."""

    last_row: int = 0
    cells: int = 0
    """At least so many: enough are not counted further."""
    columns: int = 26
    formulas: bool = False
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[str] = field(default_factory=list)
    error_cells: list[str] = field(default_factory=list)
    uncalculated: list[str] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    dimension: str = ""
    filtered: bool = False
    preview: dict[int, dict[int, Cell]] = field(default_factory=dict)


def column_number(letters: str) -> int:
    """A -> 1, Z -> 26, AA -> 27, XFD -> 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """The inverse of `column_number`."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def pieces(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    """The XML in pieces of about 1 MiB that end at the end of a row (of a cell, in a very wide row).

    Raises:
        DocumentRefused: OF654 a single cell is larger than 32 MiB.
    """
    rest = b""
    prefixed: bool | None = None
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            piece = rest + chunk
            cut = piece.rfind(b"row>") + 4
            if cut == 3:
                cut = max(piece.rfind(b"<c "), 0)
            if not cut:
                if len(piece) > _LONGEST:
                    raise DocumentRefused(
                        "OF654", member, rows=1, columns=1, cells=f"one of more than {_LONGEST} bytes"
                    )
                rest = piece
                continue
            rest = piece[cut:]
            if prefixed is None:
                prefixed = b"<row" not in piece and re.search(rb"<\w+:row\b", piece) is not None
            yield _PREFIX.sub(rb"<\1", piece[:cut]) if prefixed else piece[:cut]
    yield _PREFIX.sub(rb"<\1", rest) if prefixed else rest


def scan_worksheet(archive: zipfile.ZipFile, member: str, strings: str, *, where: str = "") -> SheetScan:
    """Scan one worksheet of an inspected archive.

    Args:
        archive: open.
        member: name of the worksheet's XML.
        strings: name of the shared strings' XML, "" when there is none.

    Raises:
        DocumentRefused: OF654 a filled cell lies so far off that the block up to it cannot be held.
    """
    scan = SheetScan()
    opening, rows = b"", 0
    for piece in pieces(archive, member):
        if len(opening) < 4 * _CHUNK and rows < PREVIEW_ROWS:
            opening += piece
            rows = opening.count(b"<row")
        _look(scan, piece)
    head, _, body = opening.partition(b"<sheetData")
    dimension = _DIMENSION.search(head)
    scan.dimension = dimension[1].decode() if dimension else ""
    for hidden in _HIDDEN_COLUMN.finditer(head):
        low, high = (re.search(rb'\b%s="(\d+)"' % edge, hidden[0]) for edge in (b"min", b"max"))
        if low and high:
            scan.hidden_columns += [
                column_letters(n) for n in range(int(low[1]), min(int(high[1]), int(low[1]) + 200) + 1)
            ]
    scan.preview = _preview(body, archive, strings)
    _refuse_far_cells(scan, archive, member, where)
    return scan


def _look(scan: SheetScan, piece: bytes) -> None:
    wide = _WIDE.search(piece) is not None
    tail = piece.rfind(b"<row")
    # Rows come in order; only where columns are many too would one out of order make a block that cannot be held.
    rows = _ROW.findall(piece) if wide or scan.columns > _NARROW else _ROW.findall(piece, max(0, tail))
    if rows:
        scan.last_row = max(scan.last_row, max(map(int, rows)))
    if scan.cells * _SPARSE <= _ROWS * scan.columns:  # else it is dense enough, whatever is its last row
        scan.cells += piece.count(b"<c ")
    if wide:
        scan.columns = max(scan.columns, max(map(_column, set(_WIDE_LETTERS.findall(piece)))))
    if _has(piece, b"hidden=", b"h"):
        scan.hidden_rows += [int(row) for row in _HIDDEN_ROW.findall(piece)]
    if len(scan.error_cells) < _KEEP and _has(piece, b't="e"', b"e"):
        scan.error_cells += [cell.decode() for cell in _ERROR.findall(piece)]
    if _has(piece, b"<f", b"f"):
        scan.formulas = True
        if len(scan.uncalculated) < _KEEP:
            scan.uncalculated += [cell.decode() for cell in _UNCALCULATED.findall(piece)]
    if _has(piece, b"<mergeCell ", b"m"):
        scan.merges += [span.decode() for span in _MERGE.findall(piece)[:_KEEP]]
    scan.filtered = scan.filtered or _has(piece, b"<autoFilter", b"F")


def _has(piece: bytes, mark: bytes, letter: bytes) -> bool:
    """Whether the mark is there; a letter of it that plain rows do not have is looked for first, which is quick."""
    return letter in piece and mark in piece


def _column(letters: bytes) -> int:
    return column_number(letters.decode())


def _refuse_far_cells(scan: SheetScan, archive: zipfile.ZipFile, member: str, where: str) -> None:
    """Refuse a sheet whose block from first to last filled cell is vast and almost empty."""
    area = scan.last_row * scan.columns
    if area <= _VAST or area <= _SPARSE * scan.cells:
        return
    rows, columns, filled = [0, 1 << 30], [0, 1 << 30], 0
    for piece in pieces(archive, member):
        for letters, row in _FILLED.findall(piece):
            number, column = int(row), column_number(letters.decode())
            rows = [max(rows[0], number), min(rows[1], number)]
            columns = [max(columns[0], column), min(columns[1], column)]
            filled += 1
    high, wide = rows[0] - rows[1] + 1, columns[0] - columns[1] + 1
    if filled and high * wide > _VAST and high * wide > _SPARSE * filled:
        raise DocumentRefused("OF654", where, rows=rows[0], columns=columns[0], cells=f"{filled} filled")


def _preview(body: bytes, archive: zipfile.ZipFile, strings: str) -> dict[int, dict[int, Cell]]:
    """The first rows: row number -> column number -> cell."""
    raw: dict[int, dict[int, tuple[str, bytes]]] = {}
    number = 0
    for row in re.finditer(rb"<row\b([^>]*)>(.*?)</row>", body, re.DOTALL):
        stated = re.search(rb'\br="(\d+)"', row[1])
        number = int(stated[1]) if stated else number + 1
        if len(raw) >= PREVIEW_ROWS:
            break
        raw[number] = _cells(row[2])
    wanted = {int(text) for cells in raw.values() for kind, text in cells.values() if kind == "s" and text.isdigit()}
    shared = _shared(archive, strings, wanted) if strings and wanted else {}
    return {row: {at: _cell(kind, text, shared) for at, (kind, text) in cells.items()} for row, cells in raw.items()}


def _cells(row: bytes) -> dict[int, tuple[str, bytes]]:
    out: dict[int, tuple[str, bytes]] = {}
    at = 0
    for cell in re.finditer(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", row, re.DOTALL):
        stated = re.search(rb'\br="([A-Z]+)\d+"', cell[1])
        at = column_number(stated[1].decode()) if stated else at + 1
        kind = re.search(rb'\bt="(\w+)"', cell[1])
        content = cell[2] or b""
        if kind and kind[1] == b"inlineStr":
            text = b"".join(re.findall(rb"<t\b[^>]*>([^<]*)</t>", content))
        else:
            value = re.search(rb"<v\b[^>]*>([^<]*)</v>", content)
            text = value[1] if value else b""
        if text:
            out[at] = (kind[1].decode() if kind else "n", text)
    return out


def _cell(kind: str, text: bytes, shared: dict[int, str]) -> Cell:
    if kind == "s":
        return Cell(shared.get(int(text), "") if text.isdigit() else "")
    decoded = unescape(text.decode("utf-8", "replace"))
    return Cell(decoded, "text" if kind in ("str", "inlineStr") else "value")


def _shared(archive: zipfile.ZipFile, strings: str, wanted: set[int]) -> dict[int, str]:
    """The shared strings of some indices, read only as far as needed."""
    found: dict[int, str] = {}
    last, index, rest = max(wanted), -1, b""
    with archive.open(strings) as stream:
        while index < last and (chunk := stream.read(_CHUNK)):
            piece = rest + chunk
            cut = piece.rfind(b"</si>") + 5
            if cut == 4:
                rest = piece
                if len(rest) > _LONGEST:
                    break
                continue
            rest = piece[cut:]
            for item in re.finditer(rb"<si\b[^>]*?(?:/>|>(.*?)</si>)", piece[:cut], re.DOTALL):
                index += 1
                if index in wanted:
                    runs = re.findall(rb"<t\b[^>]*>([^<]*)</t>", item[1] or b"")
                    found[index] = unescape(b"".join(runs).decode("utf-8", "replace"))
    return found
