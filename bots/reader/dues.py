"""What is still due, paid, or left from before: gross - prepaid + previous balance = amount due."""

from __future__ import annotations

from decimal import Decimal

from bots.reader.candidates import Candidate
from bots.reader.hypotheses import Hypothesis, Pool

__all__ = ["settle_dues", "unexplained"]

ZERO = Decimal(0)
_CLEAR = 0.68
"""A label that scores so well names its amount: `Total` alone, beside or over it."""


def settle_dues(made: Hypothesis, pool: Pool) -> None:
    """What is still due, paid, given off or charged, where the labels say so and the sum agrees."""
    gross = made.values.get("gross_total")
    if gross is None:
        return
    best = 0.0
    prepaid: list[tuple[Decimal, Candidate | None]] = [(ZERO, None), *pool.of("prepaid")]
    previous: list[tuple[Decimal, Candidate | None]] = [(ZERO, None), *pool.of("previous_balance")]
    for due, d in pool.of("amount_due"):
        for paid, p in prepaid:
            for old, o in previous:
                score = d.score + (p.score if p else 0.0) + (o.score if o else 0.0)
                if gross - paid + old == due and score > best and (p is None or p.amount is not d.amount):
                    best = score
                    made.values["amount_due"], made.support["amount_due"] = due, d
                    made.values.pop("prepaid", None)
                    made.extras.clear()
                    if p is not None and paid:
                        made.values["prepaid"], made.support["prepaid"] = paid, p
                    if o is not None and old:
                        made.extras["previous_balance"] = old


def unexplained(made: Hypothesis, pool: Pool) -> list[Candidate]:
    """Totals that the page names and that this way to read it leaves over.

    A page that says `Total 121.00` is not understood as long as that total is not: neither the gross total, nor a part
    of it, nor what is due.
    """
    gross = made.support.get("gross_total")
    known = _known(made)
    totals = [(value, found) for value, found in pool.of("gross_total") if found.score >= _CLEAR and found.named]
    dues = [
        (value, found)
        for value, found in pool.of("amount_due")
        if found.score >= _CLEAR and found.named and not _paid_off(made, value, pool)
    ]
    return [
        candidate
        for value, candidate in (*totals, *dues)
        if abs(value) not in known and not (gross is not None and _foreign(candidate, gross))
    ]


def _paid_off(made: Hypothesis, due: Decimal, pool: Pool) -> bool:
    """Whether what lies between the total and what is due is printed: a payment that no label names so."""
    paid = abs(made.values.get("gross_total", ZERO) - due)
    taken = {abs(value) for role, value in made.values.items() if role != "prepaid"}
    return paid not in taken and any(abs(value) == paid for value in pool.printed)


def _known(made: Hypothesis) -> set[Decimal]:
    gross, paid = made.values.get("gross_total", ZERO), made.values.get("prepaid", ZERO)
    known = {
        *made.values.values(),
        *made.extras.values(),
        gross + made.values.get("withheld_total", ZERO),
        gross - paid,
    }
    known.update(amount.value for row in made.rates for amount in (row.base, row.tax, row.gross) if amount is not None)
    if made.table is not None:
        known.update(made.table.sum_of(name) for name in ("line_total", "line_gross", "tax_amount", "quantity"))
        known.update(total.value for item in made.table.items if (total := item.total) is not None)
    return {abs(value) for value in known}


def _foreign(candidate: Candidate, gross: Candidate) -> bool:
    """Whether it is printed in another currency than the total: what it is worth, and not another total."""
    there, here = candidate.amount.currency, gross.amount.currency
    return bool(there and here and there != here)
