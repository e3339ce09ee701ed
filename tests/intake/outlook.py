"""Outlook messages (.msg) for tests: the few records of MS-CFB and MS-OXMSG that a reader looks at."""

from __future__ import annotations

import struct
from collections.abc import Mapping

__all__ = ["outlook"]

Tree = Mapping[str, "bytes | Tree"]
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def outlook(subject: str, body: str, *attachments: tuple[str, bytes | None]) -> bytes:
    """A message with attachments: (name, bytes); without bytes, an Outlook item of its own."""
    texts = {0x0037: subject, 0x1000: body}
    tree: dict[str, bytes | Tree] = {"__properties_version1.0": _properties(texts, {}, head=32)}
    tree |= _streams(texts, {})
    for number, (name, data) in enumerate(attachments):
        named = {0x3707: name}
        kept = {0x3701: data} if data is not None else {}
        inside: dict[str, bytes | Tree] = {"__properties_version1.0": _properties(named, kept, head=8)}
        tree[f"__attach_version1.0_#{number:08X}"] = inside | _streams(named, kept)
    return _compound(tree)


def _properties(texts: Mapping[int, str], data: Mapping[int, bytes], head: int) -> bytes:
    out = b"\0" * head
    out += b"".join(struct.pack("<HHIII", 0x001F, pid, 6, 2 * len(text) + 2, 0) for pid, text in texts.items())
    return out + b"".join(struct.pack("<HHIII", 0x0102, pid, 6, len(value), 0) for pid, value in data.items())


def _streams(texts: Mapping[int, str], data: Mapping[int, bytes]) -> dict[str, bytes | Tree]:
    streams: dict[str, bytes | Tree] = {f"__substg1.0_{pid:04X}001F": t.encode("utf-16-le") for pid, t in texts.items()}
    return streams | {f"__substg1.0_{pid:04X}0102": value for pid, value in data.items()}


class _Space:
    """Sectors with the chains of those that belong together."""

    def __init__(self, size: int):
        self.size = size
        self.data = b""
        self.chains: list[int] = []

    def keep(self, data: bytes) -> int:
        """The number of the first sector that holds `data`."""
        first, count = len(self.chains), max(1, -(-len(data) // self.size))
        self.data += data.ljust(count * self.size, b"\0")
        self.chains += [*range(first + 1, first + count), _END]
        return first


def _compound(tree: Tree) -> bytes:
    """A compound file whose entries hang in one chain of right siblings; short streams share the mini stream."""
    rows: list[tuple[str, int, int, int, int, int]] = [("Root Entry", 5, _FREE, _FREE, _END, 0)]
    large, small = _Space(512), _Space(64)

    def add(branch: Tree) -> int:
        following = _FREE
        for name, content in reversed([*branch.items()]):
            if isinstance(content, bytes):
                start = (small if len(content) < 4096 else large).keep(content)
                rows.append((name, 2, following, _FREE, start, len(content)))
            else:
                rows.append((name, 1, following, add(content), 0, 0))
            following = len(rows) - 1
        return following

    child = add(tree)
    rows[0] = ("Root Entry", 5, _FREE, child, large.keep(small.data), len(small.data))
    mini = large.keep(struct.pack(f"<{len(small.chains)}I", *small.chains))
    directory = large.keep(b"".join(_entry(*row) for row in rows))
    fats = 1
    while len(large.chains) + fats > fats * 128:
        fats += 1
    at = len(large.chains)
    table = struct.pack(f"<{at + fats}I", *large.chains, *[_FAT] * fats).ljust(fats * 512, b"\xff")
    minis = directory - mini
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, fats, directory, 0, 4096, mini, minis, _END, 0,
    )  # fmt: skip
    header += struct.pack(f"<{fats}I", *range(at, at + fats))
    return header.ljust(512, b"\xff") + large.data + table


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII16xI8x8xIII", encoded, len(encoded), kind, 1, _FREE, right, child, 0, start, size, 0)
