"""Lines that settle several items without naming them all: the one likely set of a party's open items with that sum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from bots.reconciler.desk import Desk, Group
from bots.reconciler.evidence import Evidence
from bots.reconciler.subsets import MOST_FOUND, Found, subsets, subsets_with

__all__ = ["Sums"]

_MOST_SHOWN = 6
_CHANCE = 0.01


class Sums:
    """Subset sums within one party and a window of days."""

    def __init__(self, desk: Desk, evidence: Evidence):
        self.desk, self.evidence = desk, evidence
        self.by_party: dict[tuple[int, int], list[int]] = defaultdict(list)
        left = desk.left
        for item in left.open_rows().tolist():
            self.by_party[int(evidence.item_party[item]), int(left.currency[item])].append(item)
        for items in self.by_party.values():
            items.sort(key=lambda item: int(left.day[item]))

    def take_all(self, lines: Sequence[int]) -> None:
        """Take each line's likely set unless another line's needs one of its items; suggest the rest."""
        waiting = {line: self._sets(line) for line in lines if self._parties(line) and not self._names_settled(line)}
        while True:
            waiting = {line: found for line in waiting if (found := self._open(line, waiting[line]))}
            likely = {line: best for line in waiting if (best := self._likely(line, waiting[line]))}
            claims: dict[int, int] = defaultdict(int)
            for group in likely.values():
                for item in group.left:
                    claims[item] += 1
            undisputed = {line: group for line, group in likely.items() if all(claims[i] == 1 for i in group.left)}
            if not undisputed:
                break
            for line, group in undisputed.items():
                self.desk.take(group)
                del waiting[line]
        for line, found in waiting.items():
            for group in self._ranked(line, found)[:_MOST_SHOWN]:
                self.desk.suggest(group)

    def _open(self, line: int, found: list[Found]) -> list[Found]:
        """The sets (of item numbers) whose items are all still open; looked for again where there were too many."""
        taken = self.desk.left.taken
        still = [one for one in found if not taken[list(one.positions)].any()]
        return self._sets(line) if len(found) >= MOST_FOUND > len(still) else still

    def _likely(self, line: int, found: list[Found]) -> Group | None:
        """The set that is nearly certain among all with the sum, and hardly there by chance."""
        ranked = self._ranked(line, found)
        best = min(found, key=lambda one: one.among)
        by_chance = (best.among - 1) / max(abs(int(self.desk.right.amount[line])), 1)
        if len(found) >= MOST_FOUND or by_chance > _CHANCE or ranked[0].score * 2 < self.desk.rules.certainty:
            return None
        return Group("OF623", tuple(sorted(best.positions)), (line,), score=ranked[0].score * 2)

    def _ranked(self, line: int, found: list[Found]) -> list[Group]:
        """Suggestions, the likeliest first: a set counts the less the more sets are as small and as close in time."""
        total = sum(1 / one.among for one in found)
        return [
            Group("OF624", tuple(sorted(one.positions)), (line,), score=0.5 / one.among / total)
            for one in sorted(found, key=lambda one: (one.among, one.positions))
        ]

    def _parties(self, line: int) -> tuple[int, ...]:
        """Whose items a line may settle: its party's, or those of the items that a line of nobody names."""
        named = self.evidence.mentions.get(line, ())
        return self.evidence.parties.get(line) or tuple({int(self.evidence.item_party[m.item]) for m in named})

    def _names_settled(self, line: int) -> bool:
        """Whether a line names an item that is settled: whatever else sums to it is then a coincidence."""
        return any(self.desk.left.taken[mention.item] for mention in self.evidence.mentions.get(line, ()))

    def _sets(self, line: int) -> list[Found]:
        """Sets of open items that sum to a line, told by item numbers."""
        return [found for party in self._parties(line) for found in self._of_party(line, party)]

    def _of_party(self, line: int, party: int) -> list[Found]:
        left, right, rules = self.desk.left, self.desk.right, self.desk.rules
        target, day = int(right.amount[line]), int(right.day[line])
        mine = self.by_party.get((party, int(right.currency[line])), ())
        named = [m.item for m in self.evidence.mentions.get(line, ()) if not left.taken[m.item] and m.item in mine]
        near = [
            item
            for item in mine
            if not left.taken[item]
            and item not in named
            and -rules.window.before <= day - left.day[item] <= rules.window.sum_after
        ]
        if all(left.amount[item] > 0 for item in (*named, *near)) and target > 0:
            near = [item for item in near if left.amount[item] < target]
        items = named + near
        days, amounts = left.day[items].tolist(), left.amount[items].tolist()
        if named:
            found = subsets_with(days, amounts, target, rules.most_items, len(named))
        else:
            found = subsets(days, amounts, target, rules.most_items)
        return [Found(tuple(items[at] for at in one.positions), one.among) for one in found]
