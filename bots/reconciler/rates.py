"""Exchange rates: those of the rules, and those that payments which name their item in another currency show."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from bots.reconciler.desk import Desk
from bots.reconciler.differences import Rates
from bots.reconciler.evidence import Evidence
from config.money import exponent

__all__ = ["known_rates"]

_LEAST_SIGHTINGS = 3


def known_rates(desk: Desk, evidence: Evidence) -> Rates:
    """The rules' rates; missing ones are the median of at least three payments that name one item each.

    What was learned is put into `desk.learned["rates"]` as text, so that the report can tell.
    """
    fx = desk.rules.fx
    if fx is None:
        return Rates("", {})
    rates = Rates(fx.base.upper(), {code.upper(): Fraction(rate) for code, rate in fx.rates.items()})
    if not fx.learn:
        return rates
    learned = {}
    for (ours, theirs), seen in _sightings(desk, evidence).items():
        if rates.expected(1, ours, theirs) is None and len(seen) >= _LEAST_SIGHTINGS:
            rate = sorted(seen)[len(seen) // 2]
            rates.learned[ours, theirs] = rate
            learned[f"{ours}/{theirs}"] = f"{float(rate):.6f}"
    desk.learned["rates"] = learned
    return rates


def _sightings(desk: Desk, evidence: Evidence) -> dict[tuple[str, str], list[Fraction]]:
    left, right = desk.left, desk.right
    seen: dict[tuple[str, str], list[Fraction]] = defaultdict(list)
    for line, mentions in evidence.mentions.items():
        if len(mentions) != 1 or right.taken[line] or left.taken[mentions[0].item]:
            continue
        item = mentions[0].item
        ours, theirs = desk.currencies[left.currency[item]], desk.currencies[right.currency[line]]
        owed, paid = int(left.amount[item]), int(right.amount[line])
        if ours != theirs and owed * paid > 0:
            scale = Fraction(10) ** (exponent(ours) - exponent(theirs))
            seen[ours, theirs].append(Fraction(paid, owed) * scale)
    return seen
