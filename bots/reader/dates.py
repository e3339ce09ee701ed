"""Dates as printed: numbers in the document's order, month names of every language, ISO, two-digit years."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, NamedTuple

from bots.reader.folding import fold

__all__ = ["DateText", "Order", "OrderVotes", "find_dates", "infer_order", "read_date"]

Order = Literal["dmy", "mdy", "ymd"]

_SEPARATOR = r"\s?[./\-\u2010\u2011\u2013]\s?"
_DATE = re.compile(
    rf"""(?<![\w.,/\-])
    (?:(?P<y1>(?:19|20)\d\d)(?:{_SEPARATOR}|\u5e74)(?P<m1>\d{{1,2}})(?:{_SEPARATOR}|\u6708)(?P<d1>\d{{1,2}})\.?
    |(?P<a>\d{{1,2}})\s?(?P<sep>[./\-\u2010\u2011\u2013])\s?(?P<b>\d{{1,2}})\s?(?P=sep)\s?(?P<y2>(?:19|20)?\d\d)
    |(?P<d3>\d{{1,2}})(?:st|nd|rd|th|er|[ao\u00ba\u00aa])?[.,]?\s?[\-/]?(?:de[l]?\s|of\s|d['\u2019])?(?P<m3>[^\W\d_]{{3,12}})
        \.?,?\s?[\-/]?(?:de[l]?\s)?,?\s?['\u2019]?(?P<y3>(?:19|20)\d\d|\d\d(?!\d))
    |(?P<m4>[^\W\d_]{{3,12}})\.?\s?(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?\s?,?\s?(?P<y4>(?:19|20)\d\d)
    |(?P<y5>(?:19|20)\d\d)[.,]?(?:\s?(?:\(?e?\)?ko)?[\s\-/])(?P<m5>[^\W\d_]{{3,12}})\.?[\s\-/]*(?P<d5>\d{{1,2}})
    |(?P<y6>20\d\d)(?P<m6>0[1-9]|1[0-2])(?P<d6>0[1-9]|[12]\d|3[01])(?=\s|$)
    )(?![\d\w]|[/\-.]\d)""",
    re.VERBOSE,
)


class DateText(NamedTuple):
    """A date in a text, not yet put in order.

    Attributes:
        begin, end: where it stands.
        parts: (year, month, day), with month and day as first and second number when `loose`.
        loose: which of the two numbers is the month is not certain from the date alone.
    """

    begin: int
    end: int
    parts: tuple[int, int, int]
    loose: bool
    compact: bool = False


def find_dates(text: str, months: Mapping[str, int]) -> list[DateText]:
    """Every date in the text; `months` gives the number of a folded month name."""
    found: list[DateText] = []
    at = 0
    while (match := _DATE.search(text, at)) is not None:
        read = _parts(match, months)
        dated = read is not None and _possible(read)
        if read is not None and dated:
            found.append(read)
        at = match.end() if dated else match.start() + 1  # "41049 Brno, 29. May 2024": no month is called Brno
    return found


def _parts(match: re.Match[str], months: Mapping[str, int]) -> DateText | None:
    begin, end = match.span()
    if match["y1"]:
        return DateText(begin, end, (int(match["y1"]), int(match["m1"]), int(match["d1"])), loose=False)
    if match["y2"]:
        return DateText(begin, end, (_year(match["y2"]), int(match["a"]), int(match["b"])), loose=True)
    if match["y6"]:
        return DateText(begin, end, (int(match["y6"]), int(match["m6"]), int(match["d6"])), loose=False, compact=True)
    for index in "345":
        if match[f"y{index}"]:
            month = months.get(fold(match[f"m{index}"]))
            if month is None:
                return None
            return DateText(begin, end, (_year(match[f"y{index}"]), month, int(match[f"d{index}"])), loose=False)
    return None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _possible(found: DateText) -> bool:
    return any(_date(found, order) is not None for order in ("dmy", "mdy"))


class OrderVotes:
    """What the dates of a document say about the order of day and month, one date after the other.

    One date such as 25/12 or 12/25 decides for all.
    """

    def __init__(self) -> None:
        self._shown: set[Order] = set()

    def add(self, found: DateText) -> None:
        """Count what this date says, if anything."""
        if found.loose:
            first, second = found.parts[1], found.parts[2]
            if first > 12 >= second:
                self._shown.add("dmy")
            elif second > 12 >= first:
                self._shown.add("mdy")

    def order(self, usual: Order) -> tuple[Order, bool]:
        """The order, and whether the dates show it; `usual` when they do not."""
        if len(self._shown) == 1:
            return next(iter(self._shown)), True
        return ("dmy" if usual == "ymd" else usual), False


def infer_order(dates: Iterable[DateText], usual: Order) -> tuple[Order, bool]:
    """How the document writes dates in numbers, and whether its own dates show it; see `OrderVotes`."""
    votes = OrderVotes()
    for found in dates:
        votes.add(found)
    return votes.order(usual)


def read_date(found: DateText, order: Order) -> date | None:
    """The date, None when the calendar has no such day."""
    return _date(found, order) or (_date(found, "mdy" if order == "dmy" else "dmy") if found.loose else None)


def _date(found: DateText, order: Order) -> date | None:
    year, month, day = found.parts
    if found.loose and order != "mdy":
        month, day = day, month
    try:
        return date(year, month, day)
    except ValueError:
        return None
