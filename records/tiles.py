"""The tree's hashes as files, in the layout of C2SP tlog-tiles (c2sp.org/tlog-tiles): 256 hashes a tile.

    tile/<level>/<number>            a full tile; numbers in groups of three digits, `x001/x234/067`
    tile/<level>/<number>.p/<width>  the last, incomplete one
    tile/entries/<number>            the entries themselves, each with its length in two bytes before it

Tiles follow from the events and can be made again from them; beside the events they tell *which* event was changed.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from records.merkle import Frontier, Subtree, node_hash, tree_root

__all__ = ["WIDTH", "BlockTree", "Tiles", "block_root", "pack_entries", "tile_path", "unpack_entries"]

WIDTH = 256
Leaves = Callable[[int, int], Sequence[bytes]]
"""The leaf hashes [start, end)."""


def tile_path(level: int | str, number: int, width: int = WIDTH) -> str:
    """The path of a tile; level `entries` for the entries' bundles."""
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.insert(0, f"x{number % 1000:03d}")
    partial = f".p/{width}" if width < WIDTH else ""
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def block_root(hashes: Sequence[bytes]) -> bytes:
    """The root over 256 hashes."""
    level, sha256 = list(hashes), hashlib.sha256
    while len(level) > 1:
        pairs = iter(level)
        level = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
    return level[0]


class BlockTree:
    """A Merkle tree that is fed leaf hashes and shows the roots of its full blocks of 256, level by level.

    Args:
        on_full: called as (level, number, hashes) with the hashes of each full tile.
    """

    def __init__(self, on_full: Callable[[int, int, Sequence[bytes]], None] | None = None):
        self.size = 0
        self.levels: list[list[bytes]] = [[]]
        self._whole = Frontier()
        self._full = [0]
        self._on_full = on_full

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self.size += 1
        block = self.levels[0]
        block.append(leaf)
        if len(block) == WIDTH:
            self._whole.append(self._close(0))

    def append_block(self, leaves: list[bytes]) -> None:
        """Add 256 leaf hashes at once; ValueError when the tree does not stand at the edge of a block."""
        if self.levels[0] or len(leaves) != WIDTH:
            raise ValueError("a block has 256 leaves and begins at a multiple of 256")
        self.size += WIDTH
        self.levels[0] = leaves
        self._whole.append(self._close(0))

    def _close(self, level: int) -> bytes:
        block = self.levels[level]
        root = block_root(block)
        if self._on_full:
            self._on_full(level, self._full[level], block)
        self._full[level] += 1
        self.levels[level] = []
        if level + 1 == len(self.levels):
            self.levels.append([])
            self._full.append(0)
        self.levels[level + 1].append(root)
        if len(self.levels[level + 1]) == WIDTH:
            self._close(level + 1)
        return root

    def partials(self) -> list[tuple[int, int, list[bytes]]]:
        """The incomplete tiles: (level, number, hashes)."""
        return [(level, self._full[level], block) for level, block in enumerate(self.levels) if block]

    def root(self) -> bytes:
        """The tree's root hash."""
        part = Frontier()
        part.extend(self.levels[0])
        return Frontier(self.size, [*self._whole.nodes, *part.nodes]).root()

    def copy(self) -> BlockTree:
        """A tree that goes its own way from here, and tells nobody of full tiles."""
        other = BlockTree()
        other.size, other.levels, other._full = self.size, [list(block) for block in self.levels], list(self._full)
        other._whole = self._whole.copy()
        return other


class Tiles:
    """The tiles in a folder."""

    def __init__(self, folder: Path):
        self.folder = folder

    def read(self, level: int, number: int, width: int = WIDTH) -> list[bytes] | None:
        """The hashes of a tile; None when there is no such file, or it has not the width it is named by."""
        try:
            data = (self.folder / tile_path(level, number, width)).read_bytes()
        except FileNotFoundError:
            return None
        return [data[at : at + 32] for at in range(0, len(data), 32)]

    def subtree(self, size: int) -> Subtree:
        """The roots of the parts of a tree of `size` leaves, from its tiles.

        Returns:
            A function that raises OSError for a part whose tile is missing.
        """

        def root(start: int, end: int) -> bytes:
            count = end - start
            if count & (count - 1):
                middle = start + (1 << (count - 1).bit_length() - 1)
                return node_hash(root(start, middle), root(middle, end))
            level = (count.bit_length() - 1) // 8
            first, last = start >> 8 * level, end >> 8 * level
            number, width = first // WIDTH, min(WIDTH, (size >> 8 * level) - first // WIDTH * WIDTH)
            hashes = self.read(level, number, width)
            if hashes is None:
                raise OSError(f"the tile {tile_path(level, number, width)} is missing")
            return tree_root(hashes[first - number * WIDTH : last - number * WIDTH])

        return root

    def write(self, level: int | str, number: int, width: int, data: bytes) -> None:
        """Write one tile in full or not at all; the narrower ones of the same number go."""
        path = self.folder / tile_path(level, number, width)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        draft.write_bytes(data)
        draft.replace(path)
        partial = (self.folder / tile_path(level, number)).with_name(f"{number % 1000:03d}.p")
        if width == WIDTH:
            shutil.rmtree(partial, ignore_errors=True)
        else:
            for other in partial.iterdir():
                if other.name.isdecimal() and int(other.name) < width:
                    other.unlink(missing_ok=True)

    def extend(self, size: int, leaves: Leaves) -> None:
        """Write the tiles of a tree of `size` leaves that are not there yet.

        Args:
            leaves: gives the leaf hashes [start, end); asked only for those of missing tiles.
        """
        below, level = leaves, 0
        count = size
        while count:
            self._extend_level(level, count, below)
            below, count = self._roots(level), count // WIDTH
            level += 1

    def _extend_level(self, level: int, count: int, below: Leaves) -> None:
        full, rest = divmod(count, WIDTH)
        first = full
        while first and not (self.folder / tile_path(level, first - 1)).exists():
            first -= 1
        for number in range(first, full):
            self.write(level, number, WIDTH, b"".join(below(number * WIDTH, (number + 1) * WIDTH)))
        if rest and not (self.folder / tile_path(level, full, rest)).exists():
            self.write(level, full, rest, b"".join(below(full * WIDTH, count)))

    def _roots(self, level: int) -> Leaves:
        def roots(start: int, end: int) -> list[bytes]:
            return [block_root(self._whole(level, number)) for number in range(start, end)]

        return roots

    def _whole(self, level: int, number: int) -> list[bytes]:
        hashes = self.read(level, number)
        if hashes is None or len(hashes) != WIDTH:
            raise OSError(f"the tile {tile_path(level, number)} was damaged while it was read")
        return hashes


def pack_entries(entries: Iterable[bytes]) -> bytes:
    """A bundle of entries; ValueError for one of 64 KiB or more."""
    parts = []
    for entry in entries:
        if len(entry) > 0xFFFF:
            raise ValueError("an entry has less than 65536 bytes")
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def unpack_entries(data: bytes) -> list[bytes]:
    """The inverse of `pack_entries`; ValueError when the lengths do not add up."""
    entries, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data):
            raise ValueError("the bundle ends within an entry")
        entries.append(data[at + 2 : end])
        at = end
    return entries
