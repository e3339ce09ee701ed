"""Whose turn it is: a lease on a mailbox or folder, so that two intakes do not do the same work.

The lease saves work; that nothing is taken twice rests on the database's keys and on the fence in each transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from bots.office import Office
from config.errors import OficioError
from records import Lease, Transaction, leases
from records.takeover import release_dead

__all__ = ["Turn", "lost", "turn_at"]

TTL = timedelta(minutes=2)


class Turn:
    """A lease that is held; `fence` belongs into every transaction that relies on it."""

    def __init__(self, office: Office, lease: Lease):
        self._office = office
        self._lease = lease

    def fence(self, tx: Transaction) -> None:
        """Keep the lease for another while; OficioError OF702 when another intake has taken over."""
        self._lease = leases.renew(tx, self._lease, TTL)

    def keep(self) -> None:
        """As `fence`, in a transaction of its own."""
        with self._office.records.begin() as tx:
            self.fence(tx)

    def end(self) -> None:
        """Give the lease back."""
        with self._office.records.begin() as tx:
            leases.release(tx, self._lease)


@contextmanager
def turn_at(office: Office, name: str) -> Iterator[Turn | None]:
    """The turn at a mailbox or folder, given back at the end; None when another intake has it.

    The turn of a process of this machine that is gone (killed) is free at once.
    """
    with office.records.begin() as tx:
        release_dead(tx)
        lease = leases.acquire(tx, name, office.worker, TTL)
    if lease is None:
        yield None
        return
    turn = Turn(office, lease)
    try:
        yield turn
    finally:
        turn.end()


def lost(error: OficioError) -> bool:
    """Whether an error says that another intake has taken over, which then goes on with the work."""
    return error.code == "OF702"
