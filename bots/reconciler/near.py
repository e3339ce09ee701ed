"""Lines that name nothing that is open: the same party and amount, a plausible date, a reference spelt nearly so.

How many days after an item people pay is learned from the pairs that are certain. Where several lines and items of one
amount compete, every way of pairing them is weighed, and a pair is taken only when it is almost certain over all ways.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from rapidfuzz.distance import OSA

from bots.reconciler.desk import Desk, Group
from bots.reconciler.evidence import Evidence, most_typos
from bots.reconciler.mentions import Mentions

__all__ = ["Lags", "Near", "certainties"]

_ALIKE = {0: 3_500_000.0, 1: 500.0, 2: 30.0}
_STRANGER = 5e-5
_SECOND = 20.0
_CONTRADICTED = 1e-4
_MOST_WAYS = 5000
_LEAST_REF = 4


class Lags:
    """How likely a payment is so many days after its item, from the certain pairs; even when there are none."""

    def __init__(self, desk: Desk):
        self.first, self.last = -desk.rules.window.before, desk.rules.window.after
        size = self.last - self.first + 1
        days = [desk.right.day[right] - desk.left.day[left] for _, left, right in desk.pairs]
        seen = np.concatenate(days) if days else np.zeros(0, dtype=np.int64)
        seen = seen[(seen >= self.first) & (seen <= self.last)]
        counts = np.bincount(seen - self.first, minlength=size) + 0.2 + 0.01 * len(seen) / size
        self._share: list[float] = (counts / counts.sum()).tolist()

    def share(self, days: int) -> float:
        """Probability of that lag; 0 outside of the rules' window."""
        return self._share[days - self.first] if self.first <= days <= self.last else 0.0


def certainties(
    weights: Mapping[tuple[int, int], float], strangers: Mapping[int, float]
) -> dict[tuple[int, int], float]:
    """How certain each pair (line, item) is, over all ways to give every line at most one item.

    Args:
        weights: likelihood of each possible pair.
        strangers: of each line, the likelihood that none of the items is its own.

    Returns:
        Probability of each pair; empty when there are too many ways to weigh.
    """
    options: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for (line, item), weight in weights.items():
        options[line].append((item, weight))
    ways = 1
    for choice in options.values():
        ways *= len(choice) + 1
    if ways > _MOST_WAYS:
        return {}
    lines = list(options)
    total = 0.0
    shares: dict[tuple[int, int], float] = dict.fromkeys(weights, 0.0)

    def weigh(at: int, weight: float, chosen: list[tuple[int, int]]) -> None:
        nonlocal total
        if at == len(lines):
            total += weight
            for pair in chosen:
                shares[pair] += weight
            return
        line = lines[at]
        weigh(at + 1, weight * strangers[line], chosen)
        used = {item for _, item in chosen}
        for item, likelihood in options[line]:
            if item not in used:
                weigh(at + 1, weight * likelihood, [*chosen, (line, item)])

    weigh(0, 1.0, [])
    return {pair: share / total for pair, share in shares.items()} if total else {}


@dataclass(frozen=True, slots=True)
class _Likeness:
    distance: int | None
    contradicted: bool


class Near:
    """Pairs by party, amount and date."""

    def __init__(self, desk: Desk, evidence: Evidence, mentions: Mentions, lags: Lags):
        self.desk, self.evidence, self.lags = desk, evidence, lags
        self.by_amount = mentions.by_amount
        self.anyone: dict[tuple[int, int], list[int]] = defaultdict(list)
        for (_, currency, amount), items in self.by_amount.items():
            self.anyone[currency, amount].extend(items)

    def take_all(self) -> None:
        """Take every pair that is almost certain; suggest the likely rest."""
        weights: dict[tuple[int, int], float] = {}
        for line in self.desk.right.open_rows().tolist():
            if not self.is_repeated(line):
                weights.update(self._weights(line))
        for pairs in _connected(weights):
            self._decide({pair: weights[pair] for pair in pairs})

    def is_repeated(self, line: int) -> bool:
        """Whether a line names an item of exactly its amount that is settled: a second payment."""
        left, right = self.desk.left, self.desk.right
        return any(
            left.taken[m.item]
            and left.amount[m.item] == right.amount[line]
            and left.currency[m.item] == right.currency[line]
            for m in (*self.evidence.mentions.get(line, ()), *self.evidence.hints.get(line, ()))
        )

    def _names(self, line: int, item: int) -> bool:
        return any(mention.item == item for mention in self.evidence.mentions.get(line, ()))

    def _weights(self, line: int) -> dict[tuple[int, int], float]:
        right = self.desk.right
        currency, amount = int(right.currency[line]), int(right.amount[line])
        parties = self.evidence.parties.get(line, ())
        found = {}
        rivals: Iterable[int]
        if parties:
            rivals = [item for party in parties for item in self.by_amount.get((party, currency, amount), ())]
        else:
            rivals = self.anyone.get((currency, amount), ())
        likeness = {
            item: self._likeness(line, item)
            for item in rivals
            if not self.desk.left.taken[item]
            and self._share(line, item)
            and (parties or self.evidence.may_be(line, item))
        }
        names_one = any(like.distance is not None for like in likeness.values())
        for item, like in likeness.items():
            weight = self._weight(like, sure=bool(parties), names_another=names_one and like.distance is None)
            if weight:
                found[line, item] = weight * self._share(line, item)
        return found

    def _share(self, line: int, item: int) -> float:
        return self.lags.share(int(self.desk.right.day[line] - self.desk.left.day[item]))

    @staticmethod
    def _weight(likeness: _Likeness, *, sure: bool, names_another: bool) -> float:
        """How much a text speaks for an item whose reference it gives, nearly gives, or does not give."""
        if likeness.distance is not None:
            return _ALIKE[likeness.distance] * (1.0 if sure else 0.1)
        if not sure:
            return 0.0
        return _CONTRADICTED if likeness.contradicted or names_another else 1.0

    def _likeness(self, line: int, item: int) -> _Likeness:
        """How near a line's text comes to an item's reference, or whether it gives another one of the same form."""
        ref = self.evidence.item_ref[item]
        if len(ref) < _LEAST_REF:
            return _Likeness(None, contradicted=False)
        limit = most_typos(ref)
        letters, digits = _form(ref)
        nearest, rival = limit + 1, False
        for gram in self.evidence.grams.get(line, ()):
            if abs(len(gram) - len(ref)) > limit:
                continue
            distance = OSA.distance(ref, gram, score_cutoff=limit)
            nearest = min(nearest, distance)
            rival = rival or (distance > limit and _form(gram) == (letters, digits))
        return _Likeness(nearest if nearest <= limit else None, rival)

    def _decide(self, weights: dict[tuple[int, int], float]) -> None:
        lines = {line for line, _ in weights}
        named = {line for line, item in weights if self._names(line, item)}
        sure = certainties(weights, {line: _SECOND if line in named else _STRANGER for line in lines})
        if not sure:
            self._decide_dominant(weights)
            return
        for (line, item), share in sorted(sure.items(), key=lambda pair: -pair[1]):
            group = Group(self._code(line, item), (item,), (line,), reference=self.evidence.item_ref[item], score=share)
            if not self.desk.is_open(group):
                continue
            if share >= self.desk.rules.certainty and not self.is_repeated(line):
                self.desk.take(group)
            elif share >= 0.05:
                self.desk.suggest(group)

    def _decide_dominant(self, weights: dict[tuple[int, int], float]) -> None:
        """Too many ways to weigh: take pairs that outweigh all rivals of either row together, then weigh the rest."""
        line_sum: dict[int, float] = defaultdict(lambda: _STRANGER)
        item_sum: dict[int, float] = defaultdict(float)
        for (line, item), weight in weights.items():
            line_sum[line] += weight
            item_sum[item] += weight
        least = float(self.desk.rules.certainty)
        chosen = {
            pair: weight
            for pair, weight in weights.items()
            if weight >= least * line_sum[pair[0]]
            and weight >= least * item_sum[pair[1]]
            and not self.is_repeated(pair[0])
        }
        for line, item in chosen:
            ref = self.evidence.item_ref[item]
            self.desk.take(Group(self._code(line, item), (item,), (line,), reference=ref, score=least))
        lines, items = {line for line, _ in chosen}, {item for _, item in chosen}
        rest = {pair: weight for pair, weight in weights.items() if pair[0] not in lines and pair[1] not in items}
        if chosen:
            for pairs in _connected(rest):
                self._decide({pair: rest[pair] for pair in pairs})

    def _code(self, line: int, item: int) -> str:
        return "OF617" if self._likeness(line, item).distance is not None else "OF618"


@lru_cache(maxsize=100_000)
def _form(ref: str) -> tuple[str, int]:
    """Letters of a reference and how many digits it has."""
    return "".join(c for c in ref if not c.isdigit()), sum(c.isdigit() for c in ref)


def _connected(weights: Mapping[tuple[int, int], float]) -> list[list[tuple[int, int]]]:
    """Pairs that share a line or an item, directly or through others, together."""
    by_line: dict[int, list[int]] = defaultdict(list)
    by_item: dict[int, list[int]] = defaultdict(list)
    for line, item in weights:
        by_line[line].append(item)
        by_item[item].append(line)
    seen: set[int] = set()
    pieces = []
    for first in by_line:
        if first in seen:
            continue
        waiting, piece = [first], []
        seen.add(first)
        while waiting:
            line = waiting.pop()
            for item in by_line[line]:
                piece.append((line, item))
                new = [other for other in by_item[item] if other not in seen]
                seen.update(new)
                waiting.extend(new)
        pieces.append(piece)
    return pieces
