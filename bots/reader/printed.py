"""What is printed anywhere on the pages of a document: numbers, dates, ids and words, whatever they may mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from bots.reader.amounts import currency_of, find_numbers, read_number
from bots.reader.dates import find_dates, read_date
from bots.reader.folding import fold
from bots.reader.ids import compact, find_ibans, find_vat_ids
from bots.reader.languages import lexicon
from bots.reader.layout import lay_out
from bots.reader.page import Page

__all__ = ["PrintedText"]

_LONG = 5
_DAYS = "tag|kalendertag|day|calendar day|d[ií]a|jour|giorn|gg|dag|dage|dni|dn[íů]|nap|zile|ημ[έε]ρ|dies|egun"
"""How "days" begins in the languages of `config/languages`."""
_WORDS = re.compile(r"[^\W_]+")
_SYMBOL = re.compile(r"[A-Z]{0,2}[€£$¥₪₹₽₺]|(?<![^\W\d_])(?:[A-Z]{3}|zł|Kč|Ft|[Kk]r|[Ee]uros?|EURO)(?![^\W\d_])")


@dataclass(frozen=True)
class PrintedText:
    """The rows of a document, and the phrases in them (words that stand close together)."""

    rows: tuple[str, ...]
    phrases: tuple[str, ...]
    words: tuple[str, ...]

    @classmethod
    def of(cls, pages: Sequence[Page]) -> PrintedText:
        """Everything on these pages."""
        layout = lay_out(pages)
        return cls(
            rows=tuple(row.text() for row in layout.rows),
            phrases=tuple(phrase.text for phrase in layout.phrases),
            words=tuple(word.text for page in pages for word in page.words),
        )

    def _texts(self) -> Iterable[str]:
        yield from self.rows
        yield from self.phrases
        yield from self.words

    @cached_property
    def numbers(self) -> frozenset[Decimal]:
        """All numbers with their sign, read with either decimal mark where that is open."""
        found: set[Decimal] = set()
        for text in self._texts():
            for printed in find_numbers(text):
                for mark in (",", "."):
                    read = read_number(printed.digits, "," if mark == "," else ".")
                    if read is not None:
                        found.add(-read[0] if printed.negative else read[0])
        return frozenset(found)

    def has_number(self, value: Decimal, *, signed: bool) -> bool:
        """Whether the number is printed; without its sign unless `signed`."""
        return value in self.numbers or (not signed and -value in self.numbers)

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
