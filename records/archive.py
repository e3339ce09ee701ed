"""The archive: files named by the SHA-256 of their bytes, never changed, each there in full or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from config.errors import ApplicationException, OficioError

__all__ = ["Archive"]


class Archive:
    """A folder of immutable files: `ab/cdef...` holds the bytes whose SHA-256 is `abcdef...`."""

    def __init__(self, folder: Path):
        self.folder = folder

    def put(self, data: bytes) -> str:
        """Keep bytes; they are on the disk when this returns. Putting them again does nothing.

        Returns:
            Their SHA-256 (hex).

        Raises:
            ApplicationException: OF705, the disk is full or refuses to write.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        target = self.path(sha256)
        try:
            if not (target.exists() and target.stat().st_size == len(data)):
                self._write(target, data)
        except OSError as error:
            raise ApplicationException("OF705", str(target), why=error) from error
        return sha256

    def _write(self, target: Path, data: bytes) -> None:
        new_folder = not target.parent.exists()
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.parent / f".{target.name[:16]}.{secrets.token_hex(6)}"
        try:
            with draft.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.chmod(0o440)
            draft.replace(target)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
        if new_folder:
            _sync_folder(self.folder)

    def path(self, sha256: str) -> Path:
        """Where the bytes are, or would be; ValueError when it is not a SHA-256 in hex."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError(f"not a SHA-256: {sha256!r}")
        return self.folder / sha256[:2] / sha256[2:]

    def has(self, sha256: str) -> bool:
        """Whether the bytes are here (not whether they are unharmed: `get` tells)."""
        return self.path(sha256).is_file()

    def get(self, sha256: str) -> bytes:
        """The bytes, checked against their name.

        Raises:
            OficioError: OF713, they are missing or damaged.
        """
        path = self.path(sha256)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise OficioError("OF713", str(path), why="the file is missing") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise OficioError("OF713", str(path), why="its bytes are not those it was named by")
        return data

    def names(self) -> Iterator[str]:
        """The SHA-256 of every file, sorted."""
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                if not path.name.startswith("."):
                    yield folder.name + path.name


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
