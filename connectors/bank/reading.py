"""Read any bank file: sniff it, hand it to its reader, and let nothing but our own errors out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from config.errors import DocumentRefused
from connectors.bank.archive import is_plain_archive, read_archive
from connectors.bank.bai2 import read_bai2
from connectors.bank.camt import read_camt
from connectors.bank.csv_statement import read_table
from connectors.bank.model import BankFile
from connectors.bank.mt940 import read_mt940
from connectors.bank.norma43 import read_norma43
from connectors.bank.ofx import read_ofx
from connectors.bank.qif import read_qif
from connectors.bank.sniffing import BankFormat, sniff

__all__ = ["MAX_BYTES", "read"]

MAX_BYTES: Final = 1 << 30
"""Larger files are refused, except camt from a path, which is read as a stream."""

_READERS: Final[dict[BankFormat, Callable[..., BankFile]]] = {
    "mt940": read_mt940,
    "ofx": read_ofx,
    "qif": read_qif,
    "bai2": read_bai2,
    "norma43": read_norma43,
    "csv": read_table,
    "workbook": read_table,
}


def read(data: bytes | Path, *, name: str = "") -> BankFile:
    """Read a bank file's statements.

    Args:
        data: the file's bytes, or where it is.
        name: what to call it in errors; the path's name when empty.

    Returns:
        BankFile: its statements in the order of the file. A statement that does not balance, or an entry that cannot be
        read, is named in the statement's problems.

    Raises:
        DocumentRefused: OF665 not a bank file, OF666 damaged, OF667 XML with a document type, OF668 too large,
            and the refusals of `connectors.sheets` for tables.
    """
    where = name or (data.name if isinstance(data, Path) else "")
    size = data.stat().st_size if isinstance(data, Path) else len(data)
    head = _head(data)
    kind = sniff(head)
    if kind == "camt":
        return read_camt(data, name=where)
    if size > MAX_BYTES:
        raise DocumentRefused("OF668", where, size=size, limit=MAX_BYTES)
    reader = _READERS.get(kind)
    if reader is None:
        empty = not head.strip(b"\0 \t\r\n")
        raise DocumentRefused("OF665", where, why="empty" if empty else "no bank format begins so")
    content = data.read_bytes() if isinstance(data, Path) else data
    if kind == "workbook" and is_plain_archive(content):
        return read_archive(content, _read_member, name=where)
    return reader(content, name=where)


def _read_member(data: bytes, *, name: str) -> BankFile:
    """A member of an archive; an archive inside an archive is none of a bank's."""
    if data.startswith(b"PK\x03\x04") and is_plain_archive(data):
        raise DocumentRefused("OF665", name, why="an archive inside an archive")
    return read(data, name=name)


def _head(data: bytes | Path) -> bytes:
    if isinstance(data, bytes):
        return data[:65_536]
    with data.open("rb") as stream:
        return stream.read(65_536)
