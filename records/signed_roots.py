"""What was signed: checkpoints and heads, opened with the log's keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from records.findings import Finding, FindingKind
from records.note import VerifierKey, is_canonical, open_note, parse_checkpoint, parse_note

__all__ = ["SignedRoots", "cut", "read_notes"]


@dataclass(slots=True)
class SignedRoots:
    """The roots that were signed, by size; which lie beside the events, which were kept elsewhere; what is wrong."""

    roots: dict[int, bytes] = field(default_factory=dict)
    elsewhere: set[int] = field(default_factory=set)
    beside: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def cut(signed: SignedRoots, size: int) -> list[Finding]:
    """What the signed roots know beyond the last event."""
    beyond = [one for one in signed.roots if one > size]
    if not beyond:
        return []
    kind: FindingKind = "cut" if signed.beside & set(beyond) else "rolled back"
    return [Finding(kind, size, f"events from {size} on are gone: a checkpoint over {max(beyond)} events was signed")]


def read_notes(notes: Sequence[str], heads: Sequence[str], keys: Sequence[VerifierKey]) -> SignedRoots:
    """Open the checkpoints beside the events and the heads kept elsewhere."""
    signed = SignedRoots()
    origins = {key.name for key in keys}
    for number, note in enumerate([*notes, *heads]):
        outside = number >= len(notes)
        name = f"head {number - len(notes)} kept elsewhere" if outside else f"checkpoint {number}"
        try:
            opened = parse_note(note)
            checkpoint = parse_checkpoint(opened.text)
            open_note(note, keys)
            if not is_canonical(note, opened):
                raise ValueError("its signature lines are not in canonical form")  # noqa: TRY301 - as the two above
        except ValueError as error:
            kind: FindingKind = "wrong key" if "known keys" in str(error) else "re-signed"
            signed.findings.append(Finding(kind, None, f"{name}: {error}"))
            continue
        if checkpoint.origin not in origins:
            signed.findings.append(Finding("wrong key", None, f"{name} is of another log: {checkpoint.origin}"))
            continue
        known = signed.roots.setdefault(checkpoint.size, checkpoint.root)
        if known != checkpoint.root:
            says = f"{name}: two roots were signed over the same {checkpoint.size} events"
            signed.findings.append(Finding("forked", checkpoint.size - 1, says))
        (signed.elsewhere if outside else signed.beside).add(checkpoint.size)
    return signed
