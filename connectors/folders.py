"""A folder that people and programs drop files in: a scan is the truth, a rename is the claim.

    inbox/invoice.pdf                     dropped; ready when it has not changed for a while, or has a .done companion
    inbox/.processing/ID/invoice.pdf      claimed by the one rename that succeeded
    inbox/Done/  Duplicates/  Failed/     where it ends; Failed/ with `invoice.pdf.reason.json`

Nothing is ever deleted or overwritten here but empty folders and `.done` companions.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from config.errors import ApplicationException

__all__ = ["Claimed", "DropFolder", "Dropped", "End"]

End = Literal["Done", "Duplicates", "Failed"]
_ENDS = ("Done", "Duplicates", "Failed")
_PROCESSING = ".processing"
_COMPANION = ".done"
_UNFINISHED = re.compile(
    r"^(\.|~\$)|\.(tmp|temp|part|partial|crdownload|filepart|download|swp|lock)$|^(thumbs\.db|desktop\.ini)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file seen in the folder, as it was at the moment of the scan (`changed`: seconds since 1970)."""

    path: Path
    size: int
    changed: float
    regular: bool
    announced: bool
    stamp: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file that was taken; `id` names this drop, also for another process that takes it over."""

    id: str
    path: Path

    @property
    def name(self) -> str:
        """The file's name as it was dropped."""
        return self.path.name


class DropFolder:
    """One watched folder.

    Args:
        root: the folder; made when it is not there.
        settle: seconds without any change after which a file counts as complete (20 for network shares).

    Raises:
        ApplicationException: OF340, the folder cannot be made, listed or renamed in.
    """

    def __init__(self, root: Path, settle: float = 2.0):
        self.root = root
        self.settle = settle
        self._seen: dict[Path, tuple[tuple[int, int, int, int], float]] = {}
        with self._errors():
            for name in (_PROCESSING, *_ENDS):
                (root / name).mkdir(parents=True, exist_ok=True)

    def scan(self) -> list[Dropped]:
        """What lies in the folder and is nobody's temporary file, oldest change first."""
        found: list[Dropped] = []
        companions: dict[str, os.stat_result] = {}
        with self._errors(), os.scandir(self.root) as entries:
            for entry in entries:
                if _UNFINISHED.search(entry.name) or entry.is_dir(follow_symlinks=False):
                    continue
                with suppress(FileNotFoundError):  # taken by another worker in this moment
                    status = entry.stat(follow_symlinks=False)
                    if entry.name.endswith(_COMPANION):
                        companions[entry.name] = status
                    else:
                        found.append(_dropped(Path(entry.path), status))
        all_found = [replace(dropped, announced=_announced(dropped, companions)) for dropped in found]
        return sorted(all_found, key=lambda dropped: (dropped.changed, dropped.path.name))

    def ready(self, dropped: Dropped, now: float) -> bool:
        """Whether a file is complete: announced, or unchanged for `settle` seconds.

        The inode's change time is used as well as size and modification time, because copying programs set the
        latter back to the original's. A clock that runs ahead on a file server is met by looking twice.

        Args:
            now: seconds since 1970.
        """
        if dropped.announced:
            return True
        stamp, since = self._seen.get(dropped.path, (None, now))
        if stamp != dropped.stamp:
            self._seen[dropped.path] = (dropped.stamp, now)
            since = now
        return now - dropped.changed >= self.settle or now - since >= self.settle

    def claim(self, dropped: Dropped) -> Claimed | None:
        """Take a file by renaming it; None when another worker did, or when it was changed since the scan.

        Raises:
            ApplicationException: OF341, it may not be renamed.
        """
        _, size, changed, inode = dropped.stamp
        drop_id = f"{changed:x}-{inode:x}-{size:x}"
        place = self.root / _PROCESSING / drop_id
        try:
            if _stamp(dropped.path.lstat()) != dropped.stamp:
                return None
            place.mkdir(exist_ok=True)
            dropped.path.rename(place / dropped.path.name)
        except FileNotFoundError:
            _drop_empty(place)
            return None
        except OSError as error:
            _drop_empty(place)
            raise ApplicationException("OF341", str(dropped.path), name=dropped.path.name, why=_words(error)) from error
        self._seen.pop(dropped.path, None)
        for companion in _companions(dropped.path):
            companion.unlink(missing_ok=True)
        return Claimed(drop_id, place / dropped.path.name)

    def unfinished(self) -> list[Claimed]:
        """What was claimed and has not come to an end: somebody is at it, or died."""
        claimed: list[Claimed] = []
        with self._errors():
            for place in sorted((self.root / _PROCESSING).iterdir()):
                files = sorted(place.iterdir()) if place.is_dir() else []
                claimed += [Claimed(place.name, path) for path in files]
                if not files:
                    _drop_empty(place)
        return claimed

    def read(self, claimed: Claimed, largest: int) -> bytes | None:
        """A claimed file's bytes; None when it is larger than `largest`, or not a plain file (links are not followed).

        Raises:
            ApplicationException: OF341, it cannot be read.
        """
        try:
            descriptor = os.open(claimed.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode) or status.st_size > largest:
                    return None
                data = file.read(largest + 1)
                return data if len(data) <= largest else None
        except OSError as error:
            if error.errno in {errno.ELOOP, errno.ENXIO}:
                return None
            raise ApplicationException("OF341", str(claimed.path), name=claimed.name, why=_words(error)) from error

    def finish(self, claimed: Claimed, end: End, reason: Mapping[str, Any] | None = None) -> Path:
        """Put a claimed file where it ends, under a name that is free; with the reason beside it, if there is one.

        Repeating it after a kill does no harm: a file that is gone is one that has ended.
        """
        target = self.root / end / claimed.name
        try:
            if not os.path.lexists(claimed.path):
                return target
            if os.path.lexists(target):
                target = self.root / end / f"{target.stem} ({claimed.id}){target.suffix}"
            if reason is not None:
                note = target.with_name(target.name + ".reason.json")
                note.write_text(json.dumps(reason, indent=2, ensure_ascii=False) + "\n", "utf-8")
            claimed.path.rename(target)
            _drop_empty(claimed.path.parent)
        except OSError as error:
            raise ApplicationException("OF341", str(claimed.path), name=claimed.name, why=_words(error)) from error
        return target

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ApplicationException("OF340", str(self.root), why=_words(error)) from error


def _dropped(path: Path, status: os.stat_result) -> Dropped:
    changed = max(status.st_mtime, status.st_ctime)
    return Dropped(path, status.st_size, changed, stat.S_ISREG(status.st_mode), False, _stamp(status))


def _stamp(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_mtime_ns, status.st_size, status.st_ctime_ns, status.st_ino


def _companions(path: Path) -> tuple[Path, Path]:
    return path.with_name(path.name + _COMPANION), path.with_suffix(_COMPANION)


def _announced(dropped: Dropped, companions: Mapping[str, os.stat_result]) -> bool:
    """A companion counts when it is not older than the file: a left-over of an earlier file says nothing."""
    names = {companion.name for companion in _companions(dropped.path)}
    return any(companions[name].st_ctime_ns >= dropped.stamp[0] for name in names & companions.keys())


def _drop_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _words(error: OSError) -> str:
    return error.strerror or str(error)
