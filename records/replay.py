"""The state of every work item from the log alone, and where the tables say something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from records import schema
from records.archive import Archive
from records.canonical import parse
from records.event_rows import rows
from records.store import Records

__all__ = ["Difference", "Replayed", "compare", "replay"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """An item as its events leave it; `payload` is the SHA-256 of its last payload."""

    id: str
    process: str
    key: str
    state: str
    version: int
    attempts: int
    payload: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Log and office disagree: on which item or document, in what, what each of them says."""

    about: str
    what: str
    log: str
    office: str


def replay(events: Iterable[Mapping[str, Any]]) -> dict[str, Replayed]:
    """The items as the log's events (in order) leave them."""
    items: dict[str, Replayed] = {}
    for body in events:
        about = body.get("item")
        if about is None or "to" not in about:
            continue
        before = items.get(about["id"])
        items[about["id"]] = Replayed(
            id=about["id"],
            process=about["process"],
            key=about.get("key", before.key if before else ""),
            state=about["to"],
            version=about["version"],
            attempts=about.get("attempts", 0),
            payload=about.get("payload", before.payload if before else ""),
        )
    return items


def compare(records: Records) -> list[Difference]:
    """Every place where tables or archive are not what the log says, at one moment while others go on working."""
    named: dict[str, str] = {}
    disposed: set[str] = set()

    def noted(bodies: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        for body in bodies:
            if body["action"] == "document.disposed":
                disposed.update(one["sha256"] for one in body["doc"])
            for one in [*body.get("doc", ()), *body.get("evidence", ())]:
                named.setdefault(one["sha256"], body.get("item", {}).get("id", ""))
            yield body

    with records.typed(), records.reading() as connection:
        told = replay(noted(_bodies(connection)))
        different = list(_items(connection, told))
    return [*different, *_files(records.archive, {k: v for k, v in named.items() if k not in disposed})]


def _bodies(connection: Connection) -> Iterator[Mapping[str, Any]]:
    """All events of a snapshot, those without a number yet last."""
    for _, data in rows(connection):
        yield parse(data)
    for data in connection.execute(select(schema.pending.c.body).order_by(schema.pending.c.id)).scalars():
        yield parse(data)


def _items(connection: Connection, told: Mapping[str, Replayed]) -> Iterator[Difference]:
    items, payloads = schema.work_items, schema.payloads
    query = select(items, payloads.c.sha256).outerjoin(
        payloads, (payloads.c.item_id == items.c.id) & (payloads.c.version == items.c.payload_version)
    )
    seen = set()
    for row in connection.execute(query.execution_options(yield_per=1000)):
        seen.add(row.id)
        log = told.get(row.id)
        if log is None:
            yield Difference(row.id, "item", "unknown", row.state)
            continue
        office = Replayed(row.id, row.process, row.key, row.state, row.version, row.attempts, row.sha256 or "")
        for name in ("process", "key", "state", "version", "attempts", "payload"):
            if getattr(log, name) != getattr(office, name):
                yield Difference(row.id, name, str(getattr(log, name)), str(getattr(office, name)))
    for item_id in sorted(told.keys() - seen):
        yield Difference(item_id, "item", told[item_id].state, "missing")


def _files(archive: Archive, named: Mapping[str, str]) -> Iterator[Difference]:
    for sha256, item in sorted(named.items()):
        if not archive.has(sha256):
            yield Difference(sha256, f"file of {item}" if item else "file", "named", "missing")
