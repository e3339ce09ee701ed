"""Room for bytes that wait until they are looked at again: a nameless file on the disk for temporary files.

The file has no name from the beginning, so that nothing is left behind however the process ends.  It is written through
a window of memory and read with `pread`: what lies in it is no memory of the process.  Where the disk is full, or no
file can be opened, the bytes stay in memory.

A process that may not write files any more (`connectors.sandbox`) opens its one file before: `reserve`.
"""

from __future__ import annotations

import mmap
import os
import tempfile
import weakref
from contextlib import suppress
from dataclasses import dataclass

__all__ = ["InMemory", "Scratch", "Slip", "reserve"]

_WINDOW = 1 << 20
"""Bytes that are asked of the disk at a time, and that are in memory while they are written."""
_MOST = 1 << 29
"""Bytes of one file.  They are promised, not taken: disk is used window by window."""


@dataclass(frozen=True, slots=True)
class Slip:
    """Where bytes lie in a file."""

    file: _File
    at: int
    size: int

    def read(self) -> bytes:
        """The bytes.

        Raises:
            OSError: the disk does not give them back.
        """
        return self.file.read(self.at, self.size)

    def __reduce__(self) -> tuple[type[InMemory], tuple[bytes]]:
        """In another process they are in memory."""
        return InMemory, (self.read(),)


@dataclass(frozen=True, slots=True)
class InMemory:
    """Bytes that have no place on the disk."""

    content: bytes

    def read(self) -> bytes:
        return self.content


class Scratch:
    """Room for the bytes of one document; it is free again when nobody has the scratch or a slip of it."""

    def __init__(self) -> None:
        self._file: _File | None = None
        self._full = not hasattr(os, "posix_fallocate")  # macOS: a write could find the disk full, and end the process

    def put(self, content: bytes) -> Slip | InMemory:
        """Put bytes away; the slip gives them back."""
        if not self._full:
            try:
                self._file = self._file or _reserved_file() or _File()
                return Slip(self._file, self._file.write(content), len(content))
            except (OSError, ValueError):  # no temporary folder, no room on it, or no room in the file
                self._full = True
        return InMemory(content)


def reserve() -> None:
    """Open the file of this process while it may; all its scratches are in it."""
    with suppress(OSError):
        _RESERVED.append(_Disk())


class _Disk:
    """A nameless file of a fixed length without content: what is not written takes no room."""

    def __init__(self) -> None:
        with tempfile.TemporaryFile(prefix="oficio-") as file:
            os.ftruncate(file.fileno(), _MOST)
            self.number = os.dup(file.fileno())
        self.file: weakref.ref[_File] | None = None
        self.used = 0
        weakref.finalize(self, os.close, self.number)

    def empty(self) -> None:
        """Give back the room that was taken, where the file system can."""
        with suppress(OSError, ValueError), mmap.mmap(self.number, self.used) as whole:
            whole.madvise(mmap.MADV_REMOVE)
        self.used = 0


_RESERVED: list[_Disk] = []


def _reserved_file() -> _File | None:
    """What is being written on the disk that was reserved, from the beginning when nobody has anything of it."""
    for disk in _RESERVED:
        file = disk.file() if disk.file is not None else None
        if file is None:
            file = _File(disk)
            disk.file = weakref.ref(file)
            weakref.finalize(file, disk.empty)
        return file
    return None


class _File:
    """What is written on a disk, one after the other."""

    def __init__(self, disk: _Disk | None = None) -> None:
        self._disk = disk or _Disk()
        self._end = 0
        self._window: mmap.mmap | None = None
        self._from = 0

    def write(self, content: bytes) -> int:
        """Write bytes behind the others; returns where.

        Raises:
            OSError, ValueError: there is no room.
        """
        begin, rest = self._end, memoryview(content)
        while rest:
            window = self._window
            if window is None or self._end == self._from + _WINDOW:
                window = self._turn()
            place = self._end - self._from
            part = rest[: _WINDOW - place]
            window[place : place + len(part)] = part
            self._end += len(part)
            rest = rest[len(part) :]
        return begin

    def _turn(self) -> mmap.mmap:
        """A window on the next part of the file; its room on the disk is taken before, so that no write can fail."""
        if self._end + _WINDOW > _MOST:
            raise ValueError("the file is full")
        os.posix_fallocate(self._disk.number, self._end, _WINDOW)
        self._disk.used = self._end + _WINDOW
        if self._window is not None:
            self._window.close()
        self._window, self._from = mmap.mmap(self._disk.number, _WINDOW, offset=self._end), self._end
        return self._window

    def read(self, at: int, size: int) -> bytes:
        content = os.pread(self._disk.number, size, at)
        if len(content) != size:
            raise OSError(f"{size} bytes were written and {len(content)} are there")
        return content
