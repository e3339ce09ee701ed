"""Amounts, dates and text as banks write them, read strictly: what cannot be read is None, never a guess."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

__all__ = ["comma_amount", "compact_date", "decode", "fold", "iban_in", "iso_date", "plain_amount", "six_digit_date"]

_PLAIN = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,10})?|\.\d{1,10})", re.ASCII)
_COMMA = re.compile(r"\d{1,18}(?:[,.]\d{0,10})?", re.ASCII)
_ISO = re.compile(r"([0-9]{4})-?([01][0-9])-?([0-3][0-9])", re.ASCII)
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_IBAN_SEARCH = 4000  # no bank prints more about an entry; longer texts are attacks on the search's time
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def plain_amount(text: str) -> Decimal | None:
    """An xs:decimal or OFX amount: optional sign, digits, a point; at most 18 + 10 digits."""
    text = text.strip()
    return Decimal(text) if _PLAIN.fullmatch(text) else None


def comma_amount(text: str) -> Decimal | None:
    """A SWIFT amount (15d): digits with a decimal comma that may stand last (`500,`); a point is taken for it."""
    text = text.strip()
    if not _COMMA.fullmatch(text):
        return None
    return Decimal(text.replace(",", ".").rstrip("."))


@lru_cache(maxsize=4096)
def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def iso_date(text: str) -> date | None:
    """The day of an ISO 8601 date or date-time (`2026-03-20`, `2026-03-20T10:00:00+01:00`, `20260320`)."""
    found = _ISO.match(text.strip())
    return _day(int(found[1]), int(found[2]), int(found[3])) if found else None


def compact_date(text: str) -> date | None:
    """The day of an OFX date-time (`20260320`, `20260320120000.000[-5:EST]`)."""
    digits = text.strip()[:8]
    return _day(int(digits[:4]), int(digits[4:6]), int(digits[6:])) if re.fullmatch(r"[0-9]{8}", digits) else None


def six_digit_date(text: str) -> date | None:
    """YYMMDD of SWIFT, BAI2 and Norma 43, from 1980 to 2079.

    30 February is a booking day in the German 30/360 custom: it is taken for the month's last day, as is any day up
    to 31
    past the end of a month.
    """
    if not re.fullmatch(r"[0-9]{6}", text):
        return None
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    year += 2000 if year < 80 else 1900
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return _day(year, month, min(day, _MONTH_DAYS[month - 1])) or _day(year, month, 28)


def decode(data: bytes) -> tuple[str, str]:
    """Text and the encoding found: a byte order mark, UTF-16 by its zero bytes, UTF-8 where it is valid, else
    Windows-1252.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding.removesuffix("-sig")
    head = data[:2000]
    if len(head) > 3 and head.count(0) > len(head) // 4:
        encoding = "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
        return data.decode(encoding, "replace"), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "cp1252"


def fold(text: str) -> str:
    """The text with runs of blanks and line ends as one blank."""
    return " ".join(text.split())


def iban_in(text: str) -> str:
    """The first IBAN in a text whose check digits hold (ISO 13616), without blanks; "" when there is none."""
    for found in _IBAN.finditer(text[:_IBAN_SEARCH]):
        compact = found[0].replace(" ", "")
        for end in range(len(compact), 14, -1):
            if _iban_holds(compact[:end]):
                return compact[:end]
    return ""


def _iban_holds(text: str) -> bool:
    if not 15 <= len(text) <= 34:
        return False
    digits = "".join(str(int(sign, 36)) for sign in text[4:] + text[:4])
    return int(digits) % 97 == 1
