"""Verifying events against signed checkpoints: which event is wrong first, and what is wrong with it.

Pure: it takes rows and notes, wherever they come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from config.errors import OficioError
from records.canonical import canonical
from records.merkle import EMPTY_ROOT, Frontier, leaf_hash
from records.note import VerifierKey, open_note, parse_checkpoint, parse_note

__all__ = ["Finding", "FindingKind", "Verification", "verify_log"]

FindingKind = Literal[
    "edited", "missing", "cut", "rolled back", "forked", "re-signed", "wrong key", "bad form", "clock backwards"
]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: the kind, the first event concerned (its number), and a sentence."""

    kind: FindingKind
    seq: int | None
    says: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was verified: number of events, their root (hex), how many checkpoints agree, and what is wrong.

    `covered` is the size of the largest checkpoint that agrees: later events are in form but not yet signed.
    """

    size: int
    root: str
    checkpoints: int
    covered: int
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def __str__(self) -> str:
        if self.ok:
            return f"{self.size} events, {self.checkpoints} checkpoints, signed up to {self.covered}: verified"
        return "; ".join(finding.says for finding in self.findings[:3])


@dataclass(slots=True)
class _Signed:
    """Roots by size, from where they come."""

    roots: dict[int, bytes] = field(default_factory=dict)
    elsewhere: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def verify_log(
    events: Iterable[tuple[int, bytes]],
    notes: Sequence[str],
    *,
    keys: Sequence[VerifierKey],
    heads: Sequence[str] = (),
) -> Verification:
    """Verify events (number, stored bytes; in order from 0) against checkpoints.

    Args:
        notes: the checkpoints kept beside the events.
        keys: the log's keys, those of the past too.
        heads: checkpoints that were handed out and kept elsewhere (an auditor, a witness).
    """
    signed = _read_notes(notes, heads, keys)
    findings = signed.findings
    frontier, chain, covered, agree = Frontier(), _Chain(), 0, 0
    for seq, data in events:
        if seq != frontier.size:
            findings.append(_gap(frontier.size, seq))
            break
        wrong = chain.wrong(seq, data)
        if wrong is not None:
            findings.append(wrong)
            break
        frontier.append(leaf_hash(data))
        expected = signed.roots.get(frontier.size)
        if expected is None:
            continue
        if expected != frontier.root():
            findings.append(_other_root(covered, frontier.size, frontier.size in signed.elsewhere))
            break
        covered, agree = frontier.size, agree + 1
    else:
        findings += _cut(signed, frontier.size)
        if signed.roots.get(0, EMPTY_ROOT) != EMPTY_ROOT:
            findings.append(Finding("forked", 0, "a checkpoint over no events has another root than the empty log"))
    return Verification(frontier.size, frontier.root().hex(), agree, covered, tuple(findings))


def _gap(expected: int, found: int) -> Finding:
    if found > expected:
        return Finding("missing", expected, f"event {expected} is missing: the next one there is {found}")
    return Finding("bad form", expected, f"event {found} stands where event {expected} should")


def _other_root(covered: int, size: int, elsewhere: bool) -> Finding:
    kept = "a checkpoint kept elsewhere" if elsewhere else "its checkpoint"
    return Finding(
        "edited", covered, f"an event from {covered} to {size - 1} is not the one that {kept} over {size} events signed"
    )


def _cut(signed: _Signed, size: int) -> list[Finding]:
    beyond = [one for one in signed.roots if one > size]
    if not beyond:
        return []
    kind: FindingKind = "rolled back" if set(beyond) <= signed.elsewhere else "cut"
    return [Finding(kind, size, f"events from {size} on are gone: a checkpoint over {max(beyond)} events was signed")]


def _read_notes(notes: Sequence[str], heads: Sequence[str], keys: Sequence[VerifierKey]) -> _Signed:
    signed = _Signed()
    origins = {key.name for key in keys}
    for number, note in enumerate([*notes, *heads]):
        outside = number >= len(notes)
        name = f"head {number - len(notes)} kept elsewhere" if outside else f"checkpoint {number}"
        try:
            checkpoint = parse_checkpoint(parse_note(note).text)
            open_note(note, keys)
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
        if outside:
            signed.elsewhere.add(checkpoint.size)
    return signed


class _Chain:
    """What each event says of its place among the others."""

    def __init__(self) -> None:
        self.last: dict[str, int] = {}
        self.stamp = ""

    def wrong(self, seq: int, data: bytes) -> Finding | None:
        """What is wrong with an event by itself and after those before it."""
        try:
            body: Any = orjson.loads(data)
            same = isinstance(body, dict) and canonical(body) == data
        except (OficioError, ValueError) as error:
            return Finding("bad form", seq, f"event {seq} is not JSON in our profile: {error}")
        if not same:
            return Finding("bad form", seq, f"event {seq} is not in canonical form")
        if body.get("seq") != seq:
            return Finding("edited", seq, f"event {seq} says that it is number {body.get('seq')}")
        stamp = body.get("ts")
        if not isinstance(stamp, str):
            return Finding("bad form", seq, f"event {seq} has no time")
        if stamp < self.stamp and body.get("action") != "clock.set_back":
            return Finding("clock backwards", seq, f"event {seq} is of {stamp}, the one before of {self.stamp}")
        self.stamp = stamp
        return self._previous(seq, body)

    def _previous(self, seq: int, body: dict[str, Any]) -> Finding | None:
        item = body.get("item")
        name = item.get("id") if isinstance(item, dict) else None
        if not isinstance(name, str):
            return None
        if body.get("prev_item_seq") != self.last.get(name):
            says = (
                f"event {seq} names {body.get('prev_item_seq')} as the one before it of {name}: {self.last.get(name)}"
            )
            return Finding("edited", seq, says)
        self.last[name] = seq
        return None
