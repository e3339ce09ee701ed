"""Amounts with what they may be: by the label beside them, above them, or the heading of their column."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from bots.reader.labels import Hit
from bots.reader.languages import AMOUNT_ROLES
from bots.reader.layout import Row
from bots.reader.sheet import Sheet
from bots.reader.spots import Amount

__all__ = ["Candidate", "find_candidates"]

_NEUTRAL = {"currency", "tax", "phrase"}
_TOTALS = {"net_total", "gross_total", "amount_due"}
_UNSIGNED = {"withheld_total", "prepaid", "discount_total"}
_AGAIN = 0.04
_CLOSE = 2.5
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(slots=True)
class Candidate:
    """An amount in a role, how well its place supports that, and the label that says so; `alone`: its row opens with
    the label and has no other money."""

    role: str
    amount: Amount
    score: float
    label: Hit | None
    alone: bool = False

    @property
    def named(self) -> bool:
        """Whether its label stands on its own row or close above it."""
        if self.label is None:
            return False
        above, row = self.label.row, self.amount.row
        close = above.page == row.page and 0 <= row.top - above.bottom < _CLOSE * above.height
        return above is row or (self.label.pure and close)


def find_candidates(sheet: Sheet, skip: Container[int]) -> dict[str, dict[Decimal, Candidate]]:
    """The best candidate of each value by role, the best value first; what is printed again is worth a little more.

    Args:
        skip: rows of line tables, where labels are words of descriptions.
    """
    best: defaultdict[str, dict[Decimal, _Ranked]] = defaultdict(dict)
    found = (_in_rows(sheet, [index for index in rows if index not in skip]) for rows in sheet.layout.spans())
    for number, (candidate, way) in enumerate(chain.from_iterable(found)):
        value = abs(candidate.amount.value) if candidate.role in _UNSIGNED else candidate.amount.value
        ranked, values = _Ranked(candidate, way, number), best[candidate.role]
        values[value] = ranked if value not in values else values[value].with_another(ranked)
    return {role: _by_value(values) for role, values in best.items()}


class _Ranked(NamedTuple):
    """A candidate; equal ones come in the order of the ways to find them, and of the pages.  `again` is how often its
    value was found again."""

    candidate: Candidate
    way: int
    number: int
    again: int = 0

    @property
    def rank(self) -> tuple[float, int, int]:
        return -self.candidate.score, self.way, self.number

    def with_another(self, other: _Ranked) -> _Ranked:
        return (other if other.rank < self.rank else self)._replace(again=self.again + 1)


def _by_value(values: dict[Decimal, _Ranked]) -> dict[Decimal, Candidate]:
    found: dict[Decimal, Candidate] = {}
    for value, ranked in sorted(values.items(), key=lambda item: item[1].rank):
        found[value] = ranked.candidate
        for _ in range(ranked.again):
            found[value].score += _AGAIN
    return found


def _in_rows(sheet: Sheet, rows: Sequence[int]) -> Iterator[tuple[Candidate, int]]:
    """The candidates of some rows, an amount once in a role, and by which way each was found."""
    seen: dict[tuple[str, int], tuple[Candidate, int]] = {}
    for way, found in enumerate((_beside(sheet, rows), _below(sheet, rows), _sums_in_rows(sheet, rows))):
        for candidate in found:
            before, _ = seen.setdefault((candidate.role, id(candidate.amount)), (candidate, way))
            if candidate.score > before.score:
                before.score, before.label = candidate.score, candidate.label
    yield from seen.values()


def _sums_in_rows(sheet: Sheet, rows: Sequence[int]) -> Iterator[Candidate]:
    """`Total 100.00 21.00 121.00`: a row of totals whose figures are net, tax and gross by their own sum."""
    for index in rows:
        money = [amount for amount in sheet.spots.amounts.get(index, ()) if amount.money]
        if not 3 <= len(money) <= 6:
            continue
        label = next((h for h in sheet.hits.get(index, ()) if set(_roles(h)) & _TOTALS and not h.prose), None)
        if label is None:
            continue
        for net, tax, gross in zip(money, money[1:], money[2:], strict=False):
            if net.value + tax.value == gross.value and tax.value and abs(tax.value) < abs(net.value):
                for role, amount in (("net_total", net), ("tax_total", tax), ("gross_total", gross)):
                    yield Candidate(role, amount, 0.62, label)


def _roles(hit: Hit) -> list[str]:
    return [name for name in hit.names("label") if name in AMOUNT_ROLES]


def _strength(hit: Hit) -> float:
    """Long labels say more than `total` or `tax`; labels inside a sentence say little."""
    strength = 0.74 + min(len(hit.key), 14) / 54
    if hit.prose:
        strength *= 0.35
    elif not hit.pure:
        strength *= 0.85
    return strength


def _beside(sheet: Sheet, rows: Sequence[int]) -> Iterator[Candidate]:
    for index in rows:
        amounts = sheet.spots.amounts.get(index)
        if amounts is None:
            continue
        hits = [hit for hit in sheet.hits.get(index, ()) if not all(m.kind in _NEUTRAL for m in hit.meanings)]
        for amount in amounts:
            if amount.percent:
                continue
            left = [hit for hit in hits if hit.last <= amount.first or _same_word(hit, amount)]
            if left:
                yield from _from(left[-1], amount, amounts)
                yield from _tax_inside(left, amount, amounts)
            elif (right := _behind(hits, amount, amounts)) is not None:
                for role in _roles(right):
                    yield Candidate(role, amount, 0.6 * _strength(right), right)


def _same_word(hit: Hit, amount: Amount) -> bool:
    return hit.last - 1 == amount.first and hit.first <= amount.first and hit.x0 <= amount.x0


def _tax_inside(left: list[Hit], amount: Amount, amounts: list[Amount]) -> Iterator[Candidate]:
    """`Total tax (19% of net 100.00) 19.00`: the first label of the row counts for its last amount too."""
    if amount is amounts[-1] and len(left) > 1 and left[0].pure and _roles(left[0]):
        for candidate in _from(left[0], amount, amounts):
            candidate.score -= 0.15
            yield candidate


def _behind(hits: list[Hit], amount: Amount, amounts: list[Amount]) -> Hit | None:
    """A label after its value: usual on pages written from right to left whose tables are not."""
    if not 0 < len(hits) < 3 or not _roles(hits[0]) or len([a for a in amounts if not a.percent]) != 1:
        return None
    words = amount.row.words
    hebrew = any("\u0590" <= word.text[:1] <= "\u08ff" for word in words)
    return hits[0] if hebrew else None


def _from(hit: Hit, amount: Amount, amounts: list[Amount]) -> Iterator[Candidate]:
    roles = _roles(hit)
    if not roles:
        return
    row = amount.row
    strange = 0
    for index in range(hit.last, amount.first):
        text = row.words[index].text
        if _WORD.search(text) and not text.startswith("(") and text.upper() not in ("EUR", "USD", "GBP", "CHF", "EURO"):
            strange += 1
    between = sum(1 for a in amounts if not a.percent and a.first >= hit.last and a.last <= amount.first)
    score = _strength(hit) - min(0.07 * strange, 0.42) - 0.12 * between
    if not amount.money:
        score -= 0.3
    alone = hit.pure and not hit.prose and sum(a.money for a in amounts) == 1
    for role in roles:
        yield Candidate(role, amount, score, hit, alone)


def _below(sheet: Sheet, rows: Sequence[int]) -> Iterator[Candidate]:
    for index in rows:
        for hit in sheet.hits.get(index, ()):
            roles = _roles(hit)
            if roles and not hit.prose:
                yield from _down(sheet, hit, roles)


def _down(sheet: Sheet, hit: Hit, roles: list[str]) -> Iterator[Candidate]:
    """Amounts in the column under a label, as long as nothing else stands in it."""
    depth = 0
    reach = max(5 * hit.row.height, 46.0)
    edge: Row = hit.row
    cell = min((phrase.x0 for phrase in hit.row.phrases if phrase.x0 > hit.x1 + 4), default=hit.x1 + 140)
    for row in sheet.layout.below(hit.row, 150.0):
        if row.top - edge.bottom > (reach if depth == 0 else 3.2 * row.height):
            return
        inside = [a for a in sheet.spots.amounts.get(row.index, ()) if _under(hit, a) and not a.percent]
        if inside:
            for amount in inside:
                score = 0.86 * _strength(hit) - 0.05 * depth - (0.0 if amount.money else 0.3)
                for role in roles:
                    yield Candidate(role, amount, score, hit)
            depth += 1
            edge = row
        elif depth == 0 and (boxed := _in_cell(sheet, row, hit, cell)) is not None:
            for role in roles:
                yield Candidate(role, boxed, 0.7 * _strength(hit), hit)
            return
        elif any(hit.x0 - 2 < (row.x0[i] + row.x1[i]) / 2 < hit.x1 + 2 for i in range(len(row.words))):
            return
        if depth > 7:
            return


def _in_cell(sheet: Sheet, row: Row, hit: Hit, right: float) -> Amount | None:
    """The only amount in the cell that begins at the label and ends where the next label begins (forms with boxes)."""
    inside = [a for a in sheet.spots.amounts.get(row.index, ()) if a.money and a.x0 >= hit.x0 - 4 and a.x1 <= right + 2]
    return inside[0] if len(inside) == 1 else None


def _under(hit: Hit, amount: Amount) -> bool:
    overlap = min(hit.x1, amount.x1) - max(hit.x0, amount.x0)
    return overlap > 0.3 * min(hit.x1 - hit.x0, amount.x1 - amount.x0) or abs(hit.x1 - amount.x1) < 4
