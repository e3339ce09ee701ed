"""Verifying events against signed checkpoints: which event is wrong first, and what is wrong with it.

Pure: it takes rows and notes, wherever they come from.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from itertools import islice

import orjson

from records.canonical import is_canonical as is_canonical_json
from records.chain import Chain
from records.findings import Finding, Verification
from records.merkle import EMPTY_ROOT, Frontier, Subtree, inclusion_proof, leaf_hash, verify_inclusion
from records.note import VerifierKey
from records.signed_roots import SignedRoots, cut, read_notes
from records.tiles import WIDTH, BlockTree, tile_path

__all__ = ["LastEvents", "Rows", "TileReader", "verify_item", "verify_log", "verify_since"]

Rows = Iterable[tuple[int, bytes]]
"""Events in order: number and stored bytes."""

LastEvents = Iterable[tuple[str, int]]
"""Each item with the number of its last event, as the table beside the events has it."""

TileReader = Callable[[int, int, int], "Sequence[bytes] | None"]
"""Gives the hashes of the tile (level, number, width), or None when there is no such tile."""


def verify_log(
    events: Rows,
    notes: Sequence[str],
    *,
    keys: Sequence[VerifierKey],
    heads: Sequence[str] = (),
    tiles: TileReader | None = None,
    last_events: LastEvents | None = None,
) -> Verification:
    """Verify all events against checkpoints.

    Args:
        events: from number 0 on.
        notes: the checkpoints kept beside the events.
        keys: the log's keys, those of the past too.
        heads: checkpoints that were handed out and kept elsewhere (an auditor, a witness).
        tiles: the tree's hashes kept beside the events: with them a changed event is named exactly.
        last_events: compared with what the events say of themselves.
    """
    signed = read_notes(notes, heads, keys)
    walk = _Walk(signed, tiles)
    stream = iter(events)
    while block := list(islice(stream, WIDTH)):
        if not walk.block(block):
            break
    else:
        walk.finish()
        if last_events is not None and not walk.findings:
            walk.findings += walk.chain.compare(last_events)
    findings = [*signed.findings, *walk.findings]
    return Verification(walk.tree.size, walk.tree.root().hex(), walk.agree, walk.covered, tuple(findings))


def verify_since(
    events: Rows,
    notes: Sequence[str],
    *,
    keys: Sequence[VerifierKey],
    head: str,
    tree: Frontier,
    chain: Chain,
    last_events: LastEvents,
) -> Verification:
    """Verify the events after a head that was kept, whose tree is known, against the later checkpoints.

    That an event names its item's event before is looked at; that between that one and the head there is no other of
    the item, only `verify_log` sees.

    Args:
        events: from number `tree.size` on.
        head: the head that vouches for everything before them.
        tree: the tree at the head; it is compared with the head's root.
        chain: what the events continue.
        last_events: of the items that have events from number `tree.size` on.
    """
    signed, findings, agree = read_notes(notes, [head], keys), list[Finding](), 0
    covered = tree.size
    if signed.roots.get(tree.size) != tree.root():
        findings.append(_other_root(0, tree.size, elsewhere=True))
    for seq, data in () if findings else events:
        wrong = _gap(tree.size, seq) if seq != tree.size else chain.wrong(seq, data)
        if wrong is None:
            tree.append(leaf_hash(data))
            expected = signed.roots.get(tree.size)
            if expected == tree.root():
                covered, agree = tree.size, agree + 1
            elif expected is not None:
                wrong = _other_root(covered, tree.size, tree.size not in signed.beside)
        if wrong is not None:
            findings.append(wrong)
            break
    else:
        findings += cut(signed, tree.size) or chain.compare(last_events)
    return Verification(tree.size, tree.root().hex(), agree, covered, (*signed.findings, *findings))


def verify_item(
    item: str,
    events: Rows,
    notes: Sequence[str],
    *,
    keys: Sequence[VerifierKey],
    heads: Sequence[str],
    subtree: Callable[[int], Subtree],
    last: int | None = None,
) -> Verification:
    """Verify the events of one item: their form, their order, and that each is in the log that was signed last.

    Args:
        events: all of the item's, oldest first.
        last: the number of the item's last event, as the table beside the events has it.
        subtree: for a size of the tree: the roots of its parts, from the tiles.
    """
    signed, findings, count = read_notes(notes, heads, keys), list[Finding](), 0
    size = max(signed.roots, default=0)
    chain = Chain(item=item)
    for seq, data in events:
        wrong = chain.wrong(seq, data)
        if wrong is None and seq < size:
            proof = inclusion_proof(seq, size, subtree(size))
            if not verify_inclusion(seq, size, leaf_hash(data), proof, signed.roots[size]):
                wrong = Finding("edited", seq, f"event {seq} is not in the log of {size} events that was signed")
        if wrong is not None:
            findings.append(wrong)
            break
        count += 1
    if last is not None and not findings and chain.last != {item: last}:
        findings.append(Finding("missing", last, f"event {last}, the last one of {item}, is missing"))
    root = signed.roots.get(size, EMPTY_ROOT).hex()
    return Verification(count, root, len(signed.roots), size, (*signed.findings, *findings))


class _Walk:
    """Goes over the events once: form, order, tree, tiles and signed roots."""

    def __init__(self, signed: SignedRoots, tiles: TileReader | None):
        self.signed = signed
        self.tiles = tiles
        self.tree = BlockTree(self._full_tile if tiles else None)
        self.chain = Chain()
        self.findings: list[Finding] = []
        self.covered = self.agree = 0
        self.sizes = sorted(signed.roots)
        self._told: BlockTree | None = None  # the tree as the tiles have it, from where the two differ
        self._differs = -1
        self._tile: Sequence[bytes] | None = None

    def block(self, events: Sequence[tuple[int, bytes]]) -> bool:
        """Take the next 256 events (fewer at the end); False when there is no use in going on."""
        start = self.tree.size
        if self._told is None and len(events) == WIDTH and not start % WIDTH and not self._ends_within(start):
            leaves = [sha256(b"\x00" + data).digest() for _, data in events]
            tile = self._read_tile(start // WIDTH)
            if (tile is None or list(tile) == leaves) and self._in_order(start, events):
                self.tree.append_block(leaves)
                return True
        return all(self.step(seq, data) for seq, data in events)

    def _ends_within(self, start: int) -> bool:
        at = bisect_right(self.sizes, start)
        return at < len(self.sizes) and self.sizes[at] <= start + WIDTH

    def _in_order(self, start: int, events: Sequence[tuple[int, bytes]]) -> bool:
        """Whether all of them are as they should be (as `Chain.wrong`, written out for speed).

        When not, nothing has happened, and `step` finds the first and says what it is.
        """
        before, seen, stamp = self.chain.last, dict[str, int](), self.chain.stamp
        try:
            for place, (seq, data) in enumerate(events, start):
                body = orjson.loads(data)
                if seq != place or body["seq"] != place or not is_canonical_json(data, body):
                    return False
                if body["ts"] < stamp and body["action"] != "clock.set_back":
                    return False
                stamp = body["ts"]
                if "item" not in body:
                    continue
                item = body["item"]["id"]
                last = seen[item] if item in seen else before.get(item)
                if body.get("prev_item_seq") != last:
                    return False
                seen[item] = seq
        except (ValueError, KeyError, TypeError):
            return False
        before.update(seen)
        self.chain.stamp = stamp
        return True

    def step(self, seq: int, data: bytes) -> bool:
        """Take the next event; False when there is no use in going on."""
        place = self.tree.size
        if seq != place:
            self.findings.append(_gap(place, seq))
            return False
        leaf = leaf_hash(data)
        if self.tiles is not None:
            self._compare(place, leaf)
        wrong = self.chain.wrong(seq, data)
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
        self.findings += cut(self.signed, size)
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
