"""Labels on the page: what each run of words may mean, and the language of the document."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from sys import intern
from typing import Any

from bots.reader.folding import Token, small, tokens
from bots.reader.languages import Lexicon, Meaning
from bots.reader.layout import Row
from bots.reader.shelves import ByRow, Desk, Form

_JOINING = {"/", "&", "+"}
_TITLES_IN_COMPOUNDS = ("rechnung", "gutschrift", "faktura", "factuur", "creditnota")

__all__ = ["Hit", "LongHits", "find_hits", "languages_of", "rows_with"]


@dataclass(slots=True, weakref_slot=True)
class Hit:
    """A label found.

    Attributes:
        row: where.
        first, last: indexes of its first and last+1 word in the row.
        after: offset in its last word where the label ends (`Date:12/09` ends at 4).
        key: what was looked up.
        meanings: what it may mean.
        prose: it stands in the middle of a sentence.
        pure: its own phrase says nothing else before it.
    """

    row: Row
    first: int
    last: int
    after: int
    key: str
    meanings: tuple[Meaning, ...]
    prose: bool
    pure: bool

    @property
    def x0(self) -> float:
        return self.row.x0[self.first]

    @property
    def x1(self) -> float:
        return self.row.x1[self.last - 1]

    def means(self, kind: str, *names: str) -> bool:
        """Whether one of the meanings is of this kind and, when names are given, has one of them."""
        return any(m.kind == kind and (not names or m.name in names) for m in self.meanings)

    @property
    def kind_of_label(self) -> bool:
        """Whether it names a value of its own (a tax or currency word, or a column's heading alone, does not)."""
        return any(m.kind in ("label", "party") for m in self.meanings)

    def names(self, kind: str) -> list[str]:
        """Names of its meanings of one kind, each once."""
        return list(dict.fromkeys(m.name for m in self.meanings if m.kind == kind))


class LongHits(ByRow[Hit]):
    """The labels of a long document; what they may mean is the same for many, and tells in which rows they stand."""

    def __init__(self, desk: Desk, row: Callable[[int], Row]) -> None:
        self._known: list[tuple[Meaning, ...]] = []
        self._numbers: dict[tuple[Meaning, ...], int] = {}
        self._rows: list[array[int]] = []
        super().__init__(desk, Form(self._pack, self._make), row)

    def update(self, found: Mapping[int, list[Hit]]) -> None:
        """Add the labels of some rows."""
        super().update(found)
        for index, hits in found.items():
            for number in {self._number(hit) for hit in hits}:
                self._rows[number].append(index)

    def rows_of(self, kind: str, *names: str) -> Iterator[int]:
        """Indexes of the rows with such labels, in order."""
        wanted = [rows for known, rows in zip(self._known, self._rows, strict=True) if _mean(known, kind, names)]
        last = -1
        for index in merge(*wanted):
            if index != last:
                yield index
            last = index

    def _number(self, hit: Hit) -> int:
        number = self._numbers.setdefault(hit.meanings, len(self._known))
        if number == len(self._known):
            self._known.append(hit.meanings)
            self._rows.append(array("I"))
        return number

    def _pack(self, hit: Hit) -> tuple[int | str | bool, ...]:
        return hit.first, hit.last, hit.after, hit.key, self._number(hit), hit.prose, hit.pure

    def _make(self, row: Row, values: tuple[Any, ...]) -> Hit:
        first, last, after, key, number, prose, pure = values
        return Hit(row, first, last, after, key, self._known[number], prose, pure)


def rows_with(hits: Mapping[int, list[Hit]], kind: str, *names: str) -> Iterator[int]:
    """Indexes of the rows that have a label with a meaning of this kind and one of these names."""
    if isinstance(hits, LongHits):
        return hits.rows_of(kind, *names)
    return (index for index, found in hits.items() if any(hit.means(kind, *names) for hit in found))


def _mean(meanings: Iterable[Meaning], kind: str, names: Sequence[str]) -> bool:
    return any(m.kind == kind and (not names or m.name in names) for m in meanings)


def find_hits(rows: Iterable[Row], lexicon: Lexicon) -> dict[int, list[Hit]]:
    """Labels of every row by row index, longest first match from left to right, none across a wide gap."""
    found: dict[int, list[Hit]] = {}
    for row in rows:
        hits: list[Hit] = []
        for phrase in row.phrases:
            words = sum(1 for index in range(phrase.start, phrase.end) if row.words[index].text[:1].isalpha())
            for run in _runs(row, phrase.start, phrase.end):
                _match(row, run, words, lexicon, hits)
        if hits:
            found[row.index] = hits
    return found


def _runs(row: Row, start: int, end: int) -> Iterator[list[tuple[int, Token]]]:
    """Tokens of a phrase, taken apart at dots, bars and colons between its parts: `Firm S.L.U. · C.I.F. B12`."""
    run: list[tuple[int, Token]] = []
    for index in range(start, end):
        text = row.words[index].text
        found = tokens(text)
        if found:
            run.extend((index, token) for token in found)
        if run and ((not found and text not in _JOINING) or text[-1] in ":;,"):
            yield run
            run = []
    if run:
        yield run


def _match(row: Row, run: list[tuple[int, Token]], words: int, lexicon: Lexicon, hits: list[Hit]) -> None:
    prefixes, meanings = lexicon.prefixes, lexicon.meanings
    alone = "".join(token.text for _, token in run)
    if alone in meanings and all(small(token.text) for _, token in run):
        hits.append(_hit(row, run, 0, len(run) - 1, alone, meanings[alone], words))
        return
    at = 0
    while at < len(run):
        if run[at][1].text == "percent" and at and run[at - 1][1].text.isdigit():
            at += 1  # "21% IVA" is a rate and a name, not the heading "% IVA"
            continue
        if small(run[at][1].text) or run[at][1].text not in prefixes:
            if (title := _compound(run[at][1].text, meanings)) is not None:
                hits.append(_hit(row, run, at, at, title[0], title[1], words))
            at += 1
            continue
        text, best, best_text = "", -1, ""
        for end in range(at, min(at + 9, len(run))):
            part = run[end][1].text
            if small(part):
                continue
            text += part
            if text not in prefixes or _begins_a_code(row, run[end]):
                break
            if text in meanings:
                best, best_text = end, text
        if best < 0:
            at += 1
            continue
        hits.append(_hit(row, run, at, best, best_text, meanings[best_text], words))
        at = best + 1


def _begins_a_code(row: Row, part: tuple[int, Token]) -> bool:
    """Whether a letter begins a code: `Facture A24-5301` is no `Facture a` (billed to)."""
    index, token = part
    return len(token.text) == 1 and row.words[index].text[token.end : token.end + 1].isdigit()


def _hit(
    row: Row,
    run: list[tuple[int, Token]],
    at: int,
    best: int,
    text: str,
    meanings: tuple[Meaning, ...],
    words: int,
) -> Hit:
    first, (last, token) = run[at][0], run[best]
    before = sum(1 for _, t in run[:at] if t.text.isalpha() and len(t.text) > 1 and not small(t.text))
    return Hit(
        row=row,
        first=first,
        last=last + 1,
        after=token.end,
        key=intern(text),
        meanings=meanings,
        prose=words > 9 and before > 2,
        pure=at == 0 or not before,
    )


def _compound(word: str, meanings: Mapping[str, tuple[Meaning, ...]]) -> tuple[str, tuple[Meaning, ...]] | None:
    """A title at the end of a compound: `Mietrechnung` is a `Rechnung` (German, Dutch, Scandinavian)."""
    if not 10 <= len(word) <= 30:
        return None
    for end in _TITLES_IN_COMPOUNDS:
        if word.endswith(end) and end in meanings:
            titles = tuple(m for m in meanings[end] if m.kind == "title")
            return (word, titles) if titles else None
    return None


def languages_of(hits: Iterable[Hit]) -> list[tuple[str, float]]:
    """Languages by how much of the labels they explain; a label that few languages share tells more."""
    score: defaultdict[str, float] = defaultdict(float)
    seen: set[str] = set()
    for hit in hits:
        if hit.key in seen or hit.prose or len(hit.key) < 3:
            continue
        seen.add(hit.key)
        names = {meaning.language for meaning in hit.meanings}
        for name in names:
            score[name] += min(len(hit.key), 12) / len(names) ** 1.5
    return sorted(score.items(), key=lambda item: -item[1])
