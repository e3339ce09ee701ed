"""What explains that a payment is not the amount of its item: rounding, cash discount, bank fee, exchange, a part."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from config.money import exponent
from config.reconciliation_rules import Rules

__all__ = ["Rates", "Verdict", "judge", "judge_exchange", "within"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an amount is accepted, what stays open of the item and what is written off; both in its minor units."""

    code: str
    residual: int = 0
    difference: int = 0


@dataclass(frozen=True, slots=True)
class Rates:
    """Units of the base currency for one of each, in major units and exact; and pairs learned from payments."""

    base: str
    rates: dict[str, Fraction]
    learned: dict[tuple[str, str], Fraction] = field(default_factory=dict)

    def expected(self, amount: int, currency: str, into: str) -> Fraction | None:
        """The amount in minor units of another currency, unrounded; None when a rate is missing."""
        scale = Fraction(10) ** (exponent(into) - exponent(currency))
        direct = self.learned.get((currency, into))
        if direct is not None:
            return amount * direct * scale
        ours, theirs = self._rate(currency), self._rate(into)
        if ours is None or theirs is None:
            return None
        return amount * ours / theirs * scale

    def _rate(self, currency: str) -> Fraction | None:
        return Fraction(1) if currency == self.base else self.rates.get(currency)


def within(rules: Rules, item: int, paid: int) -> bool:
    """Whether two amounts of one currency agree within the rules' tolerance."""
    tolerance = rules.tolerance
    allowed = max(Decimal(tolerance.minor), abs(item) * tolerance.percent / 100)
    return abs(item - paid) <= min(allowed, abs(item) * tolerance.most_percent / 100)


def judge(rules: Rules, item: int, paid: int, days: int) -> Verdict | None:
    """Why `paid` may settle `item` (minor units of one currency), `days` after it; None: nothing explains it."""
    gap = item - paid
    if gap == 0:
        return Verdict("OF610")
    if item * paid <= 0:
        return None
    if within(rules, item, paid):
        return Verdict("OF612", difference=gap)
    if days < -rules.window.before:
        return None  # nobody pays a part of what is not billed yet, or has a fee or discount taken off it
    if abs(paid) > abs(item):
        return (
            Verdict("OF614", difference=gap) if rules.fee and rules.fee.on_top and _is_fee(rules, item, gap) else None
        )
    if _is_discount(rules, item, gap, days):
        return Verdict("OF613", difference=gap)
    if _is_fee(rules, item, gap):
        return Verdict("OF614", difference=gap)
    return Verdict("OF615", residual=gap) if rules.partial else None


def _is_fee(rules: Rules, item: int, gap: int) -> bool:
    fee = rules.fee
    return fee is not None and abs(gap) <= fee.minor and abs(gap) * 100 <= fee.percent * abs(item)


def _is_discount(rules: Rules, item: int, gap: int, days: int) -> bool:
    if rules.discount is None or not 0 <= days <= rules.discount.days:
        return False
    cuts = ((abs(item) * percent / 100).quantize(Decimal(1), ROUND_HALF_UP) for percent in rules.discount.percents)
    return any(abs(abs(gap) - cut) <= 1 for cut in cuts)


def judge_exchange(rules: Rules, rates: Rates, item: int, currency: str, paid: int, into: str) -> Verdict | None:
    """The same for a payment in another currency: within the rules' percentage of the rate."""
    expected = rates.expected(item, currency, into)
    if rules.fx is None or expected is None or item * paid <= 0:
        return None
    off = abs(expected - paid) * 100 <= Fraction(rules.fx.percent) * abs(expected)
    return Verdict("OF616") if off else None
