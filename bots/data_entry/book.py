"""What the records are told of an item while it is entered: each step of the protocol is one transaction."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bots.data_entry import accounts
from bots.data_entry.clerk import Clerk
from bots.data_entry.evidence import Proofs
from bots.data_entry.looking import Hit
from config.errors import BusinessException, OficioError, Reason
from records import Evidence, Transaction, WorkItem, intents, reviews, work_items
from records.canonical import foreign_digest

__all__ = ["Book"]


@dataclass
class Book:
    """An item in a robot's hands, as the records know it.

    Attributes:
        key: what the entry is found by.
        renewed: when its lease was renewed (monotonic seconds).
        proofs: the evidence that the next entry here cites.
    """

    clerk: Clerk
    item: WorkItem
    key: str = ""
    renewed: float = field(default_factory=time.monotonic)
    proofs: Proofs = field(init=False)

    def __post_init__(self) -> None:
        clerk = self.clerk
        self.proofs = Proofs(clerk.office.records, clerk.seat.secrets, clerk.writers)

    @property
    def entry(self) -> dict[str, Any]:
        """What the item's payload says of its entry so far."""
        return dict(self.item.payload.get("entry", {}))

    @property
    def tries(self) -> int:
        """How often an entry was begun that never arrived."""
        return int(self.entry.get("tries", 0))

    def open_intent(self) -> intents.Intent | None:
        """The intent of an entry that was begun and of which nobody knows yet whether it arrived."""
        with self.clerk.office.records.read() as tx:
            return next(reversed(intents.find(tx, item=self.item.id, system=self.clerk.name, state="open")), None)

    def intend(self, record: dict[str, Any]) -> intents.Intent:
        """The entry is about to be made: written down before anything is sent.

        Raises:
            BusinessException: OF539, another item has this key.
        """
        clerk = self.clerk
        entry = {"system": clerk.name, "form": clerk.form_name, "key": self.key, "account": clerk.seat.account.user,
                 "worker": clerk.worker, "tries": self.tries}  # fmt: skip
        values = foreign_digest(record)
        began = time.monotonic()
        try:
            with clerk.office.records.begin() as tx:
                item = work_items.move(
                    tx, self._renewed(tx), "entering", action="entry.started", where=clerk.where(), keep=True,
                    payload={**self.item.payload, "entry": entry},
                )  # fmt: skip
                intent = intents.open(
                    tx, item, system=clerk.name, form=clerk.form_name, key=self.key, values_hash=values
                )
        except OficioError as error:
            if error.code != "OF712":
                raise
            raise BusinessException("OF539", key=self.key, other=error.reason.facts.get("other", "")) from error
        self._note_renewal(item, began)
        return intent

    def confirm(self, intent: intents.Intent | None, hit: Hit) -> None:
        """It is there, once and right."""
        row, evidence = dict(hit.row), self.proofs.taken()
        entry = {**self.entry, "system": self.clerk.name, "form": self.clerk.form_name,
                 "key": self.key, "row": row, "found": intent is None}  # fmt: skip
        if "record" in row:
            entry["record"] = row["record"]
        with self.clerk.office.records.begin() as tx:
            if intent is not None:
                intents.settle(tx, intent, outcome="confirmed", evidence=evidence, after=row, where=self.clerk.where())
            item = self.item
            if item.state == "ready":
                item = work_items.move(tx, item, "entering", action="entry.found_there", keep=True)
            work_items.move(
                tx, item, "entered", action="entry.confirmed", payload={**self.item.payload, "entry": entry},
                evidence=evidence, where=self.clerk.where(), after=row,
            )  # fmt: skip

    def uncertain(self, error: OficioError, shown: Sequence[Evidence]) -> None:
        """A save left, and its outcome is not known."""
        proof = [*self.proofs.salvaged(), *shown]
        with self.clerk.office.records.begin() as tx:
            item = work_items.move(
                tx, self.item, "uncertain", action="entry.uncertain", reason=error.reason, outcome="uncertain",
                evidence=proof, where=self.clerk.where(), keep=True,
            )  # fmt: skip
        self.item = item

    def absent(self, intent: intents.Intent, reason: Reason) -> None:
        """It is not there and never will be: the intent is closed, the item may be entered anew."""
        evidence = self.proofs.salvaged()
        with self.clerk.office.records.begin() as tx:
            intents.settle(tx, intent, outcome="absent", after={"why": reason.code})
            tries = self.tries + 1
            item = work_items.move(
                tx, self.item, "ready", action="entry.absent", reason=reason, outcome="failed", keep=True,
                payload={**self.item.payload, "entry": {**self.entry, "tries": tries}}, attempts=tries,
                evidence=evidence, where=self.clerk.where(),
            )  # fmt: skip
        self.item = item

    def to_person(self, intent: intents.Intent | None, reason: Reason) -> str:
        """What cannot be decided here; the state that the item is in then."""
        evidence = self.proofs.taken()
        with self.clerk.office.records.begin() as tx:
            if intent is not None:
                intents.settle(tx, intent, outcome="conflict", evidence=evidence, where=self.clerk.where())
            item = work_items.move(
                tx, self.item, "review", action="entry.questioned", reason=reason, outcome="refused",
                evidence=evidence, where=self.clerk.where(),
            )  # fmt: skip
            reviews.open(tx, item, reasons=[reason], proposal=self.item.payload.get("invoice", {}))
        return "review"

    def defer(self) -> None:
        """The account that must be logged in as a fence is at work: come back when its lease may be free."""
        later = self.clerk.office.now() + timedelta(seconds=min(5.0, self.clerk.system.limits.lease))
        with self.clerk.office.records.begin() as tx:
            work_items.move(tx, self.item, self.item.state, action="entry.deferred", available_at=later)

    def beat(self, *, now: bool = False) -> None:
        """Renew the leases on the item and the account when a third has gone by.

        Raises:
            OficioError: OF702, one of them was taken over: nothing more may be done.
        """
        clerk, limits = self.clerk, self.clerk.system.limits
        if not now and time.monotonic() - min(self.renewed, clerk.seat.renewed) < limits.lease / 3:
            return
        began = time.monotonic()
        with clerk.office.records.begin() as tx:
            item = self._renewed(tx)
        self._note_renewal(item, began)

    def still_ours(self) -> None:
        """A write is about to leave: nothing was taken over, and the leases outlast it.

        Raises:
            OficioError: OF702, as `beat`.
        """
        clerk, limits = self.clerk, self.clerk.system.limits
        left = limits.lease - (time.monotonic() - min(self.renewed, clerk.seat.renewed))
        if left <= max(limits.load, limits.step):
            self.beat(now=True)
            return
        with clerk.office.records.read() as tx:
            accounts.check_seat(tx, clerk.seat)
            work_items.check(tx, self.item)

    def _renewed(self, tx: Transaction) -> WorkItem:
        accounts.renew_seat(tx, self.clerk.seat, self.clerk.system)
        return work_items.renew(tx, self.item, timedelta(seconds=self.clerk.system.limits.lease))

    def _note_renewal(self, item: WorkItem, began: float) -> None:
        self.item = item
        self.renewed = self.clerk.seat.renewed = began
