"""Lines that settle several items without naming them: the one set of a party's open items with that sum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import comb

import numpy as np

from bots.reconciler.desk import Desk, Group
from bots.reconciler.evidence import Evidence

__all__ = ["Sums", "subsets"]

_MOST_CANDIDATES = 26
_MOST_SOLUTIONS = 6
_CHANCE = 0.01


def subsets(amounts: Sequence[int], target: int, most: int, needed: int = 0) -> list[tuple[int, ...]]:
    """Sets of 2 to `most` positions whose amounts sum to `target`; at most a few, the first found.

    Meet in the middle (Horowitz and Sahni, 1974): 2^(n/2) sums a half instead of 2^n.

    Args:
        needed: this many of the first positions must be in the set.
    """
    base, rest = sum(amounts[:needed]), list(amounts[needed:])
    half = len(rest) // 2
    low, high = _sums(rest[:half]), _sums(rest[half:])
    order = np.argsort(high, kind="stable")
    ranked = high[order]
    wanted = target - base - low
    first, last = np.searchsorted(ranked, wanted, "left"), np.searchsorted(ranked, wanted, "right")
    found = []
    for a in np.flatnonzero(last > first).tolist():
        for b in order[first[a] : last[a]].tolist():
            chosen = (a | (b << half)) & ((1 << len(rest)) - 1)
            size = needed + chosen.bit_count()
            if 2 <= size <= most:
                positions = [needed + at for at in range(len(rest)) if chosen >> at & 1]
                found.append((*range(needed), *positions))
                if len(found) >= _MOST_SOLUTIONS:
                    return found
    return found


def _sums(amounts: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Sum of every subset; the bits of the index say which."""
    sums = np.zeros(1, dtype=np.int64)
    for amount in amounts:
        sums = np.concatenate([sums, sums + amount])
    return sums


class Sums:
    """Unique subset sums within one party and a window of days."""

    def __init__(self, desk: Desk, evidence: Evidence):
        self.desk, self.evidence = desk, evidence
        self.by_party: dict[tuple[int, int], list[int]] = defaultdict(list)
        left = desk.left
        for item in left.open_rows().tolist():
            self.by_party[int(evidence.item_party[item]), int(left.currency[item])].append(item)

    def take_all(self, lines: Sequence[int]) -> None:
        """Take the only set that sums to each line, as long as no other line's only set needs one of its items."""
        waiting = [line for line in lines if self.evidence.parties.get(line) and not self._names_settled(line)]
        progress = True
        while waiting and progress:
            only: dict[int, Group] = {}
            several: dict[int, list[Group]] = {}
            for line in waiting:
                found = self.solutions(line)
                if len(found) == 1 and found[0].score == 1.0:
                    only[line] = found[0]
                elif found:
                    several[line] = found
            claims: dict[int, int] = defaultdict(int)
            for group in only.values():
                for item in group.left:
                    claims[item] += 1
            before = len(waiting)
            for line, group in only.items():
                if all(claims[item] == 1 for item in group.left):
                    self.desk.take(group)
                    waiting.remove(line)
            progress = len(waiting) < before
            waiting = [line for line in waiting if line in several or line in only]
        for line in waiting:
            found = self.solutions(line)
            for group in found:
                self.desk.suggest(Group("OF624", group.left, group.right, score=0.5 / len(found)))

    def _names_settled(self, line: int) -> bool:
        """Whether a line names an item that is settled: whatever else sums to it is then a coincidence."""
        return any(self.desk.left.taken[mention.item] for mention in self.evidence.mentions.get(line, ()))

    def solutions(self, line: int) -> list[Group]:
        """Sets of open items that sum to a line."""
        found = []
        for party in self.evidence.parties[line]:
            found += self._of_party(line, party)
        return found[:_MOST_SOLUTIONS]

    def _of_party(self, line: int, party: int) -> list[Group]:
        left, right, window = self.desk.left, self.desk.right, self.desk.rules.window
        target, day = int(right.amount[line]), int(right.day[line])
        mine = self.by_party.get((party, int(right.currency[line])), ())
        named = {m.item for m in self.evidence.mentions.get(line, ()) if not left.taken[m.item]}
        near = [
            item
            for item in mine
            if not left.taken[item] and (item in named or -window.before <= day - left.day[item] <= window.sum_after)
        ]
        amounts = {item: int(left.amount[item]) for item in near}
        if all(amount > 0 for amount in amounts.values()) and target > 0:
            near = [item for item in near if amounts[item] < target]
        if len(near) < 2 or (target > 0 and sum(a for a in (amounts[i] for i in near) if a > 0) < target):
            return []
        near.sort(key=lambda item: (item not in named, day - int(left.day[item])))
        candidates, near = len(near), near[:_MOST_CANDIDATES]
        needed = sum(item in named for item in near)
        found = subsets([amounts[item] for item in near], target, self.desk.rules.most_items, needed)
        return [
            Group(
                "OF623",
                tuple(sorted(near[at] for at in positions)),
                (line,),
                score=1.0 if _by_chance(candidates - needed, len(positions) - needed, target) <= _CHANCE else 0.6,
            )
            for positions in found
        ]


def _by_chance(candidates: int, size: int, target: int) -> float:
    """How many sets of at most that size would have the sum by mere chance, were the sums spread up to it evenly."""
    return sum(comb(candidates, count) for count in range(1, size + 1)) / max(abs(target), 1)
