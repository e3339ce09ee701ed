"""Every combination of candidates that satisfies net + tax - withheld + rounding = gross."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from bots.reader.candidates import Candidate
from bots.reader.corroboration import rates_that_explain
from bots.reader.hypotheses import Hypothesis, Pool
from bots.reader.taxes import TaxRow, blocks_of

__all__ = ["closing"]

ZERO, CENT = Decimal(0), Decimal("0.01")
Tax = tuple[Decimal, Candidate | None, float]
"""A tax total, the candidate behind it, and what a sum of rows without one is worth."""


def closing(pool: Pool, tax_rows: Sequence[TaxRow]) -> Iterator[Hypothesis]:
    """All hypotheses that close."""
    taxes = _taxes(pool, tax_rows)
    distinct = list({(tax[0], id(tax[1]), tax[2]): tax for tax in taxes}.values())
    dues = ((value, found) for value, found in pool.of("amount_due") if pool.get("gross_total", value) is None)
    for gross in (*pool.of("gross_total"), *dues):
        for net in pool.of("net_total"):
            if net[0] == gross[0] and net[1].amount is not gross[1].amount and pool.get("tax_total", ZERO) is None:
                yield _hypothesis({"net_total": net, "gross_total": gross}, -0.35)
            for tax in distinct:
                yield from _of_three(pool, gross, net, tax)
        for tax in taxes[:6]:
            yield from _without_net_label(pool, gross, tax, tax_rows)
    yield from _without_gross_label(pool, taxes)


def _taxes(pool: Pool, tax_rows: Sequence[TaxRow]) -> list[Tax]:
    taxes: list[Tax] = [(v, c, c.score) for v, c in pool.of("tax_total")]
    for total, score in _tax_sums(tax_rows):
        if pool.get("tax_total", total) is None:
            taxes.append((total, None, score))
    return taxes


def _of_three(
    pool: Pool, gross: tuple[Decimal, Candidate], net: tuple[Decimal, Candidate], tax: Tax
) -> Iterator[Hypothesis]:
    """Net, tax and gross with every withholding and rounding that makes them close, or miss by one cent."""
    withheld: list[tuple[Decimal, Candidate | None]] = [(ZERO, None), *pool.of("withheld_total")]
    rounding: list[tuple[Decimal, Candidate | None]] = [(ZERO, None), *pool.of("rounding")[:3]]
    if tax[0] and not _is_tax_of(tax[0], net[0]):
        return
    for held, w in withheld:
        for off, r in rounding:
            difference = net[0] + tax[0] - held + off - gross[0]
            near = abs(difference) == CENT and not off and not held
            if (difference and not near) or held >= abs(net[0]) + 1:
                continue
            parts: dict[str, tuple[Decimal, Candidate | None]] = {
                "net_total": net,
                "tax_total": tax[:2],
                "gross_total": gross,
            }
            if held:
                parts["withheld_total"] = (held, w)
            if off:
                parts["rounding"] = (off, r)
            made = _hypothesis(parts, (0.0 if tax[1] else tax[2]) - (0.5 if near else 0.0))
            made.closes, made.near = not near, near
            yield made


def _without_net_label(
    pool: Pool, gross: tuple[Decimal, Candidate], tax: Tax, tax_rows: Sequence[TaxRow]
) -> Iterator[Hypothesis]:
    """Tax and gross are named; the net is printed without a name that we know, or follows from a subtotal."""
    net = gross[0] - tax[0]
    if not tax[0] or not _is_tax_of(tax[0], net) or pool.get("net_total", net) is not None:
        return
    made = _hypothesis({"tax_total": tax[:2], "gross_total": gross}, 0.15 + (0.0 if tax[1] else tax[2]))
    made.values["net_total"] = net
    if net in pool.printed:
        yield made
    elif (subtotal := _subtotal_of(pool, net)) is not None and rates_that_explain(tax_rows, net, tax[0]):
        made.score += subtotal.score - 0.3
        yield made


def _is_tax_of(tax: Decimal, net: Decimal) -> bool:
    return abs(tax) < abs(net) and (tax < 0) == (net < 0)


def _subtotal_of(pool: Pool, net: Decimal) -> Candidate | None:
    """A printed subtotal that becomes a net total, which is not printed itself, by named discounts and charges."""
    named = [
        *(-value for value in pool.ladder.discounts if value),
        *(abs(value) for value in pool.ladder.charges if value),
    ]
    for role in ("net_total", "lines_total", "gross_total"):
        for value, candidate in pool.of(role)[:4]:
            if candidate.score > 0.5 and any(value + step == net for step in _steps(named)):
                return candidate
    return None


def _steps(named: Sequence[Decimal]) -> Iterator[Decimal]:
    yield from named
    yield from (first + second for first, second in combinations(named, 2))


def _without_gross_label(pool: Pool, taxes: Sequence[Tax]) -> Iterator[Hypothesis]:
    """Net and tax are named, and their sum is printed somewhere without a name that we know."""
    for net, n in pool.of("net_total")[:6]:
        for tax, t, tax_score in taxes[:6]:
            gross = net + tax
            unnamed = pool.get("gross_total", gross) is None and pool.get("amount_due", gross) is None
            if tax and gross in pool.printed and unnamed and abs(tax) < abs(net):
                parts: dict[str, tuple[Decimal, Candidate | None]] = {"net_total": (net, n), "tax_total": (tax, t)}
                made = _hypothesis(parts, 0.1 + (0.0 if t else tax_score))
                made.values["gross_total"] = gross
                yield made


def _hypothesis(parts: dict[str, tuple[Decimal, Candidate | None]], bonus: float) -> Hypothesis:
    support = {role: candidate for role, (_, candidate) in parts.items() if candidate is not None}
    score = bonus + sum(candidate.score for candidate in support.values())
    made = Hypothesis({role: value for role, (value, _) in parts.items()}, support, score)
    made.closes = True
    if "gross_total" in support and support["gross_total"].role == "amount_due":
        made.score -= 0.15
    return made


def _tax_sums(tax_rows: Sequence[TaxRow]) -> Iterator[tuple[Decimal, float]]:
    for block in blocks_of(tax_rows):
        rows = [row for row in block if row.tax is not None]
        if len(rows) > 1:
            yield sum((row.tax.value for row in rows if row.tax is not None), ZERO), 0.7
    labelled = [row for row in tax_rows if row.labelled and row.tax is not None]
    if len(labelled) > 1:
        yield sum((row.tax.value for row in labelled if row.tax is not None), ZERO), 0.6
