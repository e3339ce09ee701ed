"""Typed things on the page: amounts, percentages, dates and ids, each with the words that it stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bots.reader.amounts import Mark, Printed, find_numbers, infer_mark, read_number
from bots.reader.dates import DateText, Order, find_dates, infer_order, read_date
from bots.reader.ids import find_ibans, find_vat_ids
from bots.reader.layout import Layout, Phrase, Row, box_of, continued
from bots.reader.reading import Box
from connectors.words import Word

__all__ = ["Amount", "DateSpot", "IdSpot", "Spot", "Spots", "find_spots"]


_DAY = re.compile(
    r"\b\d{1,2}(?:st|nd|rd|th|er|\.)?(?:\s(?:de\s)?[^\W\d_]{3,12}\.?,?)?$|\b\d{1,2}[\-/.]\d{1,2}[\-/.]$|\b(?:19|20)\d\d-(?:\d\d-)?$"
)
"""The beginning of a date at the end of a line."""


@dataclass(slots=True, kw_only=True)
class Spot:
    """Something at words first..last of a row. `begin` is its offset in its phrase's text."""

    row: Row
    first: int
    last: int
    text: str
    phrase: Phrase
    begin: int

    @property
    def x0(self) -> float:
        return self.row.x0[self.first]

    @property
    def x1(self) -> float:
        return self.row.x1[self.last - 1]

    @property
    def words(self) -> Sequence[Word]:
        return self.row.words[self.first : self.last]

    @property
    def box(self) -> Box:
        return box_of(self.words)


@dataclass(slots=True, kw_only=True)
class Amount(Spot):
    """A number with its sign; `places` are its printed decimals, `currency` the symbol beside it."""

    value: Decimal
    places: int
    currency: str
    percent: bool
    signed: bool

    @property
    def money(self) -> bool:
        """Whether it is printed as money: two decimals or a currency."""
        return not self.percent and (self.places == 2 or bool(self.currency))


@dataclass(slots=True, kw_only=True)
class DateSpot(Spot):
    """A date; `loose` when day and month could be read the other way round."""

    value: date
    loose: bool


@dataclass(slots=True, kw_only=True)
class IdSpot(Spot):
    """A VAT id or IBAN in compact form."""

    kind: str
    value: str


@dataclass(slots=True)
class Spots:
    """All typed things by row index, from left to right, and the document's habits.

    Attributes:
        mark: the decimal mark.
        order: order of day and month; `order_shown` tells whether the document itself shows it.
    """

    mark: Mark
    order: Order
    order_shown: bool
    amounts: dict[int, list[Amount]] = field(default_factory=dict)
    dates: dict[int, list[DateSpot]] = field(default_factory=dict)
    ids: dict[int, list[IdSpot]] = field(default_factory=dict)

    def all_amounts(self) -> list[Amount]:
        """Amounts and percentages of the whole document."""
        return [amount for row in self.amounts.values() for amount in row]

    def all_dates(self) -> list[DateSpot]:
        """Dates of the whole document."""
        return [spot for row in self.dates.values() for spot in row]

    def all_ids(self, kind: str) -> list[IdSpot]:
        """VAT ids ("vat") or IBANs ("iban") of the whole document."""
        return [spot for row in self.ids.values() for spot in row if spot.kind == kind]


def find_spots(layout: Layout, months: dict[str, int], mark: Mark, order: Order) -> Spots:
    """Find and read everything typed; `mark` and `order` are what is usual in the document's language."""
    dates: list[tuple[Phrase, DateText]] = []
    numbers: list[tuple[Phrase, Printed]] = []
    ids: list[tuple[Phrase, str, int, int, str]] = []
    for phrase in layout.phrases:
        text = phrase.text
        if not any(char.isdigit() for char in text):
            continue
        taken: list[tuple[int, int]] = []
        for iban in find_ibans(text):
            ids.append((phrase, "iban", iban.begin, iban.end, iban.value))
            taken.append((iban.begin, iban.end))
        for vat in find_vat_ids(text):
            if not _inside(vat.begin, vat.end, taken):
                ids.append((phrase, "vat", vat.begin, vat.end, vat.value))
                taken.append((vat.begin, vat.end))
        for day in (*find_dates(text, months), *_broken_date(layout, phrase, months)):
            if not _inside(day.begin, day.end, taken):
                dates.append((phrase, day))
                taken.append((day.begin, day.end))
        numbers.extend(
            (phrase, number)
            for number in _split_wide(phrase, find_numbers(text))
            if not _inside(number.begin, number.end, taken)
        )
    spots = Spots(
        infer_mark((number.digits for _, number in numbers), mark), *infer_order((day for _, day in dates), order)
    )
    _place(spots, dates, numbers, ids)
    return spots


def _broken_date(layout: Layout, phrase: Phrase, months: dict[str, int]) -> Iterator[DateText]:
    """A date whose year, or month and year, stand on the next line of its cell: `Date: 24 May` / `2025`."""
    if not _DAY.search(phrase.text) or (rest := continued(layout, phrase.row, phrase.end - 1)) is None:
        return
    row, index = rest
    joint = "" if phrase.text[-1] in "-/." and not phrase.text[-2:-1].isalpha() else " "
    whole = f"{phrase.text}{joint}{row.text(index, index + 2)}"
    for day in find_dates(whole, months):
        if day.begin < len(phrase.text) < day.end:
            yield day._replace(end=len(phrase.text))


def _place(
    spots: Spots,
    dates: list[tuple[Phrase, DateText]],
    numbers: list[tuple[Phrase, Printed]],
    ids: list[tuple[Phrase, str, int, int, str]],
) -> None:
    for phrase, number in numbers:
        read = read_number(number.digits, spots.mark)
        if read is None or len(number.digits) > 20:
            continue
        first, last = phrase.words_at(number.begin, number.end)
        spots.amounts.setdefault(phrase.row.index, []).append(
            Amount(
                row=phrase.row, first=first, last=last, text=phrase.text[number.begin : number.end].strip(),
                phrase=phrase, begin=number.begin, value=-read[0] if number.negative else read[0], places=read[1],
                currency=number.currency, percent=number.percent, signed=number.signed,
            )
        )  # fmt: skip
    for phrase, day in dates:
        value = read_date(day, spots.order)
        if value is None:
            continue
        first, last = phrase.words_at(day.begin, day.end)
        loose = day.loose and day.parts[1] <= 12 and day.parts[2] <= 12 and day.parts[1] != day.parts[2]
        spots.dates.setdefault(phrase.row.index, []).append(
            DateSpot(
                row=phrase.row, first=first, last=last, text=phrase.text[day.begin : day.end], phrase=phrase,
                begin=day.begin, value=value, loose=loose,
            )
        )  # fmt: skip
    for phrase, kind, begin, end, compacted in ids:
        first, last = phrase.words_at(begin, end)
        spots.ids.setdefault(phrase.row.index, []).append(
            IdSpot(
                row=phrase.row, first=first, last=last, text=phrase.text[begin:end], phrase=phrase, begin=begin,
                kind=kind, value=compacted,
            )
        )  # fmt: skip


def _inside(begin: int, end: int, taken: list[tuple[int, int]]) -> bool:
    return any(begin < stop and end > start for start, stop in taken)


def _split_wide(phrase: Phrase, numbers: list[Printed]) -> list[Printed]:
    """Take numbers apart whose groups of digits stand too far apart to be one (`1  278.61` is two columns)."""
    if not any(" " in number.digits for number in numbers):
        return numbers
    parted: list[Printed] = []
    for number in numbers:
        if " " not in number.digits:
            parted.append(number)
            continue
        row = phrase.row
        first, last = phrase.words_at(number.inner, number.inner + len(number.digits))
        gaps = [row.x0[i + 1] - row.x1[i] for i in range(first, last - 1)]
        digit = (row.x1[last - 1] - row.x0[first] - sum(gaps)) / max(sum(len(w.text) for w in row.words[first:last]), 1)
        if all(gap <= max(0.3 * row.words[first].size, 1.08 * digit) for gap in gaps):
            parted.append(number)
            continue
        at = number.inner
        for piece in number.digits.split(" "):
            shifted = (p._replace(begin=at + p.begin, end=at + p.end, inner=at + p.inner) for p in find_numbers(piece))
            parted.extend(shifted)
            at += len(piece) + 1
    return parted
