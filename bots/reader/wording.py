"""Whether a text is printed: its words as they are written, each figure whole and beside the words it stands beside."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise, product

from bots.reader.folding import fold
from bots.reader.ids import compact
from bots.reader.layout import Row

__all__ = ["Wording", "nearly", "parts_of", "written"]

_LONG = 5
_PAIR = 2
_WRAPS = 2
"""Rows in which a cell may go on: another column's row can lie between."""
_PARTS = re.compile(r"[^\W_]+")
_PART_AND_JOINT = re.compile(r"([^\W_]+)([./\-_&+\\]+(?=[^\W_]))?")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_PIECES = re.compile(r"\d+|[^\W\d_]+|.")
_JOINTS = re.compile(r"[^\w.]+")
_NUMERIC = re.compile(r"\d+|[.,]")


def written(text: str) -> list[str]:
    """The words of a text as they are written, folded, without the punctuation around them: `1/2"` is `1/2`."""
    return [word for word in (_EDGES.sub("", part) for part in fold(text).split()) if word]


def parts_of(text: str) -> list[str]:
    """Its runs of letters and digits, folded: `125x1,0` is `125x1` and `0`."""
    return _PARTS.findall(fold(text))


@dataclass(frozen=True)
class Wording:
    """The words of a document or of a part of it.  Looked up again and again: what is found is kept.

    Attributes:
        rows: as they are laid out.
        words: in the order of the content, which may be cell by cell.
    """

    rows: tuple[Row, ...]
    words: tuple[str, ...]

    @cached_property
    def _phrases(self) -> tuple[str, ...]:
        return tuple(phrase.text for row in self.rows for phrase in row.phrases)

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        return tuple(fold(text) for text in (*(row.text() for row in self.rows), *self._phrases))

    @cached_property
    def _letters(self) -> tuple[str, frozenset[int], frozenset[int]]:
        """Letters and digits of all rows, of all phrases, of all words; where a part begins, and where a word ends."""
        letters: list[str] = []
        begins, ends, at = set(), set(), 0
        for texts in ((row.text() for row in self.rows), self._phrases, self.words):
            for match in _PART_AND_JOINT.finditer("\n".join(texts).upper()):
                begins.add(at)
                at += len(match[1])
                letters.append(match[1])
                if not match[2]:
                    ends.add(at)
            letters.append("|")
            at += 1
        return "".join(letters), frozenset(begins), frozenset(ends)

    def has_letters(self, text: str) -> bool:
        """Whether letters and digits of the text are printed in this order, up to the end of a word: not `S.L` for
        `S.L.U.`, not `4711` for `4711/25`."""
        wanted = compact(text)
        letters, begins, ends = self._letters
        at = letters.find(wanted) if wanted else -1
        while at >= 0:
            if at in begins and at + len(wanted) in ends:
                return True
            at = letters.find(wanted, at + 1)
        return False

    @cached_property
    def _written(self) -> frozenset[str]:
        return frozenset(word for text in self.words for word in written(text))

    def missing_words(self, text: str) -> list[str]:
        """The words of the text that are not printed as they are written."""
        words = written(text)
        return [word for at, word in enumerate(words) if not self._has_word(words, at)]

    def _has_word(self, words: Sequence[str], at: int) -> bool:
        word = words[at]
        if word in self._written:
            return True
        if _figure(word):
            printed = _as_printed(word, words[at - 1] if at else "", "".join(words[at + 1 : at + 2]))
            return any(printed.search(text) for text in self._texts) or self._divided(word) or self._broken(word)
        pieces = _pieces(word)
        beside = all(pair in self.neighbours for pair in pairwise(pieces))
        return (beside and self._all_pieces.issuperset(pieces)) or self._broken(word)

    @cached_property
    def _all_pieces(self) -> frozenset[str]:
        """The words, and what hyphens and slashes divide in them: `hss` of `hss-co`, but nothing of `s.l.u`."""
        divided = (piece for word in self._written for piece in _pieces(word) if len(piece) > 1)
        return frozenset(divided) | self._written

    def _broken(self, word: str) -> bool:
        """Whether a long word is printed in two parts, at the edge of its cell."""
        return len(word) >= _LONG and _NUMERIC.sub("", word) != "" and self.has_letters(word)

    def _divided(self, word: str) -> bool:
        """Whether the word is printed over several lines of its cell, divided at its hyphens."""
        parts = [part for part in word.split("-") if part]
        return len(parts) > 1 and all(pair in self._wraps for pair in pairwise(parts))

    @cached_property
    def _wraps(self) -> frozenset[tuple[str, str]]:
        return frozenset(self._wrapped())

    @cached_property
    def neighbours(self) -> frozenset[tuple[str, str]]:
        """Pairs of parts beside each other, or where a cell's text goes on under it; folded, in either order."""
        pairs = {pair for text in self._texts for pair in pairwise(_PARTS.findall(text))}
        pairs |= {(_PARTS.findall(first)[-1], _PARTS.findall(second)[0]) for first, second in self._wraps}
        return frozenset(pairs | {(second, first) for first, second in pairs})

    @cached_property
    def _beside(self) -> frozenset[tuple[str, str]]:
        """The same of words as they are written."""
        pairs = {pair for text in self._texts for pair in pairwise(written(text))} | self._wraps
        return frozenset(pairs | {(second, first) for first, second in pairs})

    def _are_beside(self, first: str, second: str) -> bool:
        if first in self._written and second in self._written:
            return (first, second) in self._beside
        return (_PARTS.findall(first)[-1], _PARTS.findall(second)[0]) in self.neighbours

    def _wrapped(self) -> Iterator[tuple[str, str]]:
        """The last word of each phrase with the first word of what begins under it, in the same cell."""
        for at, upper in enumerate(self.rows):
            for lower in self.rows[at + 1 : at + 1 + _WRAPS]:
                if lower.page != upper.page or lower.top - upper.bottom > upper.height:
                    break
                for above, below in product(upper.phrases, lower.phrases):
                    if below.x0 < above.x1 and above.x0 < below.x1:
                        ends, begins = written(above.text), written(below.text)
                        if ends and begins:
                            yield ends[-1], begins[0]

    @cached_property
    def _before_a_figure(self) -> frozenset[str]:
        """The words of phrases behind which a figure stands."""
        return frozenset(first for words in self._cells for first, second in pairwise(words) if _figure(second))

    @cached_property
    def _behind_a_figure(self) -> frozenset[str]:
        """Those before which one stands; one that begins its phrase may be of the column before."""
        return frozenset(second for words in self._cells for first, second in pairwise(words[1:]) if _figure(first))

    @property
    def _cells(self) -> Iterator[list[str]]:
        return (written(text) for text in self._phrases)

    def shows(self, text: str) -> bool:
        """Whether all words of the text are printed, its figures in their places."""
        return not self.missing_words(text) and (self.in_place(text) or self.has_letters(text))

    def in_place(self, text: str) -> bool:
        """Whether each figure of the text that is printed, and each word of a letter, stands beside a word that it
        stands beside in the text.

        A lone figure proves nothing: a page is full of them.  A word of the text that has another figure at that side
        contradicts it, and so does nearly the same word in its place: `1,0 mm` is not `1,0 m`.
        """
        words = written(text)
        figures = (
            at for at, word in enumerate(words) if (_figure(word) or len(word) == 1) and self._has_word(words, at)
        )
        return all(self._in_place(words, at) for at in figures)

    def _in_place(self, words: Sequence[str], at: int) -> bool:
        if len(words) == 1:
            return True
        before, after = words[at - 1 : at] if at else [], words[at + 1 : at + 2]
        left = any(self._are_beside(word, words[at]) for word in before)
        right = any(self._are_beside(words[at], word) for word in after)
        other = (not left and not self._before_a_figure.isdisjoint(before)) or (
            not right and not self._behind_a_figure.isdisjoint(after)
        )
        strange = (not left and self._changed(before, self._leaders.get(words[at], ()))) or (
            not right and self._changed(after, self._followers.get(words[at], ()))
        )
        return (left or right) and not other and not strange

    def _changed(self, words: Sequence[str], printed: Iterable[str]) -> bool:
        """Whether a letter more, less or other makes this word of one that stands there instead."""
        return any(nearly(word, other) for word in words for other in printed)

    @cached_property
    def _followers(self) -> Mapping[str, frozenset[str]]:
        """What stands behind each word in its phrase."""
        return _grouped(pair for words in self._cells for pair in pairwise(words))

    @cached_property
    def _leaders(self) -> Mapping[str, frozenset[str]]:
        """What stands before each word in its phrase."""
        return _grouped((second, first) for words in self._cells for first, second in pairwise(words))

    def nearly_shows(self, text: str, others: Set[str]) -> str | None:
        """The printed word that a word of the text with figures is but for a character; None when all are printed, or
        none nearly.  What `others` have is printed for them."""
        if self.has_letters(text):
            return None
        words = written(text)
        for at, word in enumerate(words):
            if len(word) < _LONG - 1 or not _figure(word) or self._has_word(words, at):
                continue
            beside = [*words[at - 1 : at], *words[at + 1 : at + 2]] if at else words[1:2]
            for found in self._written - others:
                known = (
                    len(word) >= _LONG - 1 if not beside else any((found, other) in self._beside for other in beside)
                )
                if known and nearly(word, found):
                    return found
        return None

    def names(self, text: str) -> bool:
        """Whether the words of a name are printed one behind the other, on one line or going on under it."""
        words = text.split()
        return self.has_letters(text) or any(self._goes_on(words[:at], words[at:]) for at in range(1, len(words)))

    def _goes_on(self, first: Sequence[str], second: Sequence[str]) -> bool:
        ends, begins = written(first[-1])[-1:], written(second[0])[:1]
        wraps = bool(ends and begins) and (ends[0], begins[0]) in self._wraps
        return wraps and self.has_letters(" ".join(first)) and self.has_letters(" ".join(second))


def _pieces(word: str) -> list[str]:
    return [piece for piece in _JOINTS.split(word) if piece]


def nearly(first: str, second: str) -> bool:
    """Whether two words are the same but for a letter: one more or less at the end, another, or two changing places."""
    if abs(len(first) - len(second)) > 1 or first == second:
        return False
    if len(first) != len(second):
        return first.startswith(second) or second.startswith(first)
    apart = [at for at in range(len(first)) if first[at] != second[at]]
    swapped = len(apart) == _PAIR and first[apart[0]] == second[apart[1]] and first[apart[1]] == second[apart[0]]
    return len(apart) == 1 or (swapped and apart[1] - apart[0] == 1)


def _grouped(pairs: Iterable[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for first, second in pairs:
        found[first].add(second)
    return {word: frozenset(others) for word, others in found.items()}


def _figure(word: str) -> bool:
    return any(char.isdigit() for char in word)


@lru_cache(maxsize=5_000)
def _as_printed(word: str, before: str, after: str) -> re.Pattern[str]:
    """A word with figures as it may be printed: blanks between letters and digits, either decimal mark; it is not a
    part of a longer figure, and no other letters touch it than those of the words before and after it."""
    pieces = [r"[.,]" if piece in ".," else re.escape(piece) for piece in _PIECES.findall(word)]
    begin = rf"(?:(?<![^\W\d_])|(?<={re.escape(before)}))" if before else r"(?<![^\W\d_])"
    end = rf"(?:(?![^\W\d_])|(?={re.escape(after)}))" if after else r"(?![^\W\d_])"
    begin += r"(?<!\d)(?<!\d[.,/])" if word[0].isdigit() else ""
    end += r"(?!\d)(?![.,/]\d)" if word[-1].isdigit() else ""
    return re.compile(begin + r"\s?".join(pieces) + end)
