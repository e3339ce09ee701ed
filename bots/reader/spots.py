"""Typed things on the page: amounts, percentages, dates and ids, each with the words that it stands on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from bots.reader.amounts import Mark, MarkVotes, Printed, depends_on_mark, find_numbers, read_number
from bots.reader.dates import DateText, Order, OrderVotes, find_dates, read_date
from bots.reader.figures import Money
from bots.reader.ids import find_ibans, find_vat_ids
from bots.reader.layout import Layout, Phrase, Row, box_of, continued
from bots.reader.reading import Box
from bots.reader.shelves import ByRow, Form
from connectors.words import Word

__all__ = ["Amount", "DateSpot", "IdSpot", "Spot", "Spots", "find_spots"]


_DAY = re.compile(
    r"\b\d{1,2}(?:st|nd|rd|th|er|\.)?(?:\s(?:de\s)?[^\W\d_]{3,12}\.?,?)?$|\b\d{1,2}[\-/.]\d{1,2}[\-/.]$|\b(?:19|20)\d\d-(?:\d\d-)?$"
)
"""The beginning of a date at the end of a line."""
_LONGEST = 20
"""Characters of the longest number."""


@dataclass(slots=True, kw_only=True, weakref_slot=True)
class Spot:
    """Something at words first..last of a row: characters begin..end of the text of the phrase that begins at `start`.

    It keeps neither text nor phrase: the row has them, and of a long document only while they are looked at.
    """

    row: Row
    first: int
    last: int
    start: int
    begin: int
    end: int

    @property
    def phrase(self) -> Phrase:
        return next(phrase for phrase in self.row.phrases if phrase.start == self.start)

    @property
    def text(self) -> str:
        return self.row.text(self.start, self.last)[self.begin : self.end]

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
    """A number with its sign; `places` are its printed decimals, `currency` the symbol beside it; `loose` is how it is
    printed when the document's decimal mark decides what it is."""

    value: Decimal
    places: int
    currency: str
    percent: bool
    signed: bool
    loose: Printed | None = None

    @property
    def text(self) -> str:
        return self.row.text(self.start, self.last)[self.begin : self.end].strip()

    @property
    def money(self) -> bool:
        """Whether it is printed as money: two decimals or a currency."""
        return not self.percent and (self.places == 2 or bool(self.currency))


@dataclass(slots=True, kw_only=True)
class DateSpot(Spot):
    """A date; `loose` when day and month could be read the other way round; `day` is how it is printed when the
    document's order of day and month decides what it is."""

    value: date
    loose: bool
    day: DateText | None = None


@dataclass(slots=True, kw_only=True)
class IdSpot(Spot):
    """A VAT id or IBAN in compact form."""

    kind: str
    value: str


S = TypeVar("S", bound=Spot)
SpotsByRow = dict[int, list[S]] | ByRow[S]


@dataclass(slots=True)
class Spots:
    """All typed things by row index, from left to right, and the document's habits.

    Attributes:
        mark: the decimal mark.
        order: order of day and month; `order_shown` tells whether the document itself shows it.
        money: the values of the amounts that are money.
    """

    mark: Mark
    order: Order
    order_shown: bool
    amounts: SpotsByRow[Amount]
    dates: SpotsByRow[DateSpot]
    ids: SpotsByRow[IdSpot]
    money: Money = field(default_factory=Money)

    def all_dates(self) -> Iterator[DateSpot]:
        """Dates of the whole document."""
        return chain.from_iterable(self.dates.values())


def _where(spot: Spot) -> tuple[int, int, int, int, int]:
    return spot.first, spot.last, spot.start, spot.begin, spot.end


def _pack_amount(amount: Amount) -> tuple[Any, ...]:
    loose = tuple(amount.loose) if amount.loose is not None else None
    return (
        *_where(amount), str(amount.value), amount.places, amount.currency, amount.percent, amount.signed, loose,
    )  # fmt: skip


def _make_amount(row: Row, values: tuple[Any, ...]) -> Amount:
    first, last, start, begin, end, value, places, currency, percent, signed, loose = values
    return Amount(
        row=row, first=first, last=last, start=start, begin=begin, end=end, value=Decimal(value), places=places,
        currency=currency, percent=percent, signed=signed, loose=Printed(*loose) if loose is not None else None,
    )  # fmt: skip


def _pack_date(spot: DateSpot) -> tuple[Any, ...]:
    return *_where(spot), spot.value.toordinal(), spot.loose, tuple(spot.day) if spot.day is not None else None


def _make_date(row: Row, values: tuple[Any, ...]) -> DateSpot:
    first, last, start, begin, end, value, loose, day = values
    return DateSpot(
        row=row, first=first, last=last, start=start, begin=begin, end=end, value=date.fromordinal(value), loose=loose,
        day=DateText(*day) if day is not None else None,
    )  # fmt: skip


def _pack_id(spot: IdSpot) -> tuple[Any, ...]:
    return *_where(spot), spot.kind, spot.value


def _make_id(row: Row, values: tuple[Any, ...]) -> IdSpot:
    first, last, start, begin, end, kind, value = values
    return IdSpot(row=row, first=first, last=last, start=start, begin=begin, end=end, kind=kind, value=value)


_AMOUNTS, _DATES, _IDS = Form(_pack_amount, _make_amount), Form(_pack_date, _make_date), Form(_pack_id, _make_id)


def _kept(layout: Layout, form: Form[S]) -> SpotsByRow[S]:
    return layout.by_row(lambda desk, row: ByRow(desk, form, row))


class _Habits(NamedTuple):
    """Numbers of the months' names, and the usual order of day and month."""

    months: Mapping[str, int]
    order: Order


def find_spots(layout: Layout, rows: Iterable[Row], months: dict[str, int], mark: Mark, order: Order) -> Spots:
    """Find and read everything typed in the rows; `mark` and `order` are what is usual in the document's language.

    All is read at once, as is usual; what the document's own habits may change is read again at the end.
    """
    spots = Spots(
        mark, order, order_shown=False, amounts=_kept(layout, _AMOUNTS), dates=_kept(layout, _DATES),
        ids=_kept(layout, _IDS),
    )  # fmt: skip
    marks, orders = MarkVotes(), OrderVotes()
    habits = _Habits(months, order)
    loose = False
    for row in rows:
        amounts: list[Amount] = []
        for phrase in row.phrases:
            if not any(char.isdigit() for char in phrase.text):
                continue
            taken: list[tuple[int, int]] = []
            _put(spots.ids, row, _ids_in(phrase, taken))
            dates = list(_dates_in(layout, phrase, habits, taken))
            _put(spots.dates, row, dates)
            for spot in dates:
                if spot.day is not None:
                    orders.add(spot.day)
            for number in _split_wide(phrase, find_numbers(phrase.text)):
                if not _inside(number.begin, number.end, taken):
                    marks.add(number.digits)
                    if (amount := _amount(phrase, number, mark)) is not None:
                        amounts.append(amount)
        _put(spots.amounts, row, amounts)
        spots.money.add(row.index, _money(amounts))
        loose = loose or any(amount.loose is not None for amount in amounts)
    spots.mark = marks.mark(mark)
    spots.order, spots.order_shown = orders.order(order)
    if loose and spots.mark != mark:
        _settle_amounts(spots)
    if spots.order != order:
        _settle_dates(spots)
    return spots


def _settle_amounts(spots: Spots) -> None:
    """Read again what was read with a decimal mark that is not the document's."""

    def read(amount: Amount) -> None:
        if amount.loose is not None:
            amount.value, amount.places = _valued(amount.loose, spots.mark) or (amount.value, amount.places)

    _revise(spots.amounts, read)
    spots.money = Money()
    for index, amounts in spots.amounts.items():
        spots.money.add(index, _money(amounts))


def _settle_dates(spots: Spots) -> None:
    """Read again what was read in an order of day and month that is not the document's."""

    def read(spot: DateSpot) -> None:
        if spot.day is not None:
            spot.value = read_date(spot.day, spots.order) or spot.value

    _revise(spots.dates, read)


def _money(amounts: Iterable[Amount]) -> list[Decimal]:
    return [amount.value for amount in amounts if amount.money]


def _revise(found: SpotsByRow[S], change: Callable[[S], None]) -> None:
    if isinstance(found, ByRow):
        found.revise(change)
    else:
        for spot in chain.from_iterable(found.values()):
            change(spot)


def _put(found: SpotsByRow[S], row: Row, new: list[S]) -> None:
    if new:
        found.setdefault(row.index, []).extend(new)


def _ids_in(phrase: Phrase, taken: list[tuple[int, int]]) -> list[IdSpot]:
    """IBANs, and VAT ids where no IBAN stands; where they stand is noted as taken."""
    found: list[IdSpot] = []
    for kind, ids in (("iban", find_ibans(phrase.text)), ("vat", find_vat_ids(phrase.text))):
        for one in ids:
            if kind == "iban" or not _inside(one.begin, one.end, taken):
                first, last = phrase.words_at(one.begin, one.end)
                found.append(
                    IdSpot(
                        row=phrase.row, first=first, last=last, start=phrase.start, begin=one.begin, end=one.end,
                        kind=kind, value=one.value,
                    )
                )  # fmt: skip
                taken.append((one.begin, one.end))
    return found


def _dates_in(layout: Layout, phrase: Phrase, habits: _Habits, taken: list[tuple[int, int]]) -> Iterator[DateSpot]:
    """Dates where nothing else stands; where they stand is noted as taken."""
    months = habits.months
    for day in (*find_dates(phrase.text, months), *_broken_date(layout, phrase, months)):
        if _inside(day.begin, day.end, taken):
            continue
        taken.append((day.begin, day.end))
        value = read_date(day, habits.order)
        if value is not None:
            first, last = phrase.words_at(day.begin, day.end)
            loose = day.loose and day.parts[1] <= 12 and day.parts[2] <= 12 and day.parts[1] != day.parts[2]
            yield DateSpot(
                row=phrase.row, first=first, last=last, start=phrase.start, begin=day.begin, end=day.end, value=value,
                loose=loose, day=day if day.loose else None,
            )  # fmt: skip


def _amount(phrase: Phrase, number: Printed, mark: Mark) -> Amount | None:
    read = _valued(number, mark)
    if read is None:
        return None
    first, last = phrase.words_at(number.begin, number.end)
    return Amount(
        row=phrase.row, first=first, last=last, start=phrase.start, begin=number.begin, end=number.end, value=read[0],
        places=read[1], currency=number.currency, percent=number.percent, signed=number.signed,
        loose=number if depends_on_mark(number.digits) else None,
    )  # fmt: skip


def _valued(number: Printed, mark: Mark) -> tuple[Decimal, int] | None:
    """The number with its sign, and its decimal places; None for what is too long to be one."""
    read = read_number(number.digits, mark) if len(number.digits) <= _LONGEST else None
    return (-read[0] if number.negative else read[0], read[1]) if read is not None else None


def _broken_date(layout: Layout, phrase: Phrase, months: Mapping[str, int]) -> Iterator[DateText]:
    """A date whose year, or month and year, stand on the next line of its cell: `Date: 24 May` / `2025`."""
    if not _DAY.search(phrase.text) or (rest := continued(layout, phrase.row, phrase.end - 1)) is None:
        return
    row, index = rest
    joint = "" if phrase.text[-1] in "-/." and not phrase.text[-2:-1].isalpha() else " "
    whole = f"{phrase.text}{joint}{row.text(index, index + 2)}"
    for day in find_dates(whole, months):
        if day.begin < len(phrase.text) < day.end:
            yield day._replace(end=len(phrase.text))


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
