"""Reading the log's own rows, many at a time, by the driver itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, select

from records import schema

__all__ = ["is_of", "item_of", "item_rows", "last_events", "last_of", "notes", "rows"]

_PAGE = 1024
_checkpoints, _last = schema.checkpoints, schema.last_events


def rows(connection: Connection, start: int = 0, end: int | None = None) -> Iterator[tuple[int, bytes]]:
    """(seq, bytes) of the events from `start` to before `end`, a page at a time, by the driver itself."""
    mark = _mark(connection)
    query = f"SELECT seq, bytes FROM events WHERE seq >= {mark} AND seq < {mark} ORDER BY seq LIMIT {_PAGE}"  # noqa: S608 - no values in it
    cursor = connection.connection.cursor()
    while True:
        cursor.execute(query, (start, 2**62 if end is None else end))
        page = cursor.fetchall()
        yield from page
        if len(page) < _PAGE:
            cursor.close()
            return
        start = page[-1][0] + 1


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.name == "sqlite" else "%s"


def item_rows(connection: Connection, item: str) -> list[tuple[int, bytes]]:
    """(seq, bytes) of the events of one item, oldest first: from its last one back, as each names the one before.

    It ends where that does not lead to an earlier event of the item: whoever verifies sees it by the first one here.
    """
    query = f"SELECT bytes FROM events WHERE seq = {_mark(connection)}"  # noqa: S608 - no values in it
    seq = last_of(connection, item)
    found: list[tuple[int, bytes]] = []
    cursor = connection.connection.cursor()
    while seq is not None:
        cursor.execute(query, (seq,))
        row = cursor.fetchone()
        if row is None:
            break
        found.append((seq, bytes(row[0])))
        body = _told(row[0])
        before = body.get("prev_item_seq")
        seq = before if item_of(body) == item and isinstance(before, int) and before < seq else None
    cursor.close()
    return found[::-1]


def _told(data: bytes) -> dict[str, Any]:
    """What an event says; nothing when it is not even JSON."""
    try:
        body = orjson.loads(data)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def item_of(body: dict[str, Any]) -> str | None:
    """The id of the work item that an event is of, if any."""
    item = body.get("item")
    name = item.get("id") if isinstance(item, dict) else None
    return name if isinstance(name, str) else None


def last_of(connection: Connection, item: str) -> int | None:
    """The number of an item's last event."""
    return connection.execute(select(_last.c.seq).where(_last.c.item == item)).scalar()


def is_of(connection: Connection, item: str, seq: int) -> bool:
    """Whether an event is of an item."""
    return any(item_of(_told(data)) == item for _, data in rows(connection, seq, seq + 1))


def last_events(connection: Connection, start: int = 0) -> Iterator[tuple[str, int]]:
    """Each item with the number of its last event, of those that have one from `start` on."""
    for row in connection.execute(select(_last).where(_last.c.seq >= start).execution_options(yield_per=_PAGE)):
        yield row.item, row.seq


def notes(connection: Connection) -> Sequence[str]:
    """The checkpoints, oldest first."""
    return connection.execute(select(_checkpoints.c.note).order_by(_checkpoints.c.size)).scalars().all()
