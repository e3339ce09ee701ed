"""What is still due, paid, or left from before: gross - prepaid + previous balance = amount due."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from bots.reader.candidates import Candidate
from bots.reader.corroboration import reaches
from bots.reader.hypotheses import Hypothesis, Pool
from bots.reader.spots import Amount

__all__ = ["settle_dues", "unexplained"]

ZERO = Decimal(0)
CENT = Decimal("0.01")
_TOTALS = ("net_total", "gross_total", "amount_due")
_COLUMNS = ("line_total", "line_gross")
_SUMS = ("gross_total", "amount_due")
_PARTS = ("net_total", "lines_total", "tax_total", "withheld_total", "prepaid", "discount_total", "charge_total")
_LEVEL, _SHORT = 4.0, 9
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
    """Sums that the page names and that this way to read it leaves over.

    A page that says `Total 121.00`, `VAT 21.00` or `Discount 10.00` is not understood as long as that amount is neither
    one of the totals, nor a part of them, nor what leads from one printed sum to another.
    """
    gross = made.support.get("gross_total")
    known = _known(made)
    starts = _starts(made)
    named = (
        candidate
        for role in (*_SUMS, *_PARTS)
        for _, candidate in pool.of(role)
        if candidate.score >= _CLEAR and (candidate.named if role in _SUMS else _of_the_totals(candidate, gross))
    )
    return [
        candidate
        for candidate in (*named, *_among_the_sums(made, pool))
        if candidate.amount.value
        and abs(candidate.amount.value) not in known
        and not (gross is not None and _foreign(candidate, gross))
        and not _leads_on(made, candidate, starts, pool)
    ]


def _among_the_sums(made: Hypothesis, pool: Pool) -> Iterator[Candidate]:
    """Amounts in the column of the totals, between the first and the last of them, and such in short phrases over the
    lines, whatever they are called."""
    values = {made.values[role] for role in _TOTALS if role in made.values}
    places = [made.support[role].amount for role in _TOTALS if role in made.support]
    rows, found = array("I"), set[float]()
    for index in pool.printed.rows_with(values):
        level = [amount for amount in pool.money(index) if amount.value in values and _level(amount, places)]
        if level:
            rows.append(index)
            found.update(amount.x1 for amount in level)
    if not rows:
        return
    first, last = rows[0], rows[-1]
    head = made.table.heading.first if made.table is not None else 0
    edges = sorted(found)
    for index in pool.printed.alone:
        if not (first < index < last or index < head):
            continue
        amount = pool.money(index)[0]
        row = amount.row
        inside = first < row.index < last and _at_one_of(edges, amount.x1)
        over = row.index < head and row.page == 1 and amount.currency and amount.places == 2
        if (inside or over) and amount.phrase.end - amount.phrase.start <= _SHORT:
            yield Candidate("discount_total", amount, _CLEAR, None)


def _level(amount: Amount, others: Sequence[Amount]) -> bool:
    return any(abs(amount.x1 - other.x1) < _LEVEL for other in others)


def _at_one_of(edges: Sequence[float], x1: float) -> bool:
    """Whether one of the edges, which are in order, is level with this one."""
    at = bisect_left(edges, x1)
    return any(abs(x1 - edge) < _LEVEL for edge in edges[max(at - 1, 0) : at + 1])


def _of_the_totals(candidate: Candidate, gross: Candidate | None) -> bool:
    """A sum by itself on the page of the total: those of other pages are carried forward."""
    return candidate.alone and (gross is None or candidate.amount.row.page == gross.amount.row.page)


def _leads_on(made: Hypothesis, candidate: Candidate, starts: frozenset[Decimal], pool: Pool) -> bool:
    """Whether an amount that is no total leads from one sum to another."""
    value = abs(candidate.amount.value)
    match candidate.role:
        case "amount_due":
            return _paid_off(made, value, pool)
        case "net_total" | "lines_total":
            net = made.support.get("net_total")
            if net is None:
                return False
            return reaches(value, net.amount.value, pool.ladder, (candidate.amount.row.index, net.amount.row.index))
        case "discount_total" | "charge_total":
            return _is_step(made, value, starts, pool)
        case _:
            return False


def _is_step(made: Hypothesis, step: Decimal, starts: frozenset[Decimal], pool: Pool) -> bool:
    """Whether a discount or charge is what lies between two sums, to the cent: the lines or another printed sum, and
    one of the totals; alone or with the other discounts and charges that are named.

    Args:
        starts: what the lines come to, see `_starts`.
    """
    totals = _totals(made)
    others = [sign * abs(value) for sign, named in _named(pool) for value in named if abs(value) != step]
    rests = {sum(chosen, ZERO) for count in range(3) for chosen in combinations(others, count)}
    reached = {total + way - rest for total in totals for rest in rests for way in (step, -step)} - totals
    return any(sum_ in starts or (sum_ in pool.printed and sum_ not in (step, -step, ZERO)) for sum_ in reached)


def _starts(made: Hypothesis) -> frozenset[Decimal]:
    """What the lines of the table come to, within a cent of rounding."""
    if made.table is None:
        return frozenset()
    sums = {made.table.sum_of(name) for name in _COLUMNS}
    return frozenset(total + off for total in sums for off in (ZERO, CENT, -CENT))


def _totals(made: Hypothesis) -> set[Decimal]:
    return {value for role in _TOTALS if (value := made.values.get(role))}


def _named(pool: Pool) -> tuple[tuple[int, Sequence[Decimal]], ...]:
    return ((-1, pool.ladder.discounts), (1, pool.ladder.charges))


def _paid_off(made: Hypothesis, due: Decimal, pool: Pool) -> bool:
    """Whether what lies between the total and what is due is printed: a payment that no label names so."""
    paid = abs(made.values.get("gross_total", ZERO) - due)
    taken = {abs(value) for role, value in made.values.items() if role != "prepaid"}
    return paid not in taken and (paid in pool.printed or -paid in pool.printed)


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
        known.update(made.table.sum_of(name) for name in (*_COLUMNS, "tax_amount", "discount"))
        known.update(value for item in made.table.items for _, value in item.values())
    return {abs(value) for value in known}


def _foreign(candidate: Candidate, gross: Candidate) -> bool:
    """Whether it is printed in another currency than the total: what it is worth, and not another total."""
    there, here = candidate.amount.currency, gross.amount.currency
    return bool(there and here and there != here)
