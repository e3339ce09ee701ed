"""What the totals may be: candidates by role and value, and one way to read them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bots.reader.candidates import Candidate
from bots.reader.corroboration import Ladder
from bots.reader.figures import Money
from bots.reader.lines import Table
from bots.reader.spots import Amount, Spots
from bots.reader.taxes import TaxRow

__all__ = ["Hypothesis", "Pool", "pool_of"]

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
        unexplained: totals that the page names and that this hypothesis leaves over.
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
    unexplained: Sequence[Candidate] = ()


@dataclass(slots=True)
class Pool:
    """Best candidate by value, by role; `amounts` are all on the pages, by row, `printed` the money among them."""

    by_role: dict[str, dict[Decimal, Candidate]]
    ladder: Ladder
    amounts: Mapping[int, Sequence[Amount]]
    printed: Money
    _ranked: dict[str, list[tuple[Decimal, Candidate]]] = field(default_factory=dict)

    def money(self, row: int) -> list[Amount]:
        """The money of a row."""
        return [amount for amount in self.amounts[row] if amount.money]

    def of(self, role: str) -> list[tuple[Decimal, Candidate]]:
        """The best candidates of a role; ranked once."""
        if role not in self._ranked:
            ranked = sorted(self.by_role.get(role, {}).items(), key=lambda item: -item[1].score)
            self._ranked[role] = ranked[:_LIMIT]
        return self._ranked[role]

    def get(self, role: str, value: Decimal) -> Candidate | None:
        return self.by_role.get(role, {}).get(value)


def pool_of(by_role: dict[str, dict[Decimal, Candidate]], tax_rows: Sequence[TaxRow], spots: Spots) -> Pool:
    """The candidates of each role, with what the tax rows and all amounts of the document say."""
    for row in tax_rows:
        for role, amount, score in (
            ("net_total", row.base, 0.45),
            ("tax_total", row.tax, 0.6),
            ("gross_total", row.gross, 0.4),
        ):
            if amount is not None and amount.value not in by_role.setdefault(role, {}):
                by_role[role][amount.value] = Candidate(role, amount, score, None)
    amounts, printed = spots.amounts, spots.money
    named = {role: list(by_role.get(role, {}))[:5] for role in ("discount_total", "charge_total")}
    ladder = Ladder(amounts, printed.rows, named["discount_total"], named["charge_total"])
    return Pool(by_role, ladder, amounts, printed)
