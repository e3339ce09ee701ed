"""The totals of a document: of all that amounts may be, the assignment that satisfies the arithmetic.

    net + tax - withheld + rounding = gross        gross - prepaid + previous balance = amount due

Every combination of candidates that closes is a hypothesis; it is scored by the labels that support it and by what
proves it from elsewhere: tax rows (base x rate = tax, bases sum to net), lines that sum to net or gross.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from bots.reader.candidates import Candidate
from bots.reader.closing import closing
from bots.reader.corroboration import (
    Choice,
    choices_of,
    match_lines,
    rates_of_lines_explain,
    rates_that_explain,
    reaches,
)
from bots.reader.dues import settle_dues, unexplained
from bots.reader.hypotheses import Hypothesis, Pool, pool_of
from bots.reader.lines import Table
from bots.reader.spots import Spots
from bots.reader.taxes import TaxRow

__all__ = ["Hypothesis", "solve"]

ZERO = Decimal(0)


class _Lines(NamedTuple):
    """The line tables, and of each what its lines may be taken to be."""

    tables: Sequence[Table]
    choices: Sequence[Sequence[Choice]]


def solve(
    candidates: dict[str, dict[Decimal, Candidate]],
    tax_rows: Sequence[TaxRow],
    tables: Sequence[Table],
    spots: Spots,
) -> list[Hypothesis]:
    """All hypotheses that close, best first; when none does, the best-labelled values with `closes` False."""
    pool = pool_of(candidates, tax_rows, spots)
    lines = _Lines(tables, [choices_of(table) for table in tables])
    found: dict[tuple[Decimal, Decimal, Decimal], Hypothesis] = {}
    for hypothesis in closing(pool, tax_rows):
        _prove(hypothesis, pool, tax_rows, lines)
        values = hypothesis.values
        which = (values["gross_total"], values.get("net_total", ZERO), values.get("tax_total", ZERO))
        if which not in found or found[which].score < hypothesis.score:
            found[which] = hypothesis
    ranked = sorted(found.values(), key=lambda h: -h.score)
    if not ranked:
        single = _unproven(pool)
        _prove(single, pool, tax_rows, lines)
        ranked = [single]
    for hypothesis in ranked[:3]:
        settle_dues(hypothesis, pool)
        hypothesis.unexplained = unexplained(hypothesis, pool)
    return ranked


def _prove(made: Hypothesis, pool: Pool, tax_rows: Sequence[TaxRow], lines: _Lines) -> None:
    net, tax, gross = (made.values.get(role) for role in ("net_total", "tax_total", "gross_total"))
    if net is not None and tax is not None:
        rates = rates_that_explain(tax_rows, net, tax)
        if rates is not None:
            made.rates, made.rates_hold = rates, True
        elif any(row.labelled and row.percent for row in tax_rows):
            made.rates_hold = False
    if net is not None and net == gross and not tax and _names_a_tax(pool, net):
        made.rates_hold = False  # this way to read the page leaves out a tax that it names
    _prove_lines(made, pool, lines)
    if made.rates_hold is None and net is not None and tax is not None and made.lines_role == "net_total":
        made.rates_hold = rates_of_lines_explain(made.table, tax)
    made.score += {True: 0.7, False: -0.3, None: 0.0}[made.rates_hold] + (0.6 if made.lines_hold else 0.0)
    if gross is not None and pool.get("amount_due", gross) is not None:
        made.score += 0.1


def _names_a_tax(pool: Pool, net: Decimal) -> bool:
    """Whether an amount that can be a tax of this net stands beside a tax label."""
    return any(
        candidate.score >= 0.5
        and candidate.amount.money
        and (candidate.label is None or candidate.named)
        and 0 < value / net <= Decimal("0.4")
        for value, candidate in pool.of("tax_total")
        if net
    )


def _prove_lines(made: Hypothesis, pool: Pool, lines: _Lines) -> None:
    targets = _targets(made, pool)
    found = match_lines(lines.choices, targets, pool.ladder, forgiving=bool(made.rates_hold and made.closes))
    if found is not None:
        made.table, made.column, made.lines_role, made.lines_hold = found.table, found.column, found.role, True
    elif lines.tables:
        made.table = max(lines.tables, key=lambda t: len(t.items))
        made.lines_hold = False
        made.chained = _chained(made, pool)
    else:
        made.chained = _chained(made, pool)


def _targets(made: Hypothesis, pool: Pool) -> list[tuple[str, Decimal, int]]:
    """What lines may sum to: net, gross before withholding, and subtotals from which net follows."""
    targets: list[tuple[str, Decimal, int]] = []
    net, gross = made.values.get("net_total"), made.values.get("gross_total")
    if net is not None:
        targets.append(("net_total", net, _row_of(made, "net_total")))
    if gross is not None:
        targets.append(("gross_total", gross + made.values.get("withheld_total", ZERO), _row_of(made, "gross_total")))
    if net is not None:
        for value, candidate in _subtotals(pool):
            row = candidate.amount.row.index
            if value != net and reaches(value, net, pool.ladder, (row, _row_of(made, "net_total"))):
                targets.append(("lines_total", value, row))
    return targets


def _subtotals(pool: Pool) -> list[tuple[Decimal, Candidate]]:
    return [
        (value, candidate)
        for role in ("lines_total", "net_total")
        for value, candidate in pool.of(role)[:4]
        if candidate.score > 0.5
    ]


def _row_of(made: Hypothesis, role: str) -> int:
    support = made.support.get(role)
    return support.amount.row.index if support is not None else 0


def _chained(made: Hypothesis, pool: Pool) -> bool:
    """Whether net follows from a printed sum of lines by printed discounts and charges."""
    net = made.values.get("net_total")
    if net is None:
        return False
    return any(
        value != net and reaches(value, net, pool.ladder, (candidate.amount.row.index, _row_of(made, "net_total")))
        for value, candidate in pool.of("lines_total")
        if candidate.score > 0.5
    )


def _unproven(pool: Pool) -> Hypothesis:
    """Nothing closes: the best label of each role, for a person to look at."""
    made = Hypothesis({}, {})
    for role in ("gross_total", "net_total", "tax_total", "withheld_total"):
        ranked = pool.of(role)
        if ranked and ranked[0][1].score > 0.3:
            made.values[role], made.support[role] = ranked[0]
    if "gross_total" not in made.values and (due := pool.of("amount_due")):
        made.values["gross_total"], made.support["gross_total"] = due[0]
    return made
