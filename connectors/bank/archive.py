"""A zip of bank files, as many banks deliver a day's camt messages: read member by member, as one file."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Final

from config.errors import DocumentRefused
from connectors.bank.model import BankFile

__all__ = ["is_plain_archive", "read_archive"]

_MOST_MEMBERS: Final = 2000
_MOST_BYTES: Final = 1 << 30
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


def is_plain_archive(data: bytes | Path) -> bool:
    """Whether it is a zip of files and not a workbook, which is a zip too."""
    try:
        with zipfile.ZipFile(BytesIO(data) if isinstance(data, bytes) else data) as archive:
            names = archive.namelist()
    except _DAMAGE:
        return False
    return not any(name.startswith("xl/") or name in ("mimetype", "content.xml") for name in names)


def read_archive(data: bytes, read: Callable[..., BankFile], *, name: str = "") -> BankFile:
    """Read every member with `read`; the statements come in the order of the members' names.

    Raises:
        DocumentRefused: OF652 it unfolds too far, OF651 it needs a password, OF653 it is damaged, OF665 it is empty;
            and whatever refuses a member: nothing is used of an archive with a member that cannot be read.
    """
    found: list[BankFile] = []
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = sorted((one for one in archive.infolist() if not one.is_dir()), key=lambda one: one.filename)
            _check(members, name)
            for member in members:
                place = f"{name} {member.filename}".strip()[:200]
                found.append(read(archive.read(member), name=place))
    except _DAMAGE as error:
        raise DocumentRefused("OF653", name, why=str(error)[:200] or type(error).__name__) from error
    if not found:
        raise DocumentRefused("OF665", name, why="an archive without files")
    return BankFile(
        format=found[0].format,
        statements=tuple(statement for one in found for statement in one.statements),
        remarks=tuple(replace(remark, where=remark.where or name) for one in found for remark in one.remarks),
    )


def _check(members: list[zipfile.ZipInfo], name: str) -> None:
    size = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if len(members) > _MOST_MEMBERS or size > _MOST_BYTES or (size > 64 << 20 and size // packed > 200):
        raise DocumentRefused("OF652", name, size=size, ratio=size // packed, limit=_MOST_BYTES)
    if any(member.flag_bits & 1 for member in members):
        raise DocumentRefused("OF651", name)
