"""One stream out of an OLE compound file ([MS-CFB]): header, allocation table, directory, chains; nothing else."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

__all__ = ["stream_of"]

_END: Final = 0xFFFFFFFA
"""Sector numbers from here on mean free, end of chain, or a table."""
_SMALL: Final = 4096


def stream_of(data: bytes, names: Sequence[str]) -> bytes:
    """The bytes of the first stream with one of some names; b"" when there is none or the file is damaged."""
    try:
        return _Compound(data).stream(names)
    except (struct.error, IndexError, ValueError):
        return b""


class _Compound:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._size = 1 << min(struct.unpack_from("<H", data, 30)[0], 16)
        self._table: list[int] = []
        for sector in self._table_sectors():
            self._table += struct.unpack(f"<{self._size // 4}I", self._sector(sector))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        return self._data[start : start + self._size].ljust(self._size, b"\xff")

    def _table_sectors(self) -> list[int]:
        """The first 109 numbers stand in the header, the others in a chain of their own."""
        found = list(struct.unpack_from("<109I", self._data, 76))
        following, limit = struct.unpack_from("<I", self._data, 68)[0], len(self._data) // self._size + 1
        while following < _END and limit:
            block = struct.unpack(f"<{self._size // 4}I", self._sector(following))
            found += block[:-1]
            following, limit = block[-1], limit - 1
        return [number for number in found if number < len(self._data) // self._size]

    def _chain(self, start: int) -> bytes:
        parts, limit = [], len(self._table) + 1
        while start < len(self._table) and limit:
            parts.append(self._sector(start))
            start, limit = self._table[start], limit - 1
        return b"".join(parts)

    def stream(self, names: Sequence[str]) -> bytes:
        directory = self._chain(struct.unpack_from("<I", self._data, 48)[0])
        wanted = [name.encode("utf-16-le") for name in names]
        root = b""
        for at in range(0, len(directory) - 127, 128):
            length = struct.unpack_from("<H", directory, at + 64)[0]
            name = directory[at : at + max(0, min(length, 64) - 2)]
            start, size = struct.unpack_from("<II", directory, at + 116)
            if directory[at + 66] == 5:
                root = self._chain(start)
            elif name in wanted:
                return (self._chain(start) if size >= _SMALL else self._small(root, start, size))[:size]
        return b""

    def _small(self, root: bytes, start: int, size: int) -> bytes:
        """Streams under 4,096 bytes lie in sectors of 64 inside the root's stream."""
        chain = self._chain(struct.unpack_from("<I", self._data, 60)[0])
        table = struct.unpack(f"<{len(chain) // 4}I", chain)
        parts, limit = [], size // 64 + 2
        while start < len(table) and limit:
            parts.append(root[start * 64 : start * 64 + 64])
            start, limit = table[start], limit - 1
        return b"".join(parts)
