"""Accounts of a system: one robot at a time, by database lease."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bots.office import Office
from config.errors import ConfigError, OficioError
from config.systems import Account, System
from connectors.secrets import Secret, find_secret
from records import Lease, Transaction, leases

__all__ = ["Seat", "is_dead", "take_seat", "worker_name"]


@dataclass
class Seat:
    """An account that this robot holds, with its secrets.

    Attributes:
        slot: one of the system's `parallel` places; None for the moment in which a login is a fence.
    """

    account: Account
    lease: Lease
    slot: Lease | None
    secrets: tuple[Secret, ...]
    renewed: float
    code_of: int = -1
    """The time step whose one-time code was used last."""


def worker_name(office: Office) -> str:
    """`host:pid:start:run`: tells whether a worker of this machine still lives."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}:{office.worker.rpartition(':')[2]}"


def is_dead(worker: str) -> bool:
    """Whether a worker was a process of this machine that is no more; False when that cannot be known."""
    host, _, rest = worker.partition(":")
    pid, _, rest = rest.partition(":")
    started = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdigit() or not Path("/proc/self/stat").exists():
        return False
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    """When a process started (clock ticks since boot), "" when there is none: a pid alone is used again."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if stat[0] in ("Z", "X") else stat[19]


def lease_name(system: str, user: str) -> str:
    """The lease of an account."""
    return f"system:{system}:account:{user}"


def take_seat(office: Office, name: str, system: System, worker: str, only: str | None = None) -> Seat | None:
    """The first account that is free, or whose robot is dead; None when all are at work, or as many as may be.

    Args:
        only: this account and no other, for a login that is a fence: it needs no place of its own.
    """
    slot = None
    if only is None and (slot := _take_slot(office, name, system, worker)) is None:
        return None
    for account in system.accounts:
        if only is not None and account.user != only:
            continue
        lease = _take(office, lease_name(name, account.user), worker, timedelta(seconds=system.limits.lease))
        if lease is not None:
            seat = Seat(account, lease, slot, (), time.monotonic())
            names = [account.secret, *([account.totp] if account.totp else [])]
            try:
                seat.secrets = tuple(find_secret(one, office.settings.home) for one in names)
            except ConfigError:
                give_back(office, seat)
                raise
            return seat
    if slot is not None:
        _release(office, slot)
    return None


def _take_slot(office: Office, name: str, system: System, worker: str) -> Lease | None:
    """One of the places that robots of all processes and machines share."""
    ttl = timedelta(seconds=system.limits.lease)
    slots = (_take(office, f"system:{name}:robot#{number}", worker, ttl) for number in range(system.parallel))
    return next((slot for slot in slots if slot is not None), None)


def _take(office: Office, name: str, worker: str, ttl: timedelta) -> Lease | None:
    with office.records.begin() as tx:
        lease = leases.acquire(tx, name, worker, ttl)
        if lease is None and (holder := leases.holder(tx, name)) is not None and is_dead(holder):
            dead = leases.acquire(tx, name, holder, ttl)  # in the dead robot's name, to give it back
            if dead is not None:
                leases.release(tx, dead)
                lease = leases.acquire(tx, name, worker, ttl)
        return lease


def give_back(office: Office, seat: Seat) -> None:
    """Leave an account to others."""
    _release(office, *(lease for lease in (seat.lease, seat.slot) if lease is not None))


def _release(office: Office, *held: Lease) -> None:
    with contextlib.suppress(OficioError), office.records.begin() as tx:
        for lease in held:
            leases.release(tx, lease)


def keep_seat(office: Office, seat: Seat, system: System, *, now: bool = False) -> None:
    """Renew the leases when a third of their time has gone by (or `now`).

    Raises:
        OficioError: OF702, another robot has the account.
    """
    if not now and time.monotonic() - seat.renewed < system.limits.lease / 3:
        return
    with office.records.begin() as tx:
        renew_seat(tx, seat, system)
    seat.renewed = time.monotonic()


def check_seat(tx: Transaction, seat: Seat) -> None:
    """Refuse when another robot has the account, OF702."""
    leases.check(tx, seat.lease)
    if seat.slot is not None:
        leases.check(tx, seat.slot)


def renew_seat(tx: Transaction, seat: Seat, system: System) -> None:
    """Renew the leases in a transaction of the caller's."""
    ttl = timedelta(seconds=system.limits.lease)
    seat.lease = leases.renew(tx, seat.lease, ttl)
    if seat.slot is not None:
        seat.slot = leases.renew(tx, seat.slot, ttl)
