"""Reading the log's own rows, many at a time, by the driver itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, func, select

from records import schema

__all__ = ["filed_rows", "last_of", "notes", "of_item", "rows"]

_PAGE = 1024
_events, _checkpoints = schema.events, schema.checkpoints


def rows(connection: Connection, start: int = 0, end: int | None = None) -> Iterator[tuple[int, bytes]]:
    """(seq, bytes) of the events from `start` to before `end`, a page at a time."""
    for seq, data, _ in filed_rows(connection, start, end):
        yield seq, data


def filed_rows(
    connection: Connection, start: int = 0, end: int | None = None
) -> Iterator[tuple[int, bytes, str | None]]:
    """(seq, bytes, the item they are filed under) of the events, a page at a time, by the driver itself."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    query = f"SELECT seq, bytes, item FROM events WHERE seq >= {mark} AND seq < {mark} ORDER BY seq LIMIT {_PAGE}"  # noqa: S608 - no values in it
    cursor = connection.connection.cursor()
    while True:
        cursor.execute(query, (start, 2**62 if end is None else end))
        page = cursor.fetchall()
        yield from page
        if len(page) < _PAGE:
            cursor.close()
            return
        start = page[-1][0] + 1


def of_item(connection: Connection, item: str) -> Iterator[tuple[int, bytes, str | None]]:
    """As `filed_rows`, of one item."""
    query = select(_events.c.seq, _events.c.bytes, _events.c.item).where(_events.c.item == item)
    for row in connection.execute(query.order_by(_events.c.seq)):
        yield row.seq, bytes(row.bytes), row.item


def last_of(connection: Connection, item: str, before: int) -> int | None:
    """The last event of an item before a number."""
    query = select(func.max(_events.c.seq)).where(_events.c.item == item, _events.c.seq < before)
    return connection.execute(query).scalar()


def notes(connection: Connection) -> Sequence[str]:
    """The checkpoints, oldest first."""
    return connection.execute(select(_checkpoints.c.note).order_by(_checkpoints.c.size)).scalars().all()
