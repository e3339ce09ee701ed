"""Sealing the day: a signed checkpoint of the audit log, and its head handed to a place that the office cannot rewrite.

A signed tree in the office's own database does not show that its end was cut off together with the checkpoints, nor
that an old backup was restored.  A head kept elsewhere does: so each one is written to the auditor's folder (a share
of another user, a synchronised folder), where `oficio audit verify` finds it again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from bots.office import Office, StageReport
from config.errors import ApplicationException, AuditBroken, Reason
from config.yaml_file import Strict, read_yaml
from records import audit
from records.anchors import ask_for_timestamp, ask_witness
from records.keys import write_once
from records.log import SignedCheckpoint
from records.note import parse_checkpoint, parse_note
from records.witness import CosignerKey

__all__ = ["AuditRules", "WitnessRule", "audit_rules", "heads_folder", "kept_heads", "lateness", "seal"]

LONGEST_WAIT = timedelta(minutes=15)
MOST_EVENTS = 1000


class WitnessRule(Strict):
    """A witness: its address, and its key as it prints it when it starts (`name+id+base64`)."""

    url: str
    key: str


class AuditRules(Strict):
    """`config/audit.yaml`: where heads of the log go.

    Attributes:
        heads: the auditor's folder; relative paths are below the office's home.
        witnesses: C2SP witnesses that cosign each head.
        timestamps: addresses of RFC 3161 authorities.
    """

    heads: Path = Path("heads")
    witnesses: tuple[WitnessRule, ...] = ()
    timestamps: tuple[str, ...] = ()


def audit_rules(office: Office) -> AuditRules:
    """The rules of `config/audit.yaml`, or the defaults when there is no such file."""
    path = office.settings.directory / "audit.yaml"
    return read_yaml(path, AuditRules) if path.is_file() else AuditRules()


def heads_folder(office: Office) -> Path:
    """The auditor's folder."""
    return office.settings.home / audit_rules(office).heads


def kept_heads(folder: Path) -> list[str]:
    """The heads that an auditor's folder holds, oldest first; none when there is no such folder."""
    return [path.read_text("utf-8") for path in sorted(folder.glob("*.note"))]


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
    outcomes = Counter({"sealed": 1})
    for anchor in _anchors(office, checkpoint, folder):
        outcomes[anchor] += 1
    office.progress("seal", 1, 1, f"{checkpoint.size} events")
    return StageReport("seal", outcomes, time.monotonic() - started)


def _anchors(office: Office, head: SignedCheckpoint, folder: Path) -> Iterator[str]:
    """Have the head cosigned and stamped; an anchor that does not answer is told, and the others go on."""
    rules = audit_rules(office)
    for number, witness in enumerate(rules.witnesses):
        path = folder / f"{head.size:012d}.witness{number}"
        try:
            if not path.exists():
                key = CosignerKey.parse(witness.key)
                write_once(path, ask_witness(office.records.log, head, witness.url, key).note.encode(), mode=0o444)
            yield "witnessed"
        except ApplicationException as error:
            office.log.warning("%s", error)
            yield "witness failed"
    for number, url in enumerate(rules.timestamps):
        path = folder / f"{head.size:012d}.tsr{number}"
        try:
            if not path.exists():
                write_once(path, ask_for_timestamp(head, url), mode=0o444)
            yield "stamped"
        except ApplicationException as error:
            office.log.warning("%s", error)
            yield "timestamp failed"


def lateness(office: Office) -> Reason | None:
    """Why an alert is due: events have waited for an anchor for over 15 minutes, or over 1,000 of them wait."""
    with office.records.read() as tx:
        newer = audit.read(tx, _anchored(office), limit=MOST_EVENTS + 1)
    if not newer:
        return None
    waited = office.now() - newer[0].at
    if waited <= LONGEST_WAIT and len(newer) <= MOST_EVENTS:
        return None
    return Reason("OF727", facts={"minutes": str(int(waited.total_seconds() // 60)), "events": str(len(newer))})


def _anchored(office: Office) -> int:
    """How many events every anchor that is configured has seen."""
    folder, rules = heads_folder(office), audit_rules(office)
    anchors = ["note", *(f"witness{n}" for n in range(len(rules.witnesses)))]
    anchors += [f"tsr{n}" for n in range(len(rules.timestamps))]
    return min(max((int(path.stem) for path in folder.glob(f"*.{anchor}")), default=0) for anchor in anchors)


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
