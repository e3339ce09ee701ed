"""Documents: bytes that arrived, named by their SHA-256, with every place they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from records.canonical import canonical, parse
from records.clock import from_micros
from records.schema import documents, item_documents, sources
from records.transaction import Transaction

__all__ = ["Arrival", "add", "arrivals", "items_with"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One arrival of a document: the name it had, what brought it (`mail`, `folder`), where exactly, and when."""

    sha256: str
    name: str
    source: str
    place: Mapping[str, Any]
    arrived_at: datetime


def add(
    tx: Transaction, sha256: str, *, name: str, media_type: str, size: int, source: str, place: Mapping[str, Any]
) -> bool:
    """Write down that a document arrived; whether its bytes are new.

    Args:
        name: the file's name as a display string, never a path.
        size: bytes.
        place: where from: account, folder, uid, part of a mail; or the path of a file.
    """
    new = tx.connection.execute(sa.select(documents.c.sha256).where(documents.c.sha256 == sha256)).first() is None
    now = tx.micros
    if new:
        row = {"sha256": sha256, "media_type": media_type, "size": size, "created_at": now}
        tx.connection.execute(documents.insert().values(row))
    row = {"sha256": sha256, "name": name, "source": source, "arrived_at": now}
    tx.connection.execute(sources.insert().values(row | {"place": canonical(dict(place)).decode()}))
    return new


def arrivals(tx: Transaction, sha256: str) -> list[Arrival]:
    """Every time a document arrived, first one first."""
    query = sa.select(sources).where(sources.c.sha256 == sha256).order_by(sources.c.id)
    return [
        Arrival(row.sha256, row.name, row.source, parse(row.place), from_micros(row.arrived_at))
        for row in tx.connection.execute(query)
    ]


def items_with(tx: Transaction, sha256: str, *, role: str = "source") -> list[str]:
    """Ids of the work items that a document belongs to in that role, oldest first."""
    query = (
        sa.select(item_documents.c.item_id)
        .where(item_documents.c.sha256 == sha256, item_documents.c.role == role)
        .order_by(item_documents.c.item_id)
    )
    return list(tx.connection.execute(query).scalars())
