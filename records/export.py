"""An export bundle: chosen events with all that a stranger needs to verify them, and the verifier itself.

    log.json          origin, keys, what was chosen, how many events
    events.jsonl      the events' bytes as they were signed, one a line; beside the chosen ones those that tell why a
                      file of theirs is gone, or why the times of a period are not in order
    checkpoints/      every signed checkpoint
    tile/             the tree's hashes (C2SP tlog-tiles); with the whole log also its entries
    proofs.json       inclusion proofs against the last checkpoint, when not the whole log was chosen
    evidence/         documents and evidence that the events name, by SHA-256
    verify.py         the stand-alone verifier

The same log and choice give the same bytes.
"""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from config.errors import ApplicationException, AuditBroken, OficioError
from records.archive import Archive
from records.audit import Event
from records.canonical import parse
from records.clock import to_text
from records.log import Log
from records.merkle import inclusion_proof, leaf_hash, tree_root
from records.tiles import WIDTH, Tiles, pack_entries

__all__ = ["Bundle", "Choice", "export"]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which events: those that fit everything given; nothing given is the whole log.

    Attributes:
        since, until: from this moment, to before that one.
    """

    item: str | None = None
    process: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def whole(self) -> bool:
        """Whether everything is chosen."""
        return self == Choice()

    @property
    def by_time(self) -> bool:
        """Whether time alone decides: then all events of the log between two chosen ones are chosen."""
        return not (self.whole or self.item or self.process)

    def takes(self, body: Mapping[str, Any]) -> bool:
        """Whether an event is chosen."""
        about = body.get("item", {})
        return (
            (self.item is None or about.get("id") == self.item)
            and (self.process is None or about.get("process") == self.process)
            and (self.since is None or body["ts"] >= to_text(self.since))
            and (self.until is None or body["ts"] < to_text(self.until))
        )

    def to_json(self) -> dict[str, str]:
        """For `log.json`."""
        given = {"item": self.item, "process": self.process}
        moments = {"since": self.since, "until": self.until}
        return {k: v for k, v in given.items() if v} | {k: to_text(v) for k, v in moments.items() if v}


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was exported, and where to."""

    folder: Path
    events: tuple[Event, ...]
    size: int
    root: str
    evidence: int
    absent: tuple[str, ...]


def export(log: Log, archive: Archive, folder: Path, choice: Choice | None = None) -> Bundle:
    """Write a bundle into a new folder, up to a checkpoint that is signed now.

    Raises:
        AuditBroken: OF720, the events are not those that were signed.
        ApplicationException: OF705, the folder is there already or cannot be written.
    """
    choice = choice or Choice()
    head = log.checkpoint()
    try:
        folder.mkdir(parents=True)
        leaves: list[bytes] = []
        disposals: dict[str, Event] = {}
        chosen = list(_choose(log, head.size, choice, leaves, disposals))
        if tree_root(leaves).hex() != head.root:
            raise AuditBroken("OF720", str(folder), why="the events are not those of the checkpoint")
        absent = _copy_evidence(archive, folder / "evidence", chosen)
        chosen = _with_disposals(chosen, [disposals[sha256] for sha256 in absent if sha256 in disposals])
        (folder / "events.jsonl").write_bytes(b"".join(event.bytes + b"\n" for event in chosen))
        for one in log.checkpoints():
            _write(folder / "checkpoints" / f"{one.size:012d}.note", one.note.encode())
        _write_tree(folder, leaves, chosen, choice)
        shutil.copyfile(Path(__file__).with_name("standalone_verify.py"), folder / "verify.py")
        about = {
            "v": 1, "origin": log.key.name, "keys": [str(key) for key in log.known_keys()], "whole": choice.whole,
            "choice": choice.to_json(), "events": len(chosen), "size": head.size, "root": head.root, "absent": absent,
        }  # fmt: skip
        _write(folder / "log.json", (json.dumps(about, indent=1) + "\n").encode())
    except OSError as error:
        raise ApplicationException("OF705", str(folder), why=error) from error
    evidence = sum(1 for _ in (folder / "evidence").glob("*"))
    return Bundle(folder, tuple(chosen), head.size, head.root, evidence, tuple(absent))


def _choose(log: Log, size: int, choice: Choice, leaves: list[bytes], disposals: dict[str, Event]) -> Iterator[Event]:
    for seq, data in log.events(0, size):
        leaves.append(leaf_hash(data))
        body = parse(data)
        if body["action"] == "document.disposed":
            disposals |= {one["sha256"]: Event(seq, data, body) for one in body.get("doc", ())}
        if choice.takes(body) or (choice.by_time and body["action"] == "clock.set_back"):
            yield Event(seq, data, body)


def _with_disposals(chosen: Sequence[Event], disposals: Sequence[Event]) -> list[Event]:
    """The chosen events and those that tell why a file of theirs is no longer there, in the order of the log."""
    return [event for _, event in sorted({event.seq: event for event in [*chosen, *disposals]}.items())]


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _write_tree(folder: Path, leaves: Sequence[bytes], chosen: Sequence[Event], choice: Choice) -> None:
    tiles = Tiles(folder)
    tiles.extend(len(leaves), lambda start, end: leaves[start:end])
    if choice.whole:
        for start in range(0, len(chosen), WIDTH):
            part = [event.bytes for event in chosen[start : start + WIDTH]]
            tiles.write("entries", start // WIDTH, len(part), pack_entries(part))
        return
    roots = _Roots(leaves)
    proofs = {
        str(event.seq): [base64.b64encode(node).decode() for node in inclusion_proof(event.seq, len(leaves), roots)]
        for event in chosen
    }
    _write(folder / "proofs.json", (json.dumps(proofs, indent=1) + "\n").encode())


class _Roots:
    """Roots of subtrees, each computed once."""

    def __init__(self, leaves: Sequence[bytes]):
        self._leaves = leaves
        self._known: dict[tuple[int, int], bytes] = {}

    def __call__(self, start: int, end: int) -> bytes:
        if (start, end) not in self._known:
            self._known[start, end] = tree_root(self._leaves[start:end])
        return self._known[start, end]


def _copy_evidence(archive: Archive, folder: Path, chosen: Sequence[Event]) -> list[str]:
    folder.mkdir(exist_ok=True)
    named = {one["sha256"] for event in chosen for one in [*event.body.get("evidence", ()), *event.body.get("doc", ())]}
    absent = []
    for sha256 in sorted(named):
        try:
            (folder / sha256).write_bytes(archive.get(sha256))
        except (OficioError, ValueError):  # disposed of, as an event says; or damaged, which the verifier tells
            absent.append(sha256)
    return absent
