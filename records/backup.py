"""Backup while the office works, and restore that is verified before it counts."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from config.errors import ApplicationException, AuditBroken, ConfigError
from records.log import Verification
from records.store import Records
from records.values import Session

__all__ = ["back_up", "restore"]

_DATABASE = "oficio.db"


def back_up(records: Records, folder: Path) -> Verification:
    """Copy database, archive and keys into a new folder while others go on working, and verify the copy.

    Files of the archive are never changed, so those of an earlier backup beside it need not be copied again: they are
    linked where the file system can.

    Args:
        folder: a new folder; it holds a whole home of an office.

    Raises:
        ConfigError: OF724, the database is PostgreSQL (use `pg_dump` or its own continuous archiving).
        ApplicationException: OF705, it cannot be written.
        AuditBroken: OF720, the copy does not verify.
    """
    if records.engine.dialect.name != "sqlite":
        raise ConfigError("OF724", records.place)
    try:
        folder.mkdir(parents=True)
        with (
            closing(sqlite3.connect(str(records.engine.url.database))) as source,
            closing(sqlite3.connect(folder / _DATABASE)) as copy,
        ):
            source.backup(copy, pages=1000)
        # The database first: every file that it names is in the archive by now, because `put` came before the commit.
        for name in ("archive", "keys", "log", "heads"):
            if (records.home / name).is_dir():
                shutil.copytree(
                    records.home / name, folder / name, copy_function=_copy if name == "archive" else _whole
                )
    except (OSError, sqlite3.Error) as error:
        raise ApplicationException("OF705", str(folder), why=error) from error
    return _verified(folder, records.session, ())


def _copy(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def _whole(source: str, target: str) -> str:
    return shutil.copy2(source, target)


def restore(folder: Path, home: Path, session: Session, heads: Sequence[str] = ()) -> Verification:
    """Make a new home out of a backup; it is there only when its log verifies.

    Args:
        home: the new home; must not be there yet.
        heads: checkpoints kept elsewhere: a backup older than they are is told so and refused.

    Raises:
        ConfigError: OF725, there is a home already, or no backup.
        AuditBroken: OF720, the backup does not verify or is older than a head.
        ApplicationException: OF705, it cannot be written.
    """
    if home.exists() or not (folder / _DATABASE).is_file():
        raise ConfigError("OF725", str(home), backup=folder)
    home.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=home.parent, prefix=f".{home.name}."))
    try:
        shutil.copytree(folder, draft, dirs_exist_ok=True)
        verification = _verified(draft, session, heads)
        draft.replace(home)
    except OSError as error:
        raise ApplicationException("OF705", str(home), why=error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return verification


def _verified(home: Path, session: Session, heads: Sequence[str]) -> Verification:
    with Records.open(home=home, session=session) as records:
        verification = records.log.verify(heads)
    if not verification.ok:
        raise AuditBroken("OF720", str(home), why=verification.findings[0].says)
    return verification
