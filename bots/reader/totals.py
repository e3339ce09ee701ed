"""The totals of a document: of all that amounts may be, the assignment that satisfies the arithmetic.

    net + tax - withheld + rounding = gross        gross - prepaid + previous balance = amount due

Every combination of candidates that closes is a hypothesis; it is scored by the labels that support it and by what
proves it from elsewhere: tax rows (base x rate = tax, bases sum to net), lines that sum to net or gross.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bots.reader.candidates import Candidate
from bots.reader.corroboration import Ladder, match_lines, rates_that_explain, reaches
from bots.reader.lines import Table
from bots.reader.spots import Amount
from bots.reader.taxes import TaxRow

__all__ = ["Hypothesis", "solve"]

ZERO = Decimal(0)
CENT = Decimal("0.01")
_LIMIT = 14
"""At most so many different values a role are combined."""


@dataclass(slots=True)
class Hypothesis:
    """One way to read the totals.

    Attributes:
        values: amounts by role; a role that the page does not have is absent.
        support: by role, the candidate behind it (absent when the value was only computed).
        score: the higher the better.
        closes: the equation holds to the cent; `near` when it is one cent off.
        rates: tax rows that make up the tax, () when there are none.
        rates_hold: bases times rates give the tax and the bases sum to net; None when the page gives no rates.
        lines_hold: the lines sum to what they should; None when no lines were found.
        lines_role: which total the lines sum to.
        chained: net follows from a printed sum of lines by discounts and charges.
    """

    values: dict[str, Decimal]
    support: dict[str, Candidate]
    score: float = 0.0
    closes: bool = False
    near: bool = False
    rates: Sequence[TaxRow] = ()
    rates_hold: bool | None = None
    lines_hold: bool | None = None
    lines_role: str = ""
    chained: bool = False
    table: Table | None = None
    column: str = "line_total"
    extras: dict[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class _Pool:
    """Best candidate by value, by role."""

    by_role: dict[str, dict[Decimal, Candidate]]
    ladder: Ladder

    def of(self, role: str) -> list[tuple[Decimal, Candidate]]:
        ranked = sorted(self.by_role.get(role, {}).items(), key=lambda item: -item[1].score)
        return ranked[:_LIMIT]

    def get(self, role: str, value: Decimal) -> Candidate | None:
        return self.by_role.get(role, {}).get(value)


def solve(
    candidates: dict[str, list[Candidate]],
    tax_rows: Sequence[TaxRow],
    tables: Sequence[Table],
    amounts: Sequence[Amount],
) -> list[Hypothesis]:
    """All hypotheses that close, best first; when none does, the best-labelled values with `closes` False."""
    pool = _pool(candidates, tax_rows, amounts)
    printed = {amount.value for amount in amounts if amount.money}
    found: dict[tuple[Decimal, Decimal, Decimal], Hypothesis] = {}
    taxes = _taxes(pool, tax_rows)
    for hypothesis in (*_closing(pool, printed, taxes), *_without_gross_label(pool, printed, taxes)):
        _prove(hypothesis, pool, tax_rows, tables)
        values = hypothesis.values
        which = (values["gross_total"], values.get("net_total", ZERO), values.get("tax_total", ZERO))
        if which not in found or found[which].score < hypothesis.score:
            found[which] = hypothesis
    ranked = sorted(found.values(), key=lambda h: -h.score)
    if not ranked:
        single = _unproven(pool)
        _prove(single, pool, tax_rows, tables)
        ranked = [single]
    for hypothesis in ranked[:3]:
        _extras(hypothesis, pool)
    return ranked


def _pool(candidates: dict[str, list[Candidate]], tax_rows: Sequence[TaxRow], amounts: Sequence[Amount]) -> _Pool:
    by_role: dict[str, dict[Decimal, Candidate]] = {}
    for role, found in candidates.items():
        table = by_role.setdefault(role, {})
        for candidate in found:
            value = candidate.amount.value
            if role in ("withheld_total", "prepaid", "discount_total"):
                value = abs(value)
            if value not in table:
                table[value] = Candidate(role, candidate.amount, candidate.score, candidate.label)
            else:
                table[value].score += 0.04
    for row in tax_rows:
        for role, amount, score in (
            ("net_total", row.base, 0.45),
            ("tax_total", row.tax, 0.6),
            ("gross_total", row.gross, 0.4),
        ):
            if amount is not None and amount.value not in by_role.setdefault(role, {}):
                by_role[role][amount.value] = Candidate(role, amount, score, None)
    rungs = {amount.row.index: amount.value for amount in amounts if amount.money}
    named = {role: list(by_role.get(role, {}))[:5] for role in ("discount_total", "charge_total")}
    return _Pool(by_role, Ladder(rungs, named["discount_total"], named["charge_total"]))


def _taxes(pool: _Pool, tax_rows: Sequence[TaxRow]) -> list[tuple[Decimal, Candidate | None, float]]:
    taxes: list[tuple[Decimal, Candidate | None, float]] = [(v, c, c.score) for v, c in pool.of("tax_total")]
    for total, score in _tax_sums(tax_rows):
        if pool.get("tax_total", total) is None:
            taxes.append((total, None, score))
    return taxes


def _closing(
    pool: _Pool, printed: set[Decimal], taxes: Sequence[tuple[Decimal, Candidate | None, float]]
) -> Iterator[Hypothesis]:
    grosses = [
        *pool.of("gross_total"),
        *((v, c) for v, c in pool.of("amount_due") if pool.get("gross_total", v) is None),
    ]
    withheld: list[tuple[Decimal, Candidate | None]] = [(ZERO, None), *pool.of("withheld_total")]
    rounding: list[tuple[Decimal, Candidate | None]] = [(ZERO, None), *pool.of("rounding")[:3]]
    for gross, g in grosses:
        for net, n in pool.of("net_total"):
            if net == gross and n.amount is not g.amount and pool.get("tax_total", ZERO) is None:
                yield _hypothesis({"net_total": (net, n), "gross_total": (gross, g)}, -0.35)
            for tax, t, tax_score in taxes:
                for held, w in withheld:
                    for off, r in rounding:
                        difference = net + tax - held + off - gross
                        near = abs(difference) == CENT and not off and not held
                        if (
                            (not difference or near)
                            and (not tax or (abs(tax) < abs(net) and (tax < 0) == (net < 0)))
                            and held < abs(net) + 1
                        ):
                            parts = {"net_total": (net, n), "tax_total": (tax, t), "gross_total": (gross, g)}
                            if w is not None and held:
                                parts["withheld_total"] = (held, w)
                            if r is not None and off:
                                parts["rounding"] = (off, r)
                            made = _hypothesis(parts, 0.0 if t else tax_score)
                            made.closes, made.near = not difference, bool(difference)
                            if difference:
                                made.score -= 0.5
                            yield made
        for tax, t, tax_score in taxes[:6]:
            net = gross - tax
            if (
                tax
                and (tax < 0) == (net < 0)
                and net in printed
                and pool.get("net_total", net) is None
                and abs(tax) < abs(net)
            ):
                made = _hypothesis({"tax_total": (tax, t), "gross_total": (gross, g)}, 0.15 + (0.0 if t else tax_score))
                made.values["net_total"] = net
                made.closes = True
                yield made


def _without_gross_label(
    pool: _Pool, printed: set[Decimal], taxes: Sequence[tuple[Decimal, Candidate | None, float]]
) -> Iterator[Hypothesis]:
    """Net and tax are named, and their sum is printed somewhere without a name that we know."""
    for net, n in pool.of("net_total")[:6]:
        for tax, t, tax_score in taxes[:6]:
            gross = net + tax
            unnamed = pool.get("gross_total", gross) is None and pool.get("amount_due", gross) is None
            if tax and gross in printed and unnamed and abs(tax) < abs(net):
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
    for block in sorted({row.block for row in tax_rows}):
        rows = [row for row in tax_rows if row.block == block and row.tax is not None]
        if len(rows) > 1:
            yield sum((row.tax.value for row in rows if row.tax is not None), ZERO), 0.7
    labelled = [row for row in tax_rows if row.labelled and row.tax is not None]
    if len(labelled) > 1:
        yield sum((row.tax.value for row in labelled if row.tax is not None), ZERO), 0.6


def _prove(made: Hypothesis, pool: _Pool, tax_rows: Sequence[TaxRow], tables: Sequence[Table]) -> None:
    net, tax, gross = (made.values.get(role) for role in ("net_total", "tax_total", "gross_total"))
    if net is not None and tax is not None:
        rates = rates_that_explain(tax_rows, net, tax)
        if rates is not None:
            made.rates, made.rates_hold = rates, True
        elif any(row.labelled and row.percent for row in tax_rows):
            made.rates_hold = False
    if net is not None and net == gross and not tax and _names_a_tax(pool, net):
        made.rates_hold = False  # this way to read the page leaves out a tax that it names
    _prove_lines(made, pool, tables)
    made.score += {True: 0.7, False: -0.3, None: 0.0}[made.rates_hold] + (0.6 if made.lines_hold else 0.0)
    if gross is not None and pool.get("amount_due", gross) is not None:
        made.score += 0.1


def _names_a_tax(pool: _Pool, net: Decimal) -> bool:
    """Whether an amount that can be a tax of this net stands beside a tax label."""
    return any(
        candidate.score >= 0.5
        and (candidate.label is None or candidate.label.row is candidate.amount.row)
        and 0 < value / net <= Decimal("0.4")
        for value, candidate in pool.of("tax_total")
        if net
    )


def _prove_lines(made: Hypothesis, pool: _Pool, tables: Sequence[Table]) -> None:
    targets = _targets(made, pool)
    found = match_lines(tables, targets, pool.ladder, forgiving=bool(made.rates_hold and made.closes))
    if found is not None:
        made.table, made.column, made.lines_role, made.lines_hold = found.table, found.column, found.role, True
    elif tables:
        made.table = max(tables, key=lambda t: len(t.items))
        made.lines_hold = False
        made.chained = _chained(made, pool)
    else:
        made.chained = _chained(made, pool)


def _targets(made: Hypothesis, pool: _Pool) -> list[tuple[str, Decimal, int]]:
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


def _subtotals(pool: _Pool) -> list[tuple[Decimal, Candidate]]:
    return [
        (value, candidate)
        for role in ("lines_total", "net_total")
        for value, candidate in pool.of(role)[:4]
        if candidate.score > 0.5
    ]


def _row_of(made: Hypothesis, role: str) -> int:
    support = made.support.get(role)
    return support.amount.row.index if support is not None else 0


def _chained(made: Hypothesis, pool: _Pool) -> bool:
    """Whether net follows from a printed sum of lines by printed discounts and charges."""
    net = made.values.get("net_total")
    if net is None:
        return False
    return any(
        value != net and reaches(value, net, pool.ladder, (candidate.amount.row.index, _row_of(made, "net_total")))
        for value, candidate in pool.of("lines_total")
        if candidate.score > 0.5
    )


def _unproven(pool: _Pool) -> Hypothesis:
    """Nothing closes: the best label of each role, for a person to look at."""
    made = Hypothesis({}, {})
    for role in ("gross_total", "net_total", "tax_total", "withheld_total"):
        ranked = pool.of(role)
        if ranked and ranked[0][1].score > 0.3:
            made.values[role], made.support[role] = ranked[0]
    if "gross_total" not in made.values and (due := pool.of("amount_due")):
        made.values["gross_total"], made.support["gross_total"] = due[0]
    return made


def _extras(made: Hypothesis, pool: _Pool) -> None:
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
