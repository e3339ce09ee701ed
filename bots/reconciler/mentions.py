"""Lines that name their items: every connected piece of the graph line - item is settled from inside.

One item named by one line, several items named by one line, one item paid by several lines, many to many: whatever
balances is accepted; a single line and a single item may differ as the rules allow (fee, discount, part, exchange).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from rapidfuzz.distance import OSA

from bots.reconciler.desk import Desk, Group
from bots.reconciler.differences import Rates, Verdict, judge, judge_exchange, within
from bots.reconciler.evidence import Evidence, most_typos

__all__ = ["Mentions"]

_PART = "OF615"
_MOST_UNSURE = 4
Key = tuple[int, int, int]
"""Party, currency and amount of an item."""


class Mentions:
    """Settles what is named. `by_amount` finds open items of a party by currency and amount."""

    def __init__(self, desk: Desk, evidence: Evidence, rates: Rates):
        self.desk, self.evidence, self.rates = desk, evidence, rates
        self.paid_by: dict[int, set[int]] = defaultdict(set)
        self.names: dict[int, set[int]] = {}
        self.by_amount: dict[Key, list[int]] = defaultdict(list)
        left = desk.left
        for item in left.open_rows().tolist():
            key = (int(evidence.item_party[item]), int(left.currency[item]), int(left.amount[item]))
            self.by_amount[key].append(item)

    def take_all(self) -> None:
        """Settle every component as far as it balances, then single pairs that the rules explain."""
        taken = self.desk.left.taken
        for line, mentions in self.evidence.mentions.items():
            items = {m.item for m in mentions if not taken[m.item]}
            if items and not self.desk.right.taken[line]:
                items = self._of_one_party(line, items)
                self.names[line] = items
                for item in items:
                    self.paid_by[item].add(line)
        for lines, items in self._components():
            self._settle(lines, items)

    def _components(self) -> Iterator[tuple[set[int], set[int]]]:
        seen: set[int] = set()
        for first in self.names:
            if first in seen:
                continue
            lines, items, waiting = {first}, set[int](), [first]
            while waiting:
                for item in self.names[waiting.pop()] - items:
                    items.add(item)
                    new = self.paid_by[item] - lines
                    lines |= new
                    waiting.extend(new)
            seen |= lines
            yield lines, items

    def _settle(self, lines: set[int], items: set[int]) -> None:
        """Take from a component what balances, smallest first, until nothing more does."""
        for attempt in (self._only, self._one_line, self._one_item, self._whole, self._equal, self._explained):
            attempt(lines, items)
            if not lines or not items:
                return

    def _take(self, group: Group, lines: set[int], items: set[int]) -> None:
        self.desk.take(group)
        lines.difference_update(group.right)
        items.difference_update(group.left)

    def _only(self, lines: set[int], items: set[int]) -> None:
        """A line and the only item that it names, with the same amount."""
        self._take_equal([line for line in lines if len(self.names[line]) == 1], lines, items)

    def _equal(self, lines: set[int], items: set[int]) -> None:
        """A line and one of the items that it names, with the same amount."""
        self._take_equal(lines, lines, items)

    def _take_equal(self, among: Iterable[int], lines: set[int], items: set[int]) -> None:
        chosen = set(among)
        for item in sorted(items, key=self._item_day):
            payers = [line for line in self.paid_by[item] & chosen & lines if self._same(item, line)]
            if payers and not self._may_be_typo(item, payers):
                first = min(payers, key=self._line_day)
                self._take(Group("OF610", (item,), (first,), reference=self._ref(item)), lines, items)

    def _may_be_typo(self, item: int, payers: Sequence[int]) -> bool:
        """Whether one of the lines may mean another item of that amount, with a reference nearly the one it gives.

        That is doubtful when several lines claim the item or one comes before it; when one comes late, a slip of one
        character is.
        """
        days = [self.desk.days(item, line) for line in payers]
        if len(payers) > 1 or min(days) < -self.desk.rules.window.before:
            return any(self._typo_of_another(line, item) for line in payers)
        return days[0] > self.desk.usual_days and self._typo_of_another(payers[0], item, most=1)

    def take_doubtful(self) -> None:
        """Pairs that looked like typing errors, now that no other item is left which their lines may mean."""
        taken = self.desk.right.taken
        lines = {line for line in self.names if not taken[line]}
        items = {item for line in lines for item in self.names[line] if not self.desk.left.taken[item]}
        self._take_equal(lines, lines, items)

    def take_hinted(self) -> None:
        """Lines of nobody that give a short reference and, within tolerance, the amount of the only item it can be."""
        left, right = self.desk.left, self.desk.right
        fitting = [
            (line, hint.item)
            for line, hints in self.evidence.hints.items()
            for hint in hints
            if not right.taken[line] and not left.taken[hint.item] and self._nearly_paid(hint.item, line)
        ]
        lines, items = Counter(line for line, _ in fitting), Counter(item for _, item in fitting)
        for line, item in fitting:
            if lines[line] == items[item] == 1 and not self.paid_by.get(item):
                gap = int(left.amount[item]) - int(right.amount[line])
                self.desk.take(Group("OF612", (item,), (line,), difference=gap, reference=self._ref(item)))

    def _nearly_paid(self, item: int, line: int) -> bool:
        window = self.desk.rules.window
        return self._balances({item}, {line}) and -window.before <= self.desk.days(item, line) <= window.after

    def _one_line(self, lines: set[int], items: set[int]) -> None:
        """All open items that a line names are its amount together."""
        for line in sorted(lines, key=self._line_day):
            named = self.names[line] & items
            if len(named) > 1 and self._balances(named, {line}):
                self._take(self._sum_group("OF620", named, {line}), lines, items)

    def _one_item(self, lines: set[int], items: set[int]) -> None:
        """All open lines that name an item are its amount together, or with some that perhaps name it."""
        for item in sorted(items, key=self._item_day):
            payers = self.paid_by[item] & lines
            for more in self._perhaps(item):
                together = payers | more
                if len(together) > 1 and self._balances({item}, together):
                    self._take(self._sum_group("OF621", {item}, together), lines, items)
                    break

    def _perhaps(self, item: int) -> Iterator[set[int]]:
        """No line, then every set of the few open lines of nobody that give the item's short reference."""
        unsure = self.evidence.hints_at.get(item, [])
        unsure = [line for line in unsure if not self.desk.right.taken[line]][:_MOST_UNSURE]
        for size in range(len(unsure) + 1):
            yield from map(set, combinations(unsure, size))

    def _whole(self, lines: set[int], items: set[int]) -> None:
        one_party = len({int(self.evidence.item_party[item]) for item in items}) == 1
        if one_party and len(lines) > 1 and len(items) > 1 and self._balances(items, lines):
            self._take(self._sum_group("OF622", set(items), set(lines)), lines, items)

    def _explained(self, lines: set[int], items: set[int]) -> None:
        """One line, one item, and a difference that the rules allow; a part payment only without a rival."""
        for partial in (False, True):
            for line in sorted(lines, key=self._line_day):
                named = self.names[line] & items
                if len(named) != 1:
                    continue
                (item,) = named
                if partial and len(list(self._perhaps(item))) > 1:  # another line may pay the rest
                    continue
                verdict = self._verdict(item, line)
                if verdict is None or verdict.code == "OF610" or (verdict.code == _PART) != partial:
                    continue
                if self._typo_of_another(line, item):
                    continue
                rivals = self.paid_by[item] & lines - {line}
                paid = self.desk.right.amount[line]
                if any(
                    partial or (self._is_tight(item, rival) and self.desk.right.amount[rival] != paid)
                    for rival in rivals
                ):
                    continue
                ref = self._ref(item)
                group = Group(verdict.code, (item,), (line,), verdict.residual, verdict.difference, reference=ref)
                self._take(group, lines, items)

    def _is_tight(self, item: int, line: int) -> bool:
        """Whether something other than a part payment explains the amounts."""
        verdict = self._verdict(item, line)
        return verdict is not None and verdict.code != _PART

    def _of_one_party(self, line: int, items: set[int]) -> set[int]:
        """Of items of several parties that bear the named references, those of the only party they fit."""
        by_party: dict[int, set[int]] = defaultdict(set)
        for item in items:
            by_party[int(self.evidence.item_party[item])].add(item)
        if len(by_party) == 1:
            return items
        refs = {self._ref(item) for item in items}
        bearing_all = [mine for mine in by_party.values() if {self._ref(item) for item in mine} == refs]
        if len(refs) > 1 and len(bearing_all) == 1:
            return bearing_all[0]
        fitting = [mine for mine in by_party.values() if self._fits(line, mine)]
        return fitting[0] if len(fitting) == 1 else items

    def _fits(self, line: int, items: set[int]) -> bool:
        if len(items) == 1:
            return self._is_tight(next(iter(items)), line)
        return self._balances(items, {line})

    def _verdict(self, item: int, line: int) -> Verdict | None:
        left, right, rules = self.desk.left, self.desk.right, self.desk.rules
        owed, paid = int(left.amount[item]), int(right.amount[line])
        ours, theirs = int(left.currency[item]), int(right.currency[line])
        if ours == theirs:
            return judge(rules, owed, paid, self.desk.days(item, line))
        currencies = self.desk.currencies
        verdict = judge_exchange(rules, self.rates, owed, currencies[ours], paid, currencies[theirs])
        return verdict if self.desk.days(item, line) >= -rules.window.before else None

    def _typo_of_another(self, line: int, item: int, most: int = 2) -> bool:
        """Whether a line may mean another open item: of its very amount, due then, with nearly the reference named."""
        ref = self._ref(item)
        limit = min(most, most_typos(ref))
        right = self.desk.right
        key = (int(self.evidence.item_party[item]), int(right.currency[line]), int(right.amount[line]))
        return any(
            other != item
            and ref != self._ref(other)
            and not self.desk.left.taken[other]
            and -self.desk.rules.window.before <= self.desk.days(other, line) <= self.desk.usual_days
            and not self._named_by_another(line, other)
            and OSA.distance(ref, self._ref(other), score_cutoff=limit) <= limit
            for other in self.by_amount.get(key, ())
        )

    def _named_by_another(self, line: int, item: int) -> bool:
        return any(other != line and not self.desk.right.taken[other] for other in self.paid_by.get(item, ()))

    def _same(self, item: int, line: int) -> bool:
        left, right = self.desk.left, self.desk.right
        return bool(left.amount[item] == right.amount[line] and left.currency[item] == right.currency[line])

    def _balances(self, items: set[int], lines: set[int]) -> bool:
        left, right = self.desk.left, self.desk.right
        i, j = list(items), list(lines)
        if len({*left.currency[i].tolist(), *right.currency[j].tolist()}) != 1:
            return False
        return within(self.desk.rules, int(left.amount[i].sum()), int(right.amount[j].sum()))

    def _sum_group(self, code: str, items: set[int], lines: set[int]) -> Group:
        i, j = sorted(items), sorted(lines)
        gap = int(self.desk.left.amount[i].sum()) - int(self.desk.right.amount[j].sum())
        return Group(code, tuple(i), tuple(j), difference=gap, reference=self._ref(i[0]))

    def _ref(self, item: int) -> str:
        return self.evidence.item_ref[item]

    def _item_day(self, item: int) -> int:
        return int(self.desk.left.day[item])

    def _line_day(self, line: int) -> int:
        return int(self.desk.right.day[line])
