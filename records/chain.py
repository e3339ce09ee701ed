"""What events say of their order: numbers, times, and each item's event before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from records.canonical import is_canonical as is_canonical_json
from records.findings import Finding

__all__ = ["Chain"]


class Chain:
    """What each event says of its place among the others.

    Args:
        before: the last event of an item before the first one that is looked at; by default there is none.
    """

    def __init__(self, before: Callable[[str], int | None] | None = None, stamp: str = ""):
        self.last: dict[str, int] = {}
        self.stamp = stamp
        self._before = before

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
        last = self.last.get(name)
        if last is None and self._before is not None:
            last = self._before(name)
        if body.get("prev_item_seq") != last:
            says = f"event {seq} names {body.get('prev_item_seq')} as the one before it of {name}: {last}"
            return Finding("edited", seq, says)
        self.last[name] = seq
        return None
