"""Numbers as printed: found in a phrase, and read with the decimal mark that the document itself uses.

Grouping may be a point, a comma, a blank or an apostrophe (`1.234,56`, `1,234.56`, `1 234,56`, `1'234.56`); a lone mark
followed by three digits (`1.234`) is the only form that needs the document's habit to be read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal, NamedTuple

__all__ = [
    "CURRENCIES",
    "Mark",
    "MarkVotes",
    "Printed",
    "currency_of",
    "depends_on_mark",
    "find_numbers",
    "infer_mark",
    "read_number",
]

Mark = Literal[",", "."]

_CODES = (
    "EUR USD GBP CHF SEK DKK NOK PLN CZK HUF RON BGN ISK TRY ILS INR MYR SGD AUD CAD NZD JPY CNY HKD BRL MXN ZAR AED "
    "SAR RUB UAH RSD THB IDR PHP KRW ARS CLP COP PEN MAD TND KWD BHD"
)
CURRENCIES = frozenset(_CODES.split())
_SYMBOLS = {
    "€": "EUR", "£": "GBP", "₪": "ILS", "₹": "INR", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "¥": "JPY", "₽": "RUB",
    "₺": "TRY", "Rs.": "INR", "Rs": "INR", "RM": "MYR", "US$": "USD", "A$": "AUD", "C$": "CAD", "CA$": "CAD",
    "S$": "SGD", "HK$": "HKD", "NZ$": "NZD", "AU$": "AUD", "R$": "BRL", "lei": "RON", "Lei": "RON", "$": "USD",
    "Fr.": "CHF", "SFr.": "CHF", "€uros": "EUR", "Eur": "EUR", "Euro": "EUR", "euros": "EUR", "EUROS": "EUR",
    "Euros": "EUR", "euro": "EUR", "EURO": "EUR", "eur": "EUR",
}  # fmt: skip
_CURRENCY = "|".join(re.escape(s) for s in sorted([*_SYMBOLS, *CURRENCIES], key=len, reverse=True)) + r"|kr\.?"
_MINUS = r"\-\u2212\u2013\u2010\u2011"
_LABEL_END = re.compile(r":(?=\s*$)|\.{3,}|…|_{3,}")
_NUMBER = re.compile(
    rf"""(?<![\w.,/{_MINUS}])(?<!\d:)
    (?P<open>\()?
    (?P<sign1>[{_MINUS}+])?\s?
    (?P<before>(?:{_CURRENCY})(?![a-z]))?\s?
    (?P<sign2>[{_MINUS}+])?\s?
    (?P<number>\d{{1,3}}(?:(?P<group>[.,'\u2019\s])\d{{3}})(?:(?P=group)\d{{3}})*(?:\s?[.,]\d{{1,4}})?(?!\d)
        |\d+(?:\s?[.,]\s?\d{{1,6}})?(?!\d)|[.,]\d{{2}}(?!\d))
    (?P<dash>,-{{1,2}}|,[\u2013\u2014])?
    (?P<sign3>[{_MINUS}](?![\w]))?
    (?:\s?(?P<after>%|(?:{_CURRENCY})(?![A-Za-z])))?
    (?P<close>\))?
    (?![\w/]|[.,:]\w|[{_MINUS}]\w)""",
    re.VERBOSE,
)


class Printed(NamedTuple):
    """A number as printed in a text.

    Attributes:
        digits: the number's own characters, without sign and currency.
        begin, end: where the whole thing stands in the text, sign and currency included.
        inner: where its digits begin.
        negative: a minus before or behind, or brackets.
        currency: ISO code of the symbol or code beside it, "" without one, "kr" where the country decides.
        percent: a percent sign follows.
    """

    digits: str
    begin: int
    end: int
    inner: int
    negative: bool
    currency: str
    percent: bool
    signed: bool = False


def find_numbers(text: str) -> list[Printed]:
    """Every number in the text that stands by itself (not a part of a word, date or code)."""
    found = []
    for match in _NUMBER.finditer(text):
        symbol = match["before"] or (match["after"] if match["after"] != "%" else None) or ""
        minus = any(sign and sign != "+" for sign in (match["sign1"], match["sign2"], match["sign3"]))
        if minus and match.start() and match["sign1"] and not match["before"] and text[match.end("sign1")].isspace():
            minus = False  # "2 - 41049 SASSUOLO": a dash between two things
        bracketed = bool(match["open"] and match["close"]) and _alone(text[: match.start()], text[match.end() :])
        end = match.end() - 1 if match["close"] and not bracketed else match.end()
        found.append(
            Printed(
                digits=match["number"],
                begin=match.start() + 1 if match["open"] and not bracketed else match.start(),
                end=end,
                inner=match.start("number"),
                negative=minus or (bracketed and ("." in match["number"] or "," in match["number"])),
                currency=currency_of(symbol) if symbol else "",
                percent=match["after"] == "%",
                signed=bool(match["sign1"] or match["sign2"] or match["sign3"]),
            )
        )
    return found


def _alone(before: str, after: str) -> bool:
    """Whether nothing but a currency stands around brackets: `EUR (12.00)` is negative, `card (12.00)` is not; a label
    ends with a colon or a leader (`Net ......... (12.00)`)."""
    before = _LABEL_END.split(before)[-1]
    return all(not rest.strip() or currency_of(rest.strip()) for rest in (before, after))


def currency_of(symbol: str) -> str:
    """ISO code of a currency's symbol or code as printed; "kr" for a krone of unknown country; "" for neither."""
    if symbol in CURRENCIES:
        return symbol
    if symbol.rstrip(".").lower() == "kr":
        return "kr"
    return _SYMBOLS.get(symbol, "")


class MarkVotes:
    """What the numbers of a document say about its decimal mark, one number after the other."""

    def __init__(self) -> None:
        self._votes: Counter[str] = Counter()

    def add(self, digits: str) -> None:
        """Count what this number says, if anything."""
        marks = [char for char in digits if char in ".,"]
        if not marks:
            return
        last = marks[-1]
        tail = len(digits) - digits.rfind(last) - 1
        if len(set(marks)) == 2 or (len(marks) == 1 and tail in (1, 2)):
            self._votes[last] += 2 if tail == 2 else 1
        elif len(marks) > 1:
            self._votes["," if last == "." else "."] += 1

    def mark(self, usual: Mark) -> Mark:
        """What most say; `usual` when none does."""
        if self._votes[","] == self._votes["."]:
            return usual
        return "," if self._votes[","] > self._votes["."] else "."


def infer_mark(numbers: Iterable[str], usual: Mark) -> Mark:
    """The document's decimal mark: what its unambiguous numbers use; `usual` when there is none."""
    votes = MarkVotes()
    for digits in numbers:
        votes.add(digits)
    return votes.mark(usual)


def depends_on_mark(digits: str) -> bool:
    """Whether the decimal mark decides what the number is: `1.234` alone of all forms."""
    return digits.count(".") + digits.count(",") == 1 and read_number(digits, ",") != read_number(digits, ".")


def read_number(digits: str, mark: Mark) -> tuple[Decimal, int] | None:
    """The value (without sign) and its decimal places; None when the characters are no number.

    >>> read_number("1.234,50", ",")
    (Decimal('1234.50'), 2)
    """
    compact = re.sub(r"[\s'\u2019]", "", digits)
    marks = [char for char in compact if char in ".,"]
    if not marks:
        return Decimal(compact), 0
    last = marks[-1]
    at = compact.rfind(last)
    tail = len(compact) - at - 1
    if len(set(marks)) == 2:
        decimal = True
    elif len(marks) > 1:
        decimal = False
    elif tail == 3 and not compact.startswith(("0", last)):
        decimal = last == mark
    else:
        decimal = True
    if not decimal:
        return Decimal(compact.replace(last, "")), 0
    whole = compact[:at].replace(".", "").replace(",", "") or "0"
    return Decimal(f"{whole}.{compact[at + 1 :]}"), tail
