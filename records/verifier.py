"""Verifying events against signed checkpoints: which event is wrong first, and what is wrong with it.

Pure: it takes rows and notes, wherever they come from.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Any, Literal

import orjson

from records.canonical import is_canonical as is_canonical_json
from records.merkle import EMPTY_ROOT, leaf_hash
from records.note import VerifierKey, is_canonical, open_note, parse_checkpoint, parse_note
from records.tiles import WIDTH, BlockTree, tile_path

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
    beside: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


TileReader = Callable[[int, int, int], "Sequence[bytes] | None"]
"""Gives the hashes of the tile (level, number, width), or None when there is no such tile."""


def verify_log(
    events: Iterable[tuple[int, bytes, str | None]],
    notes: Sequence[str],
    *,
    keys: Sequence[VerifierKey],
    heads: Sequence[str] = (),
    tiles: TileReader | None = None,
) -> Verification:
    """Verify events (number, stored bytes, the item they are filed under; in order from 0) against checkpoints.

    Args:
        notes: the checkpoints kept beside the events.
        keys: the log's keys, those of the past too.
        heads: checkpoints that were handed out and kept elsewhere (an auditor, a witness).
        tiles: the tree's hashes kept beside the events: with them a changed event is named exactly.
    """
    signed = _read_notes(notes, heads, keys)
    walk = _Walk(signed, tiles)
    stream = iter(events)
    while block := list(islice(stream, WIDTH)):
        if not walk.block(block):
            break
    else:
        walk.finish()
    findings = [*signed.findings, *walk.findings]
    return Verification(walk.tree.size, walk.tree.root().hex(), walk.agree, walk.covered, tuple(findings))


class _Walk:
    """Goes over the events once: form, order, tree, tiles and signed roots."""

    def __init__(self, signed: _Signed, tiles: TileReader | None):
        self.signed = signed
        self.tiles = tiles
        self.tree = BlockTree(self._full_tile if tiles else None)
        self.chain = _Chain()
        self.findings: list[Finding] = []
        self.covered = self.agree = 0
        self.sizes = sorted(signed.roots)
        self._told: BlockTree | None = None  # the tree as the tiles have it, from where the two differ
        self._differs = -1
        self._tile: Sequence[bytes] | None = None

    def block(self, events: Sequence[tuple[int, bytes, str | None]]) -> bool:
        """Take the next 256 events (fewer at the end); False when there is no use in going on."""
        start = self.tree.size
        if self._told is None and len(events) == WIDTH and not start % WIDTH and not self._ends_within(start):
            leaves = [sha256(b"\x00" + data).digest() for _, data, _ in events]
            tile = self._read_tile(start // WIDTH)
            if (tile is None or list(tile) == leaves) and self._in_order(start, events):
                self.tree.append_block(leaves)
                return True
        return all(self.step(seq, data, item) for seq, data, item in events)

    def _ends_within(self, start: int) -> bool:
        at = bisect_right(self.sizes, start)
        return at < len(self.sizes) and self.sizes[at] <= start + WIDTH

    def _in_order(self, start: int, events: Sequence[tuple[int, bytes, str | None]]) -> bool:
        """Whether all of them are as they should be (as `_Chain.wrong`, written out for speed).

        When not, nothing has happened, and `step` finds the first and says what it is.
        """
        before, seen, stamp = self.chain.last, dict[str, int](), self.chain.stamp
        try:
            for place, (seq, data, item) in enumerate(events, start):
                body = orjson.loads(data)
                if seq != place or body["seq"] != place or not is_canonical_json(data, body):
                    return False
                if body["ts"] < stamp and body["action"] != "clock.set_back":
                    return False
                stamp = body["ts"]
                if item is None:
                    if "item" in body:
                        return False
                    continue
                last = seen[item] if item in seen else before.get(item)
                if body["item"]["id"] != item or body.get("prev_item_seq") != last:
                    return False
                seen[item] = seq
        except (ValueError, KeyError, TypeError):
            return False
        before.update(seen)
        self.chain.stamp = stamp
        return True

    def step(self, seq: int, data: bytes, item: str | None) -> bool:
        """Take the next event; False when there is no use in going on."""
        place = self.tree.size
        if seq != place:
            self.findings.append(_gap(place, seq))
            return False
        leaf = leaf_hash(data)
        if self.tiles is not None:
            self._compare(place, leaf)
        wrong = self.chain.wrong(seq, data, item)
        if wrong is not None:
            earlier = self._told is not None and self._differs < seq
            says = f"event {self._differs} is not the one that was signed: {wrong.says}"
            self.findings.append(Finding("edited", self._differs, says) if earlier else wrong)
            return False
        self.tree.append(leaf)
        expected = self.signed.roots.get(self.tree.size)
        return expected is None or self._at_checkpoint(expected)

    def _compare(self, place: int, leaf: bytes) -> None:
        if place % WIDTH == 0:
            self._tile = self._read_tile(place // WIDTH)
        told = self._tile[place % WIDTH] if self._tile is not None and place % WIDTH < len(self._tile) else None
        if self._told is None and told is not None and told != leaf:
            self._told, self._differs = self.tree.copy(), place
        if self._told is not None:
            self._told.append(told if told is not None else leaf)

    def _read_tile(self, number: int) -> Sequence[bytes] | None:
        if self.tiles is None or not self.sizes:
            return None
        rest = self.sizes[-1] - number * WIDTH
        return self.tiles(0, number, min(rest, WIDTH)) if rest > 0 else None

    def _at_checkpoint(self, expected: bytes) -> bool:
        size = self.tree.size
        if expected == self.tree.root():
            if self._told is not None:
                tile = tile_path(0, self._differs // WIDTH)
                says = f"the tile {tile} was changed: its hash of event {self._differs} is not that of the event"
                self.findings.append(Finding("edited", self._differs, says))
                self._told = None
            self.covered, self.agree = size, self.agree + 1
            return True
        if self._told is not None and expected == self._told.root():
            says = f"event {self._differs} is not the one that was signed"
            self.findings.append(Finding("edited", self._differs, says))
        else:
            self.findings.append(_other_root(self.covered, size, size not in self.signed.beside))
        return False

    def _full_tile(self, level: int, number: int, hashes: Sequence[bytes]) -> None:
        if level and self.tiles is not None:
            self._check_tile(level, number, hashes)

    def _check_tile(self, level: int, number: int, hashes: Sequence[bytes]) -> None:
        found = self.tiles(level, number, len(hashes)) if self.tiles is not None else None
        if found is not None and list(found) != list(hashes):
            first = number * WIDTH ** (level + 1)
            says = f"the tile {tile_path(level, number, len(hashes))} was changed"
            self.findings.append(Finding("edited", first, says))

    def finish(self) -> None:
        """After the last event: what the checkpoints know beyond it, and the tiles that are not full."""
        size = self.tree.size
        self.findings += _cut(self.signed, size)
        if self.signed.roots.get(0, EMPTY_ROOT) != EMPTY_ROOT:
            self.findings.append(
                Finding("forked", 0, "a checkpoint over no events has another root than the empty log")
            )
        if size == self.covered:
            for level, number, hashes in self.tree.partials():
                if level:
                    self._check_tile(level, number, hashes)


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
    kind: FindingKind = "cut" if signed.beside & set(beyond) else "rolled back"
    return [Finding(kind, size, f"events from {size} on are gone: a checkpoint over {max(beyond)} events was signed")]


def _read_notes(notes: Sequence[str], heads: Sequence[str], keys: Sequence[VerifierKey]) -> _Signed:
    signed = _Signed()
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


class _Chain:
    """What each event says of its place among the others."""

    def __init__(self) -> None:
        self.last: dict[str, int] = {}
        self.stamp = ""

    def wrong(self, seq: int, data: bytes, filed: str | None) -> Finding | None:
        """What is wrong with an event by itself and after those before it."""
        try:
            body: Any = orjson.loads(data)
        except ValueError as error:
            return Finding("bad form", seq, f"event {seq} is not JSON: {error}")
        if not (isinstance(body, dict) and is_canonical_json(data, body)):
            return Finding("bad form", seq, f"event {seq} is not in canonical form")
        if body.get("seq") != seq:
            return Finding("edited", seq, f"event {seq} says that it is number {body.get('seq')}")
        stamp = body.get("ts")
        if not isinstance(stamp, str):
            return Finding("bad form", seq, f"event {seq} has no time")
        if stamp < self.stamp and body.get("action") != "clock.set_back":
            return Finding("clock backwards", seq, f"event {seq} is of {stamp}, the one before of {self.stamp}")
        self.stamp = stamp
        return self._previous(seq, body, filed)

    def _previous(self, seq: int, body: dict[str, Any], filed: str | None) -> Finding | None:
        item = body.get("item")
        name = item.get("id") if isinstance(item, dict) else None
        if name != filed:
            return Finding("edited", seq, f"event {seq} is of the item {name}, and is filed under {filed}")
        if not isinstance(name, str):
            return None
        if body.get("prev_item_seq") != self.last.get(name):
            says = (
                f"event {seq} names {body.get('prev_item_seq')} as the one before it of {name}: {self.last.get(name)}"
            )
            return Finding("edited", seq, says)
        self.last[name] = seq
        return None
