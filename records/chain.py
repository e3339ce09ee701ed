"""What events say of their order: numbers, times, and each item's event before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson

from records.canonical import is_canonical as is_canonical_json
from records.event_rows import item_of
from records.findings import Finding

__all__ = ["Chain"]


class Chain:
    """What each event says of its place among the others.

    Args:
        earlier: whether an event in front of the first one that is looked at is of an item; by default there is none.
        item: the only item whose events these are, when they are those of one.
        stamp: the time of the event in front of the first one.
    """

    def __init__(self, earlier: Callable[[str, int], bool] | None = None, *, item: str | None = None, stamp: str = ""):
        self.last: dict[str, int] = {}
        self.stamp = stamp
        self._earlier = earlier
        self._item = item

    def wrong(self, seq: int, data: bytes) -> Finding | None:
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
        return self._previous(seq, body)

    def _previous(self, seq: int, body: dict[str, Any]) -> Finding | None:
        name, before = item_of(body), body.get("prev_item_seq")
        if self._item is not None and name != self._item:
            return Finding("edited", seq, f"event {seq} is of {name}, and stands among those of {self._item}")
        if name is None:
            return None
        last = self.last.get(name)
        if before != last and not (last is None and self._was_earlier(name, before)):
            says = f"event {seq} names {before} as the one before it of {name}: {last}"
            return Finding("edited", seq, says)
        self.last[name] = seq
        return None

    def _was_earlier(self, name: str, before: object) -> bool:
        return self._earlier is not None and isinstance(before, int) and self._earlier(name, before)

    def compare(self, last_events: Iterable[tuple[str, int]]) -> Iterator[Finding]:
        """Where the table of each item's last event is not what the events said; to be called when all were seen."""
        for name, seq in last_events:
            last = self.last.pop(name, None)
            if last != seq:
                yield _other_last(name, last, seq)
        for name, last in self.last.items():
            yield _other_last(name, last, None)


def _other_last(name: str, last: int | None, told: int | None) -> Finding:
    seq = told if last is None else last
    return Finding("edited", seq, f"the last event of {name} is {last}; the table of last events says {told}")
