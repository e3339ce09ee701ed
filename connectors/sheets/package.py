"""Look into a workbook's archive before any parser touches it: bombs, passwords, document types, damage."""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from config.errors import DocumentRefused

__all__ = ["Package", "inspect_package", "ole_kind"]

MAX_EXPANDED: Final = 4 << 30
"""Bytes that all members may unfold to (a sheet of 16 million cells needs about 0.6 GiB)."""
_SUSPECT_SIZE: Final = 64 << 20
_SUSPECT_RATIO: Final = 150
"""Sheets of real workbooks unfold 5 to 40 times; deflate's ceiling is 1,032."""
_MAX_MEMBERS: Final = 20_000
_PROLOGUE: Final = 65_536
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    struct.error,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Package:
    """A workbook's archive that is safe to parse.

    Attributes:
        kind: xlsx, xlsm, xlsb or ods.
        archive: open for reading.
        names: of the members.
        unpacked: bytes of all members.
    """

    kind: str
    archive: zipfile.ZipFile
    names: frozenset[str]
    unpacked: int = 0

    def read(self, name: str, limit: int = 64 << 20) -> bytes:
        """A small member's bytes; b"" when there is none.

        Raises:
            DocumentRefused: OF653 it is damaged, OF652 it is larger than `limit`.
        """
        if name not in self.names:
            return b""
        try:
            with self.archive.open(name) as stream:
                data = stream.read(limit + 1)
        except _DAMAGE as error:
            raise DocumentRefused("OF653", name, why=str(error)[:200]) from error
        if len(data) > limit:
            raise DocumentRefused("OF652", name, size=f"more than {limit}", ratio="?", limit=limit)
        return data


def inspect_package(data: bytes, *, where: str = "") -> Package:
    """Open a zip-based workbook after checking what it unfolds to.

    Raises:
        DocumentRefused: OF650 not a workbook, OF652 it unfolds too far, OF653 damaged or cut, OF655 its XML has a
        document type declaration.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        members = archive.infolist()
    except _DAMAGE as error:
        raise DocumentRefused("OF653", where, why=str(error)[:200] or type(error).__name__) from error
    unpacked = _refuse_bombs(members, len(data), where)
    names = frozenset(member.filename for member in members)
    package = Package(_kind(names, archive, where), archive, names, unpacked)
    for member in members:
        if member.filename.endswith((".xml", ".rels")):
            _refuse_document_type(package, member, where)
    return package


def _refuse_bombs(members: list[zipfile.ZipInfo], packed: int, where: str) -> int:
    if len(members) > _MAX_MEMBERS:
        raise DocumentRefused("OF652", where, size=f"{len(members)} members", ratio="?", limit=_MAX_MEMBERS)
    total = 0
    for member in members:
        if member.flag_bits & 1:
            raise DocumentRefused("OF651", where)
        ratio = member.file_size // max(1, min(member.compress_size, packed))
        total += member.file_size
        if total > MAX_EXPANDED or (member.file_size > _SUSPECT_SIZE and ratio > _SUSPECT_RATIO):
            raise DocumentRefused(
                "OF652", f"{where} {member.filename}"[:200], size=total, ratio=ratio, limit=MAX_EXPANDED
            )
    return total


def _kind(names: frozenset[str], archive: zipfile.ZipFile, where: str) -> str:
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "xl/workbook.xml" in names:
        return "xlsm" if "xl/vbaProject.bin" in names else "xlsx"
    if "content.xml" in names and "mimetype" in names:
        try:
            if b"spreadsheet" in archive.read("mimetype")[:200]:
                return "ods"
        except _DAMAGE as error:
            raise DocumentRefused("OF653", where, why=str(error)[:200]) from error
    raise DocumentRefused("OF650", where, why="an archive without a workbook in it")


def _refuse_document_type(package: Package, member: zipfile.ZipInfo, where: str) -> None:
    try:
        with package.archive.open(member) as stream:
            head = stream.read(_PROLOGUE)
    except _DAMAGE as error:
        raise DocumentRefused("OF653", f"{where} {member.filename}"[:200], why=str(error)[:200]) from error
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise DocumentRefused("OF655", f"{where} {member.filename}"[:200])


def ole_kind(data: bytes) -> str:
    """What an OLE compound file holds, by its directory's names: xls, encrypted, or other ([MS-CFB] 2.6)."""
    names = {name: name.encode("utf-16-le") for name in ("EncryptedPackage", "EncryptionInfo", "Workbook", "Book")}
    if names["EncryptedPackage"] in data or names["EncryptionInfo"] in data:
        return "encrypted"
    if names["Workbook"] in data or b"B\0o\0o\0k\0\0\0" in data:
        return "xls"
    return "other"
