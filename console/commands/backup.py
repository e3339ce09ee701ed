"""`oficio backup` and `oficio restore`: a copy of the working office, and a new home out of it."""

from __future__ import annotations

from pathlib import Path

from bots.auditor import kept_heads
from console.commands.audit import print_verification
from console.words import out
from flows.desk import open_office
from records import Actor, Session
from records.backup import back_up
from records.backup import restore as restored

__all__ = ["backup", "restore"]


def backup(folder: Path, /, *, home: Path | None = None, config: Path | None = None) -> int:
    """Back the office up while it works, and verify the copy.

    Args:
        folder: a new folder for the copy.
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
    """
    with open_office(home, config, flow="backup") as office:
        verification = back_up(office.records, folder)
    print_verification(verification)
    out.print(f"backed up to [bold]{folder}[/]", soft_wrap=True)
    return 0


def restore(folder: Path, into: Path, /, *, heads: Path | None = None) -> int:
    """Make a new home out of a backup, which counts only when its log verifies.

    Args:
        folder: the backup.
        into: the new home.
        heads: folder with the auditor's own heads: an older backup is refused.
    """
    session = Session(Actor("system", "restore"))
    print_verification(restored(folder, into, session, kept_heads(heads) if heads else ()))
    out.print(f"restored to [bold]{into}[/]", soft_wrap=True)
    return 0
