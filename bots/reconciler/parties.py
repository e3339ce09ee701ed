"""Who the other party of a line is: by IBAN, by name as a bank writes it, by a number that only one party uses.

What is known comes from the rules, from a master file, and from the lines that have already been matched with
certainty: an IBAN or a number that always stood with the same party is that party's.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable

import polars as pl
from rapidfuzz import fuzz

from bots.reconciler.words import words_of

__all__ = ["Directory", "agrees"]

_SHORTEST_PREFIX = 6
_MOST_NAMESAKES = 12
_ALIKE = 88.0


class Directory:
    """Parties by code (0, 1, ...) with their names and accounts.

    Args:
        names: the name of each party, by code ("" when unknown).
        aliases: other names -> code.
    """

    def __init__(self, names: list[str], aliases: dict[str, int] | None = None):
        self.iban: dict[str, int] = {}
        self.number: dict[str, int] = {}
        self._known: dict[str, tuple[int, ...]] = {}
        exact: dict[str, list[int]] = defaultdict(list)
        self._lacking: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self._words: list[tuple[str, ...]] = [words_of(name) for name in names]
        for code, words in enumerate(self._words):
            if words:
                exact["".join(words)].append(code)
                for drop in range(len(words)):
                    self._lacking[words[:drop] + words[drop + 1 :]].append(code)
        for alias, code in (aliases or {}).items():
            exact["".join(words_of(alias))].append(code)
        self._exact = dict(exact)
        self._sorted = sorted(exact)

    def named(self, name: str) -> tuple[int, ...]:
        """Codes of the parties that a name as printed by a bank may mean; empty: none or too many."""
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._look_up(name)
        return found

    def _look_up(self, name: str) -> tuple[int, ...]:
        words = words_of(name)
        squashed = "".join(words)
        if not squashed:
            return ()
        if squashed in self._exact:
            return tuple(self._exact[squashed])
        found = self._by_prefix(squashed) if len(squashed) >= _SHORTEST_PREFIX else ()
        return found or self._longer(words) or self._alike(words)

    def _by_prefix(self, squashed: str) -> tuple[int, ...]:
        """Names that go on where a bank has cut."""
        codes: list[int] = []
        at = bisect_left(self._sorted, squashed)
        while at < len(self._sorted) and self._sorted[at].startswith(squashed) and len(codes) <= _MOST_NAMESAKES:
            codes.extend(self._exact[self._sorted[at]])
            at += 1
        return tuple(codes) if len(codes) <= _MOST_NAMESAKES else ()

    def _longer(self, words: tuple[str, ...]) -> tuple[int, ...]:
        """Names to which a bank has added words (a town, a bank's own code)."""
        for end in range(len(words) - 1, 0, -1):
            shorter = "".join(words[:end])
            if len(shorter) >= _SHORTEST_PREFIX and shorter in self._exact:
                return tuple(self._exact[shorter])
        return ()

    def _alike(self, words: tuple[str, ...]) -> tuple[int, ...]:
        """Names of which all words but one agree, and that one nearly."""
        codes: set[int] = set()
        for drop in range(len(words)):
            rest = words[:drop] + words[drop + 1 :]
            codes.update(self._lacking.get(rest, ()))
        text = " ".join(words)
        scored = sorted(((fuzz.ratio(text, " ".join(self._words[code])), code) for code in codes), reverse=True)
        best = [code for score, code in scored if score >= _ALIKE and score >= scored[0][0] - 4]
        return tuple(best) if len(best) <= _MOST_NAMESAKES else ()

    def within(self, text: str) -> tuple[int, ...]:
        """Parties whose whole name stands in a text; the longest name wins."""
        words = words_of(text)
        for length in range(min(6, len(words)), 1, -1):
            for start in range(len(words) - length + 1):
                span = words[start : start + length]
                if any(character.isdigit() for character in span[0]):
                    continue
                found = self._exact.get("".join(span))
                if found is None and length >= 2 and sum(map(len, span)) >= _SHORTEST_PREFIX * 2:
                    found = list(self._by_prefix("".join(span)))
                if found:
                    return tuple(found)
        return ()

    def of(self, iban: str, name: str, text: str, numbers: Iterable[str] = ()) -> tuple[int, ...]:
        """Parties that a line may be of, by IBAN, else by name, by a number of theirs, by a name in the text."""
        by_iban = self.iban.get(iban) if iban else None
        if by_iban is not None:
            return (by_iban,)
        found = self.named(name) if name else ()
        if found:
            return found
        owners = {self.number[number] for number in numbers if number in self.number}
        if len(owners) == 1:
            return (owners.pop(),)
        return self.within(text)

    def learn(self, kind: str, sightings: pl.DataFrame, least: int = 1) -> None:
        """Learn what always stood with one party.

        Args:
            kind: "iban" or "number".
            sightings: key (String), code: one row a sighting in a certain match.
            least: how many sightings are needed.
        """
        certain = (
            sightings.lazy()
            .group_by("key")
            .agg(parties=pl.col("code").n_unique(), seen=pl.len(), code=pl.col("code").first())
            .filter((pl.col("parties") == 1) & (pl.col("seen") >= least))
            .collect()
        )
        known = self.iban if kind == "iban" else self.number
        for key, code in zip(certain["key"].to_list(), certain["code"].to_list(), strict=True):
            known.setdefault(key, code)


def agrees(ours: str, theirs: str) -> bool:
    """Whether two names may be the same party: one begins like the other, or they are spelt nearly alike."""
    a, b = "".join(words_of(ours)), "".join(words_of(theirs))
    return not a or not b or a.startswith(b[:6]) or fuzz.ratio(a[: len(b)], b) >= 75.0
