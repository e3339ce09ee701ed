"""Take over at once what a dead process of this machine held; what others hold waits until its lease expires."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import sqlalchemy as sa

from records.schema import leases, work_items
from records.transaction import Transaction

__all__ = ["release_dead", "worker_name"]


def worker_name(run: str) -> str:
    """Names this process so that others can tell whether it still lives: `host:pid:start:run`."""
    pid = os.getpid()
    return f"{socket.gethostname()}:{pid}:{_started(pid)}:{run}"


def release_dead(tx: Transaction) -> int:
    """Let go of every lease whose owner was a process of this machine that is gone; how many there were."""
    released = 0
    for table, owner, until in (
        (work_items, work_items.c.lease_owner, work_items.c.lease_until),
        (leases, leases.c.owner, leases.c.until),
    ):
        held = tx.connection.execute(sa.select(owner).where(until > tx.micros).distinct()).scalars().all()
        dead = [name for name in held if name and _is_dead(name)]
        if dead:
            query = sa.update(table).where(owner.in_(dead), until > tx.micros).values({until: tx.micros})
            released += tx.connection.execute(query).rowcount
    return released


def _is_dead(worker: str) -> bool:
    host, _, rest = worker.partition(":")
    pid, _, rest = rest.partition(":")
    started, _, _ = rest.partition(":")
    if host != socket.gethostname() or not pid.isdecimal() or not started.isdecimal():
        return False  # not named by `worker_name`, or of another machine: its lease will expire
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    """When a process started, in clock ticks since boot (proc(5), field 22); "" when it is gone or not told.

    A process id is used again after a while; the pair of id and start time is not.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return "" if Path("/proc/self/stat").exists() else _alive_without_proc(pid)
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in ("Z", "X") else fields[19]


def _alive_without_proc(pid: int) -> str:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        return "0"
    return "0"
