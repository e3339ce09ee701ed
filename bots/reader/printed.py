"""What is printed anywhere on the pages of a document: numbers, dates, ids and words, whatever they may mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from bots.reader.amounts import Mark, Printed, currency_of, find_numbers, read_number
from bots.reader.dates import DateText, Order, find_dates, infer_order, read_date
from bots.reader.ids import find_ibans, find_vat_ids
from bots.reader.languages import lexicon
from bots.reader.layout import Row, lay_out
from bots.reader.page import Page
from bots.reader.wording import Wording, parts_of

__all__ = ["PrintedRow", "PrintedText"]

_COUNT = 100
_DAYS = "tag|kalendertag|day|calendar day|d[ií]a|jour|giorn|gg|dag|dage|dni|dn[íů]|nap|zile|ημ[έε]ρ|dies|egun"
"""How "days" begins in the languages of `config/languages`."""
_TO = re.compile(r"\s*(?:[\-\u2010-\u2015]|[^\W\d_]{1,3})\s*")
"""What stands between the two ends of a period: a dash, or a word such as "to", "bis", "al"."""
_SYMBOL = re.compile(r"[A-Z]{0,2}[€£$¥₪₹₽₺]|(?<![^\W\d_])(?:[A-Z]{3}|zł|Kč|Ft|[Kk]r|[Ee]uros?|EURO)(?![^\W\d_])")


@dataclass(frozen=True)
class PrintedRow:
    """One row; the numbers and words in it are looked for once, for the whole page and for each part of it."""

    row: Row

    @property
    def page(self) -> int:
        return self.row.page

    @property
    def top(self) -> float:
        return self.row.top

    @property
    def bottom(self) -> float:
        return self.row.bottom

    @property
    def middle(self) -> float:
        return (self.row.top + self.row.bottom) / 2

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The whole row, the words that stand close together, each word."""
        return (
            self.row.text(),
            *(phrase.text for phrase in self.row.phrases),
            *(word.text for word in self.row.words),
        )

    @cached_property
    def numbers(self) -> tuple[tuple[Printed, Decimal], ...]:
        """All numbers with their sign, read with either decimal mark where that is open."""
        both: tuple[Mark, Mark] = (",", ".")
        return tuple(
            (printed, -read[0] if printed.negative else read[0])
            for text in dict.fromkeys(self.texts)
            for printed in find_numbers(text)
            for mark in both
            if (read := read_number(printed.digits, mark)) is not None
        )

    @cached_property
    def values(self) -> frozenset[Decimal]:
        """The values of its numbers without their sign."""
        return frozenset(abs(value) for _, value in self.numbers)

    @cached_property
    def parts(self) -> frozenset[str]:
        """Its runs of letters and digits, folded."""
        return frozenset(part for word in self.row.words for part in parts_of(word.text))


@dataclass(frozen=True)
class PrintedText:
    """The rows of a document or of a part of it.  Looked up again and again: what is found is kept."""

    laid_out: tuple[PrintedRow, ...] = ()
    words: tuple[str, ...] = ()
    pages: tuple[int, int] = (1, 1)

    @classmethod
    def of(cls, pages: Sequence[Page]) -> PrintedText:
        """Everything on these pages."""
        words = tuple(word.text for page in pages for word in page.words)
        rows = tuple(PrintedRow(row) for row in lay_out(pages).rows)
        return cls(rows, words, (pages[0].number, pages[-1].number) if pages else (1, 1))

    @cached_property
    def _parts(self) -> dict[tuple[int, ...], PrintedText]:
        return {}

    def part(self, rows: tuple[int, ...]) -> PrintedText:
        """These rows alone."""
        if rows not in self._parts:
            inside = tuple(self.laid_out[at] for at in rows)
            words = tuple(word.text for row in inside for word in row.row.words)
            self._parts[rows] = PrintedText(inside, words, (inside[0].page, inside[-1].page))
        return self._parts[rows]

    @cached_property
    def wording(self) -> Wording:
        """Its words."""
        return Wording(tuple(row.row for row in self.laid_out), self.words)

    def _texts(self) -> Iterator[str]:
        for row in self.laid_out:
            yield from row.texts

    @property
    def _numbers(self) -> Iterator[tuple[Printed, Decimal]]:
        return (number for row in self.laid_out for number in row.numbers)

    @cached_property
    def numbers(self) -> frozenset[Decimal]:
        """The values of all numbers."""
        return frozenset(value for _, value in self._numbers)

    @cached_property
    def amounts(self) -> frozenset[Decimal]:
        """The numbers that may be money: those with decimal places or a currency, and those too large for a count."""
        return frozenset(
            value
            for printed, value in self._numbers
            if printed.currency or not printed.digits.isdigit() or abs(value) >= _COUNT
        )

    def has_number(self, value: Decimal) -> bool:
        """Whether the number is printed, with or without its sign."""
        return value in self.numbers or -value in self.numbers

    def has_amount(self, value: Decimal, *, signed: bool) -> bool:
        """Whether the amount is printed; without its sign unless `signed`."""
        return value in self.amounts or (not signed and -value in self.amounts)

    @cached_property
    def _dates(self) -> tuple[tuple[str, DateText], ...]:
        """All dates with the text that they stand in."""
        months = dict(lexicon().months)
        return tuple((text, found) for text in dict.fromkeys(self._texts()) for found in find_dates(text, months))

    @cached_property
    def _orders(self) -> tuple[Order, ...]:
        """In which orders day and month may stand: the one that the dates show, else both."""
        order, shown = infer_order((found for _, found in self._dates), "dmy")
        return (order,) if shown else ("dmy", "mdy")

    @cached_property
    def dates_by_order(self) -> tuple[frozenset[date], ...]:
        """All dates: once for each order in which day and month may stand; with points between, the day comes first."""
        return tuple(frozenset(self._dates_in(order)) for order in self._orders)

    def _dates_in(self, order: Order) -> Iterator[date]:
        for text, found in self._dates:
            day = read_date(found, "dmy" if "." in text[found.begin : found.end] else order)
            if day is not None:
                yield day

    @cached_property
    def dates(self) -> frozenset[date]:
        """All dates, in either order where that is open."""
        return frozenset().union(*self.dates_by_order)

    @cached_property
    def spans(self) -> frozenset[tuple[date, date]]:
        """The first and last day of each period that is printed as such, "01.04.2024 - 30.06.2024"; in either order
        where that is open."""
        months = dict(lexicon().months)
        found = set()
        for text in (row.row.text() for row in self.laid_out):
            for first, second in pairwise(find_dates(text, months)):
                between = text[first.end : second.begin]
                for order in self._orders if _TO.fullmatch(between) else ():
                    begin, end = read_date(first, order), read_date(second, order)
                    if begin is not None and end is not None and begin < end:
                        found.add((begin, end))
        return frozenset(found)

    def has_days(self, count: int) -> bool:
        """Whether a term of so many days is printed."""
        term = re.compile(rf"\b{count}\s*\W?\s*(?:{_DAYS})", re.IGNORECASE)
        return any(term.search(row.row.text()) for row in self.laid_out)

    def has_figure(self, text: str) -> bool:
        """Whether a figure is printed: as a date, as a number, or as it is written; `01` only so."""
        dates = [read_date(found, "dmy") for found in find_dates(text, dict(lexicon().months))]
        if dates:
            return all(found in self.dates for found in dates)
        padded = re.match(r"\W*0\d", text) is not None
        numbers = [read_number(found.digits, ",") for found in find_numbers(text)] if not padded else []
        return not self.wording.missing_words(text) or any(
            found is not None and found[0] in self.numbers for found in numbers
        )

    @cached_property
    def currencies(self) -> frozenset[str]:
        """ISO codes of all currencies that are named or drawn."""
        found = {currency_of(symbol) for word in self.words for symbol in _SYMBOL.findall(word)}
        return frozenset(found - {""})

    @cached_property
    def vat_ids(self) -> frozenset[str]:
        """All VAT ids with a country prefix."""
        return frozenset(found.value for text in self._texts() for found in find_vat_ids(text))

    @cached_property
    def ibans(self) -> frozenset[str]:
        """All IBANs."""
        return frozenset(found.value for text in self._texts() for found in find_ibans(text))

    @cached_property
    def names_a_bic(self) -> bool:
        """Whether BIC or SWIFT is written anywhere."""
        return any(re.search(r"\b(?:BIC|SWIFT)\b", row.row.text(), re.IGNORECASE) for row in self.laid_out)
