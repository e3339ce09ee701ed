"""csv and its relatives: encoding, delimiter, quotes and the row of names inferred from the bytes."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Final

import polars as pl

from config.errors import DocumentRefused
from connectors.sheets.header import Cell, find_header
from connectors.sheets.options import SheetOptions

__all__ = ["Dialect", "Table", "decode", "read_text_table", "sniff_dialect", "unique_names"]

_DELIMITERS: Final = (";", ",", "\t", "|")
_PREVIEW: Final = 60


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text table is written."""

    encoding: str
    delimiter: str
    quote: str


@dataclass(frozen=True, slots=True)
class Table:
    """A block of cells as read, before it is cleaned: names of columns (or None), cells, and the first data row's
    number.

    `ragged` are line numbers of rows with more cells than there are columns; what they hold in excess is in `spill`.
    """

    frame: pl.DataFrame
    header_row: int | None
    first_row: int
    ragged: tuple[int, ...] = ()
    preamble: tuple[str, ...] = ()


def decode(data: bytes, encoding: str | None = None, *, where: str = "") -> tuple[str, str]:
    """Text of a table and its encoding: asked for, marked (BOM), UTF-16 by its zeros, UTF-8 where valid, else
    Windows-1252.

    Raises:
        DocumentRefused: OF653 the bytes are not text in the encoding asked for; OF650 they are no text at all.
    """
    if encoding:
        try:
            return data.decode(encoding), encoding
        except (UnicodeDecodeError, LookupError) as error:
            raise DocumentRefused("OF653", where, why=str(error)[:200]) from error
    for mark, known in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(known, "replace"), known
    head = data[:4096]
    if len(head) > 3 and head.count(0) > len(head) // 4:
        known = "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
        return data.decode(known, "replace"), known
    if b"\0" in data:
        raise DocumentRefused("OF650", where, why="zero bytes: not a text")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "cp1252"


def sniff_dialect(text: str) -> tuple[str, str]:
    """Delimiter and quote of a text: the delimiter that cuts the most lines into the same number of cells, two or
    more.
    """
    lines = [line for line in text[:65_536].splitlines()[:200] if line.strip()]
    best, delimiter = 0.0, ","
    for candidate in _DELIMITERS:
        counts = Counter(len(row) for row in _rows(lines, candidate, '"') if row)
        width, many = max(counts.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]), default=(1, 0))
        score = many * (1 + min(width, 30) / 30) if width > 1 else 0.0
        if score > best:
            best, delimiter = score, candidate
    single = sum(line.count(f"'{delimiter}'") for line in lines)
    return delimiter, "'" if single > sum(line.count('"') for line in lines) else '"'


def _rows(lines: list[str], delimiter: str, quote: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter, quotechar=quote))
    except csv.Error:
        return []


def read_text_table(data: bytes, options: SheetOptions, *, where: str = "") -> tuple[Table, Dialect]:
    """Read a text table, every cell as text.

    Raises:
        DocumentRefused: OF650 no table in it, OF653 unreadable bytes, OF654 too large.
    """
    text, encoding = decode(data, options.encoding, where=where)
    first_line, _, rest = text.partition("\n")
    announced = first_line.strip().removeprefix("\ufeff")
    skip = 0
    delimiter, quote = sniff_dialect(text)
    if announced.lower().startswith("sep=") and len(announced) == 5:  # Excel's own hint
        delimiter, text, skip = announced[4], rest, 1
    dialect = Dialect(encoding, options.delimiter or delimiter, options.quote or quote)
    if options.header_row:
        header: int | None = options.header_row - 1 - skip
    else:
        preview = _rows(text[:262_144].splitlines()[:_PREVIEW], dialect.delimiter, dialect.quote)
        found = find_header([[Cell(cell.strip()) if cell.strip() else None for cell in row] for row in preview])
        header = None if options.header_row == 0 else found.index
    return _load(text, header, dialect, skip), dialect


def _load(text: str, header: int | None, dialect: Dialect, skip: int) -> Table:
    lines = text.split("\n", header or 0)
    body = lines[-1] if len(lines) == (header or 0) + 1 else ""
    start = (header or 0) + skip
    try:
        frame = pl.read_csv(
            body.encode(), separator=dialect.delimiter, quote_char=dialect.quote, has_header=False, infer_schema=False,
            raise_if_empty=False, truncate_ragged_lines=False,
        ).with_columns(pl.col(pl.String).replace("", None))  # fmt: skip
        ragged: tuple[int, ...] = ()
    except (pl.exceptions.ComputeError, pl.exceptions.NoDataError, pl.exceptions.ShapeError):
        frame, ragged = _load_ragged(body, dialect, start)
    if header is None:
        frame.columns = [f"column_{position}" for position in range(1, frame.width + 1)]
        return Table(frame, None, start + 1, ragged)
    names = unique_names(frame.row(0)) if frame.height else frame.columns
    frame = frame.slice(1)
    frame.columns = names
    preamble = tuple(line.strip()[:200] for line in lines[:-1][:_PREVIEW] if line.strip())
    return Table(frame, start + 1, start + 2, ragged, preamble)


def _load_ragged(body: str, dialect: Dialect, start: int) -> tuple[pl.DataFrame, tuple[int, ...]]:
    """Lines of unequal length, read one by one: short ones are filled up, long ones are reported."""
    csv.field_size_limit(1 << 24)
    try:
        rows = list(csv.reader(StringIO(body, newline=""), delimiter=dialect.delimiter, quotechar=dialect.quote))
    except csv.Error as error:
        raise DocumentRefused("OF653", "", why=str(error)[:200]) from error
    width = max((len(row) for row in rows), default=0)
    usual = len(rows[0]) if rows else 0
    ragged = tuple(start + 1 + number for number, row in enumerate(rows) if len(row) > usual)
    columns = {
        f"column_{position + 1}": [
            row[position] if position < len(row) and row[position] != "" else None for row in rows
        ]
        for position in range(width)
    }
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)), ragged


def unique_names(cells: Sequence[object]) -> list[str]:
    """Names of columns from a row of cells: an empty one starts with a zero character, a second of the same gets
    `_2`.
    """
    seen: Counter[str] = Counter()
    out = []
    for position, cell in enumerate(cells):
        name = "" if cell is None else str(cell).strip()
        seen[name] += 1
        out.append((name if seen[name] == 1 else f"{name}_{seen[name]}") if name else f"\0{position}")
    return out
