"""What is printed anywhere on the pages of a document: numbers, dates, ids and words, whatever they may mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise, product

from bots.reader.amounts import Mark, Printed, currency_of, find_numbers, read_number
from bots.reader.dates import find_dates, read_date
from bots.reader.folding import fold
from bots.reader.ids import compact, find_ibans, find_vat_ids
from bots.reader.languages import lexicon
from bots.reader.layout import Row, lay_out
from bots.reader.page import Page

__all__ = ["PrintedText"]

_LONG = 5
_COUNT = 100
_WRAPS = 2
"""Rows in which a cell may go on: another column's row can lie between."""
_DAYS = "tag|kalendertag|day|calendar day|d[ií]a|jour|giorn|gg|dag|dage|dni|dn[íů]|nap|zile|ημ[έε]ρ|dies|egun"
"""How "days" begins in the languages of `config/languages`."""
_WORDS = re.compile(r"[^\W_]+")
_SYMBOL = re.compile(r"[A-Z]{0,2}[€£$¥₪₹₽₺]|(?<![^\W\d_])(?:[A-Z]{3}|zł|Kč|Ft|[Kk]r|[Ee]uros?|EURO)(?![^\W\d_])")


@dataclass(frozen=True)
class PrintedText:
    """The rows of a document or of a part of it.  Looked up again and again: what is found is kept."""

    laid_out: tuple[Row, ...] = ()
    words: tuple[str, ...] = ()
    pages: tuple[int, int] = (1, 1)

    @classmethod
    def of(cls, pages: Sequence[Page]) -> PrintedText:
        """Everything on these pages."""
        words = tuple(word.text for page in pages for word in page.words)
        return cls(tuple(lay_out(pages).rows), words, (pages[0].number, pages[-1].number) if pages else (1, 1))

    def band(self, page: int, top: float, bottom: float) -> PrintedText:
        """What is printed across one page between two heights."""
        inside = [row for row in self.laid_out if row.page == page and top < (row.top + row.bottom) / 2 < bottom]
        return PrintedText(tuple(inside), tuple(word.text for row in inside for word in row.words), (page, page))

    def __add__(self, other: PrintedText) -> PrintedText:
        pages = (self.pages[0], other.pages[1])
        return PrintedText((*self.laid_out, *other.laid_out), (*self.words, *other.words), pages)

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """The text of each row."""
        return tuple(row.text() for row in self.laid_out)

    @cached_property
    def phrases(self) -> tuple[str, ...]:
        """Words that stand close together in a row."""
        return tuple(phrase.text for row in self.laid_out for phrase in row.phrases)

    def _texts(self) -> Iterable[str]:
        yield from self.rows
        yield from self.phrases
        yield from self.words

    @cached_property
    def _numbers(self) -> tuple[tuple[Printed, Decimal], ...]:
        """All numbers with their sign, read with either decimal mark where that is open."""
        both: tuple[Mark, Mark] = (",", ".")
        return tuple(
            (printed, -read[0] if printed.negative else read[0])
            for text in self._texts()
            for printed in find_numbers(text)
            for mark in both
            if (read := read_number(printed.digits, mark)) is not None
        )

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
    def dates(self) -> frozenset[date]:
        """All dates, in either order where that is open."""
        months = dict(lexicon().months)
        found = {
            read
            for text in self._texts()
            for printed in find_dates(text, months)
            for read in (read_date(printed, "dmy"), read_date(printed, "mdy"))
            if read is not None
        }
        return frozenset(found)

    def has_days(self, count: int) -> bool:
        """Whether a term of so many days is printed."""
        term = re.compile(rf"\b{count}\s*\W?\s*(?:{_DAYS})", re.IGNORECASE)
        return any(term.search(text) for text in self.rows)

    @cached_property
    def letters(self) -> str:
        """Letters and digits of all rows, then of all phrases, then of all words in the order of the content."""
        return "|".join(compact("".join(texts)) for texts in (self.rows, self.phrases, self.words))

    def has_letters(self, text: str) -> bool:
        """Whether the letters and digits of the text are printed in this order."""
        return compact(text) in self.letters

    @cached_property
    def tokens(self) -> frozenset[str]:
        """All words, folded; what a hyphen divides counts whole and in parts."""
        found = {token for word in self.words for token in _WORDS.findall(fold(word))}
        found |= {"".join(_WORDS.findall(fold(word))) for word in self.words}
        return frozenset(found)

    def missing_words(self, text: str) -> list[str]:
        """The words of the text that are printed nowhere."""
        missing = [token for token in _WORDS.findall(fold(text)) if token not in self.tokens]
        return [token for token in missing if not (token.isalpha() and len(token) >= _LONG and self.has_letters(token))]

    @cached_property
    def neighbours(self) -> frozenset[tuple[str, str]]:
        """Pairs of words beside each other, or where a cell's text goes on under it; folded, in either order."""
        tokens = [_WORDS.findall(fold(text)) for text in (*self.rows, *self.phrases)]
        pairs = {pair for row in tokens for pair in pairwise(row)} | set(self._wrapped())
        return frozenset(pairs | {(second, first) for first, second in pairs})

    def _wrapped(self) -> Iterator[tuple[str, str]]:
        """The last word of each phrase with the first word of what begins under it, in the same cell."""
        for at, upper in enumerate(self.laid_out):
            for lower in self.laid_out[at + 1 : at + 1 + _WRAPS]:
                if lower.page != upper.page or lower.top - upper.bottom > upper.height:
                    break
                for above, below in product(upper.phrases, lower.phrases):
                    if below.x0 < above.x1 and above.x0 < below.x1:
                        ends, begins = _WORDS.findall(fold(above.text)), _WORDS.findall(fold(below.text))
                        if ends and begins:
                            yield ends[-1], begins[0]

    def shows(self, text: str) -> bool:
        """Whether all words of the text are printed, and each of its figures beside a word that it stands beside in it.

        A lone figure proves nothing: a page is full of them.
        """
        if self.missing_words(text):
            return False
        words = _WORDS.findall(fold(text))
        lonely = [
            at
            for at, word in enumerate(words)
            if any(char.isdigit() for char in word)
            and not any(
                (word, other) in self.neighbours for other in (*words[max(at - 1, 0) : at], *words[at + 1 :][:1])
            )
        ]
        return not lonely or len(words) == 1 or self.has_letters(text)

    def has_figure(self, text: str) -> bool:
        """Whether a figure is printed: as a date, as a number, or as it is written."""
        dates = [read_date(found, "dmy") for found in find_dates(text, dict(lexicon().months))]
        if dates:
            return all(found in self.dates for found in dates)
        numbers = [read_number(found.digits, ",") for found in find_numbers(text)]
        return not self.missing_words(text) or any(found is not None and found[0] in self.numbers for found in numbers)

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
        return any(re.search(r"\b(?:BIC|SWIFT)\b", text, re.IGNORECASE) for text in self.rows)
