"""Sealing the day: a signed checkpoint of the audit log, and its head handed to a place that the office cannot rewrite.

A signed tree in the office's own database does not show that its end was cut off together with the checkpoints, nor
that an old backup was restored.  A head kept elsewhere does: so each one is written to the auditor's folder (a share
of another user, a synchronised folder), where `oficio audit verify` finds it again.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from bots.auditor.anchoring import anchor, heads_folder, kept_heads, lateness
from bots.office import Office, StageReport
from config.errors import ApplicationException, AuditBroken
from records.keys import write_once
from records.log import SignedCheckpoint
from records.note import parse_checkpoint, parse_note

__all__ = ["seal"]


def seal(office: Office) -> StageReport:
    """Sign the log as it is, and hand its head to the auditor.

    Raises:
        AuditBroken: OF720, the log does not continue the last head that was handed out.
        ApplicationException: OF705, the auditor's folder cannot be written.
    """
    started = time.monotonic()
    folder = heads_folder(office)
    _must_continue(office, folder)
    if late := lateness(office):
        office.log.warning("%s", late.text())
        office.note("audit.late", late.facts, outcome="failed")
    checkpoint = office.records.log.checkpoint()
    try:
        write_once(folder / f"{checkpoint.size:012d}.note", checkpoint.note.encode(), mode=0o444)
    except OSError as error:
        raise ApplicationException("OF705", str(folder), why=error) from error
    outcomes = Counter(["sealed", *anchor(office, checkpoint)])
    office.progress("seal", 1, 1, f"{checkpoint.size} events")
    return StageReport("seal", outcomes, time.monotonic() - started)


def _must_continue(office: Office, folder: Path) -> None:
    heads = kept_heads(folder)
    if not heads:
        return
    try:
        last = parse_checkpoint(parse_note(heads[-1]).text)
    except ValueError as error:
        raise AuditBroken("OF720", str(folder), why=f"the last head is not a checkpoint: {error}") from error
    ours: dict[int, SignedCheckpoint] = {one.size: one for one in office.records.log.checkpoints()}
    if last.size not in ours or ours[last.size].root != last.root.hex():
        why = f"the head over {last.size} events that was handed out is not one of this log (restored or rewritten?)"
        raise AuditBroken("OF720", str(folder), why=why)
