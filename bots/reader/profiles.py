"""What a person's corrections teach about a supplier: beside or under which words a field stands on its invoices.

A hint counts only after it was back-tested: on every past document of the supplier where it finds something, it must
find what was confirmed.  It brings a candidate to the front; what must be proven stays the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bots.reader.folding import key
from bots.reader.ids import compact
from bots.reader.layout import Layout, Row, lay_out
from bots.reader.page import Page
from bots.reader.reading import Box, Reading, Value
from config.errors import Reason

__all__ = ["LEARNABLE", "Hint", "PastDocument", "Profile", "back_test", "hint_for", "learn", "recall"]

Way = Literal["beside", "below"]
LEARNABLE = frozenset(
    {"invoice_number", "order_reference", "seller_vat_id", "buyer_vat_id", "iban", "corrected_invoice"}
)
_ENOUGH = 2
"""A hint must have been right on so many documents."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A field stands beside or below these words (folded, run together), so many words long."""

    field: str
    label: str
    way: Way
    words: int = 1


@dataclass(frozen=True, slots=True)
class PastDocument:
    """A document of the supplier that was read before, with the values that a person or a proof confirmed."""

    pages: Sequence[Page]
    confirmed: dict[str, str]


@dataclass(frozen=True, slots=True)
class Profile:
    """A supplier's hints, each back-tested."""

    supplier: str
    hints: tuple[Hint, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, for the supplier's record."""
        hints = [{"field": h.field, "label": h.label, "way": h.way, "words": h.words} for h in self.hints]
        return {"supplier": self.supplier, "hints": hints}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Profile:
        """The inverse of `to_json`."""
        return cls(data["supplier"], tuple(Hint(**hint) for hint in data["hints"]))


def learn(
    profile: Profile,
    corrected: PastDocument,
    past: Iterable[PastDocument],
    fields: Collection[str] = LEARNABLE,
) -> Profile:
    """The profile after a correction.

    Args:
        corrected: the document with the values as a person left them.
        past: earlier documents of the same supplier.
        fields: what a hint may be made for: what the person typed.

    Returns:
        The profile with a hint for each field whose place is clear and whose hint passes on all past documents; an
        older hint goes when it fails on the corrected document.
    """
    known = [*past, corrected]
    kept = [hint for hint in profile.hints if back_test(hint, known, enough=1)]
    for name, value in corrected.confirmed.items():
        if name not in LEARNABLE.intersection(fields) or any(hint.field == name for hint in kept):
            continue
        hint = hint_for(name, value, corrected.pages)
        if hint is not None and back_test(hint, known):
            kept.append(hint)
    return replace(profile, hints=tuple(kept))


def hint_for(name: str, value: str, pages: Sequence[Page]) -> Hint | None:
    """Where a value stands: the words left of it on its row, else those just above it; None when it stands in several
    places with different words, or nowhere."""
    layout = lay_out(pages)
    found = {hint for row, first, last in _places(layout, value) for hint in _labels(layout, name, row, first, last)}
    beside = [hint for hint in found if hint.way == "beside"]
    chosen = beside or list(found)
    return min(chosen, key=lambda hint: -len(hint.label)) if chosen else None


def back_test(hint: Hint, documents: Iterable[PastDocument], *, enough: int = _ENOUGH) -> bool:
    """Whether the hint never finds something else than what was confirmed, and is right at least `enough` times."""
    right = 0
    for document in documents:
        wanted = document.confirmed.get(hint.field)
        found = _find(hint, lay_out(document.pages))
        if wanted is None or found is None:
            continue
        if compact(found.value) != compact(wanted):
            return False
        right += 1
    return right >= enough


def recall(profile: Profile, reading: Reading, pages: Sequence[Page]) -> Reading:
    """The reading with what the profile finds put first where it differs; the value that lost stays among `others`.

    Doubts stay as they are: a profile shows a person the likely value, it never proves one.  Where it contradicts a
    value that was proven without it, that is a doubt more (OF246).
    """
    layout = lay_out(pages)
    fields = dict(reading.fields)
    doubts = list(reading.doubts)
    for hint in profile.hints:
        found = _find(hint, layout)
        before = fields.get(hint.field)
        if found is None or (before is not None and compact(before.value) == compact(found.value)):
            continue
        if before is not None and reading.confident:
            facts = {"field": hint.field, "value": before.value, "found": found.value}
            doubts.append(Reason("OF246", facts=facts))
        fields[hint.field] = (
            found if before is None else replace(found, others=(replace(before, others=()), *before.others))
        )
    return replace(reading, fields=fields, doubts=tuple(doubts))


def _places(layout: Layout, value: str) -> Iterable[tuple[Row, int, int]]:
    wanted = compact(value)
    for row in layout.rows:
        for first in range(len(row.words)):
            text = ""
            for last in range(first, min(first + 8, len(row.words))):
                text += compact(row.words[last].text)
                if text == wanted:
                    yield row, first, last + 1
                if not wanted.startswith(text):
                    break


def _labels(layout: Layout, name: str, row: Row, first: int, last: int) -> Iterable[Hint]:
    left = _label_words(row, first)
    if left:
        yield Hint(name, left, "beside", last - first)
    for above in reversed(layout.rows[max(row.index - 2, 0) : row.index]):
        if above.page == row.page and row.top - above.bottom < 2 * row.height:
            for phrase in above.phrases:
                if phrase.x0 < row.x1[last - 1] and phrase.x1 > row.x0[first] and (label := key(phrase.text)):
                    yield Hint(name, label, "below", last - first)


def _label_words(row: Row, first: int) -> str:
    """The words of the phrase before the value (its own, or the one to its left), without figures."""
    begin = first
    while begin > 0 and first - begin < 5 and not any(char.isdigit() for char in row.words[begin - 1].text):
        begin -= 1
        if begin and row.x0[begin] - row.x1[begin - 1] > 3 * row.height and begin < first:
            break
    return key(row.text(begin, first))


def _find(hint: Hint, layout: Layout) -> Value | None:
    found = {compact(value.value): value for value in _candidates(hint, layout)}
    return next(iter(found.values())) if len(found) == 1 else None


def _candidates(hint: Hint, layout: Layout) -> Iterable[Value]:
    for row in layout.rows:
        if hint.way == "beside":
            for first in range(1, len(row.words) - hint.words + 1):
                if _label_words(row, first) == hint.label:
                    yield _value(row, first, hint.words)
        else:
            for phrase in row.phrases:
                if key(phrase.text) == hint.label:
                    yield from _under(layout, row, phrase.x0, phrase.x1, hint.words)


def _under(layout: Layout, row: Row, x0: float, x1: float, words: int) -> Iterable[Value]:
    for below in layout.below(row, 2 * row.height):
        for first in range(len(below.words) - words + 1):
            if below.x1[first] > x0 and below.x0[first] < x1:
                yield _value(below, first, words)
                return


def _value(row: Row, first: int, words: int) -> Value:
    chosen = row.words[first : first + words]
    box: Box = (chosen[0].x0, min(w.y0 for w in chosen), chosen[-1].x1, max(w.y1 for w in chosen))
    text = " ".join(word.text for word in chosen).strip(" .,;:#")
    return Value(text, row.text(first, first + words), chosen[0].page, box)
