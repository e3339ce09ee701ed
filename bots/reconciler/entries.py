"""Was everything entered exactly once? The legacy system's own list against what the bots say they entered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bots.reconciler.parties import agrees
from bots.reconciler.words import squash
from config.errors import Reason
from config.money import format_minor

__all__ = ["Entered", "EntryCheck", "Listed", "check_entries"]


@dataclass(frozen=True, slots=True)
class Entered:
    """One item that was entered: its key in the legacy system, number, supplier, amount (minor units), currency."""

    item: str
    key: str
    number: str
    supplier: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the legacy list; `record` is its number there, `key` our reference if the row shows one.

    `amount` is in minor units of `currency`, None when the row shows none that can be read; `currency` "" when unsaid.
    """

    record: str
    key: str
    number: str
    supplier: str
    amount: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class EntryCheck:
    """An item with the rows that are its own; `reason` is OF640 when it is there once, as it should be."""

    item: Entered
    records: tuple[str, ...]
    reason: Reason

    @property
    def good(self) -> bool:
        """Whether the item is in the list exactly once with its values."""
        return self.reason.code == "OF640"


def check_entries(entered: Sequence[Entered], listed: Sequence[Listed]) -> tuple[list[EntryCheck], list[Listed]]:
    """Find each item in the list.

    A row is an item's when it shows the item's key; or, showing none of our keys, its number and a supplier that may
    be the same.

    Returns:
        One check an item, in order, and the rows that are nobody's (entered by hand, or before our time).
    """
    ours = {item.key for item in entered if item.key}
    by_key: dict[str, list[Listed]] = defaultdict(list)
    by_number: dict[str, list[Listed]] = defaultdict(list)
    for row in listed:
        if row.key in ours:
            by_key[row.key].append(row)
        else:
            by_number[squash(row.number)].append(row)
    checks: list[EntryCheck] = []
    claimed: set[str] = set()
    for item in entered:
        mine = by_key.get(item.key, []) if item.key else []
        if squash(item.number):
            mine = mine + [row for row in by_number.get(squash(item.number), ()) if agrees(item.supplier, row.supplier)]
        claimed.update(row.record for row in mine)
        checks.append(EntryCheck(item, tuple(row.record for row in mine), _verdict(item, mine)))
    return checks, [row for row in listed if row.record not in claimed]


def _verdict(item: Entered, mine: Sequence[Listed]) -> Reason:
    facts = {"reference": item.number or item.key}
    if not mine:
        return Reason("OF641", facts=facts)
    if len(mine) > 1:
        return Reason("OF642", facts={**facts, "records": ", ".join(row.record for row in mine)})
    row = mine[0]
    if row.amount is not None and (row.amount != item.amount or (row.currency or item.currency) != item.currency):
        got = f"{format_minor(row.amount, row.currency or item.currency)} {row.currency or item.currency}"
        return Reason(
            "OF643",
            facts={**facts, "got": got, "expected": f"{format_minor(item.amount, item.currency)} {item.currency}"},
        )
    return Reason("OF640", facts=facts)
