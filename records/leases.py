"""Leases on what only one (or only so many) may use: a mailbox, an account of a legacy system, a person's task."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from config.errors import OficioError
from records import schema
from records.clock import to_micros
from records.transaction import Transaction
from records.values import Lease

__all__ = ["acquire", "acquire_slot", "check", "holder", "release", "renew"]

_leases = schema.leases


def acquire(tx: Transaction, name: str, owner: str, ttl: timedelta) -> Lease | None:
    """Take a lease when nobody holds it (or `owner` itself does); None when somebody else does.

    Its token is greater than that of every lease of this name before it: a fence against who has lost it.
    """
    until = tx.now + ttl
    upsert = sqlite.insert if tx.connection.dialect.name == "sqlite" else postgresql.insert
    statement = (
        upsert(_leases)
        .values(name=name, owner=owner, until=to_micros(until), token=1)
        .on_conflict_do_update(
            index_elements=["name"],
            set_={"owner": owner, "until": to_micros(until), "token": _leases.c.token + 1},
            where=(_leases.c.until <= tx.micros) | (_leases.c.owner == owner) | _leases.c.owner.is_(None),
        )
        .returning(_leases.c.token)
    )
    token = tx.connection.execute(statement).scalar()
    return Lease(name, owner, until, token) if token is not None else None


def acquire_slot(tx: Transaction, name: str, slots: int, owner: str, ttl: timedelta) -> Lease | None:
    """Take one of `slots` leases of a name: a concurrency limit that holds over processes and machines."""
    for number in range(slots):
        lease = acquire(tx, f"{name}#{number}", owner, ttl)
        if lease is not None:
            return lease
    return None


def renew(tx: Transaction, lease: Lease, ttl: timedelta) -> Lease:
    """Keep a lease for so long from now.

    Raises:
        OficioError: OF702, somebody else has it.
    """
    until = tx.now + ttl
    done = tx.connection.execute(
        update(_leases)
        .where(_leases.c.name == lease.name, _leases.c.owner == lease.owner, _leases.c.token == lease.token)
        .values(until=to_micros(until))
    ).rowcount
    if not done:
        raise OficioError("OF702", lease.name, why="the lease was taken over")
    return replace(lease, until=until)


def check(tx: Transaction, lease: Lease) -> None:
    """Refuse when a lease is no longer held; nothing is written.

    Raises:
        OficioError: OF702, it was taken over or has run out.
    """
    held = select(_leases.c.token).where(
        _leases.c.name == lease.name, _leases.c.owner == lease.owner, _leases.c.token == lease.token,
        _leases.c.until > tx.micros,
    )  # fmt: skip
    if tx.connection.execute(held).scalar() is None:
        raise OficioError("OF702", lease.name, why="the lease was taken over")


def release(tx: Transaction, lease: Lease) -> None:
    """Give a lease back; nothing happens when it is gone already."""
    tx.connection.execute(
        update(_leases)
        .where(_leases.c.name == lease.name, _leases.c.owner == lease.owner, _leases.c.token == lease.token)
        .values(owner=None, until=0)
    )


def holder(tx: Transaction, name: str) -> str | None:
    """Who holds a lease now, or None."""
    return tx.connection.execute(
        select(_leases.c.owner).where(_leases.c.name == name, _leases.c.until > tx.micros)
    ).scalar()
