"""The lines of a long document's reading in a tenth of their memory: made anew whenever they are looked at.

They cross the border of the sandbox as they are, so what is unpacked is checked: a worker that was taken over can spoil
its answer, and no more.
"""

from __future__ import annotations

import json
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any, overload

from bots.reader.reading import Line, Value
from config.errors import DocumentRefused

__all__ = ["PackedLines"]

_TOGETHER = 64
_MOST = 16_000_000
"""Bytes of so many lines."""
_LENGTH = 4
_NAMES = tuple(field.name for field in fields(Line))


@dataclass(frozen=True, slots=True, eq=False)
class PackedLines(Sequence[Line]):
    """Lines, some together in a part.

    Attributes:
        size: how many.
        parts: of so many lines each, compressed: the length of what follows, values as JSON, and their boxes as native
            doubles.
    """

    size: int
    parts: tuple[bytes, ...]

    @classmethod
    def of(cls, lines: Iterable[Line]) -> PackedLines:
        """Pack lines, one after the other."""
        coming, size, parts = iter(lines), 0, []
        while some := list(islice(coming, _TOGETHER)):
            size += len(some)
            parts.append(_packed(some))
        return cls(size, tuple(parts))

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[Line]:
        for part in self.parts:
            yield from _unpacked(part)

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Line, ...]: ...
    def __getitem__(self, index: int | slice) -> Line | tuple[Line, ...]:
        wanted = range(self.size)[index]
        if isinstance(wanted, range):
            return tuple(self[at] for at in wanted)
        part, at = divmod(wanted, _TOGETHER)
        return _unpacked(self.parts[part])[at]

    def __eq__(self, other: object) -> bool:
        """Whether these are the same lines, packed or not."""
        if not isinstance(other, PackedLines | tuple):
            return NotImplemented
        return len(self) == len(other) and all(mine == its for mine, its in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))


def _packed(lines: Sequence[Line]) -> bytes:
    boxes = array("d")
    values = [[_out(getattr(line, name), boxes) for name in _NAMES] for line in lines]
    shown = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return zlib.compress(len(shown).to_bytes(_LENGTH, "big") + shown + boxes.tobytes(), 1)


def _out(value: Value | None, boxes: array[float]) -> list[Any] | None:
    if value is None:
        return None
    if value.box is not None:
        boxes.extend(value.box)
    text = None if value.text == value.value else value.text
    rest = (value.proofs, [_out(other, boxes) for other in value.others]) if value.proofs or value.others else ()
    return [value.value, text, value.page, value.source, value.box is not None, *rest]


def _unpacked(part: bytes) -> list[Line]:
    """The lines of a part.

    Raises:
        DocumentRefused: OF209, it is none.
    """
    try:
        content = _unzipped(part)
        end = _LENGTH + int.from_bytes(content[:_LENGTH], "big")
        boxes = iter(array("d", content[end:]))
        lines = json.loads(content[_LENGTH:end].decode("utf-8", "surrogatepass"))
        return [Line(*(_in(value, boxes) for value in line)) for line in lines]
    except (ValueError, TypeError, IndexError, RecursionError, StopIteration, RuntimeError, zlib.error) as error:
        raise DocumentRefused("OF209", why=f"its lines are nonsense: {type(error).__name__}") from error


def _unzipped(part: bytes) -> bytes:
    unzip = zlib.decompressobj()
    content = unzip.decompress(part, _MOST)
    if not unzip.eof:
        raise ValueError(part[:20])
    return content


def _in(value: list[Any] | None, boxes: Iterator[float]) -> Value | None:
    if value is None:
        return None
    canonical, text, page, source, boxed, *rest = value
    box = (next(boxes), next(boxes), next(boxes), next(boxes)) if boxed else None
    proofs, others = rest or ((), ())
    ranked = tuple(found for other in others if (found := _in(other, boxes)) is not None)
    return Value(canonical, canonical if text is None else text, page, box, source, tuple(proofs), ranked)
