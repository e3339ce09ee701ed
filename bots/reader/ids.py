"""VAT ids, IBANs and BICs: found in a text, brought to their compact form, and checked.

Check digits: python-stdnum for VAT ids, ISO 13616 modulo 97 and lengths (schwifty's registry) for IBANs.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from typing import NamedTuple

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError

__all__ = [
    "Found",
    "compact",
    "find_bics",
    "find_ibans",
    "find_vat_ids",
    "iban_holds",
    "made_up",
    "national_vat_id",
    "tax_id_holds",
    "vat_id_holds",
]

_FORMS = {
    "AT": r"U\d{8}", "BE": r"[01]\d{9}|\d{9}", "BG": r"\d{9,10}", "CY": r"\d{8}[A-Z]", "CZ": r"\d{8,10}",
    "DE": r"\d{9}", "DK": r"\d{8}", "EE": r"\d{9}", "EL": r"\d{9}", "ES": r"[A-Z]\d{7}[0-9A-Z]|\d{8}[A-Z]",
    "EU": r"\d{9}", "FI": r"\d{8}", "FR": r"[0-9A-HJ-NP-Z]{2}\d{9}", "GB": r"\d{9}(?:\d{3})?", "HR": r"\d{11}",
    "HU": r"\d{8}", "IE": r"\d{7}[A-Z]{1,2}|\d[A-Z]\d{5}[A-Z]", "IT": r"\d{11}", "LT": r"\d{9}(?:\d{3})?",
    "LU": r"\d{8}", "LV": r"\d{11}", "MT": r"\d{8}", "NL": r"\d{9}B\d{2}", "NO": r"\d{9}(?:MVA)?", "PL": r"\d{10}",
    "PT": r"\d{9}", "RO": r"\d{4,10}", "SE": r"\d{10}01", "SI": r"\d{8}", "SK": r"\d{10}", "CHE": r"\d{9}",
    "XI": r"\d{9}",
}  # fmt: skip
_COMPACT = {country: re.compile(form) for country, form in _FORMS.items()}
_PREFIX = re.compile(rf"(?<![A-Za-z0-9])({'|'.join(sorted(_FORMS, key=len, reverse=True))})(?=[\s.\-]?[A-Z0-9])")
_REST = re.compile(r"(?:[\s.\-]{0,2}[A-Z0-9]+)+")
_LOOSE = re.compile(
    r"(?<![A-Za-z])(?=[A-Z\-\s./]{0,8}\d)(?:[A-Z]{2,3}[\s.\-]{0,2})?[A-Z]?[\s.\-]?\d[\dA-Z]*(?:[\s.\-/]{1,2}[\dA-Z]*\d[\dA-Z]*)*(?:[\s.\-][A-Z](?![A-Za-z]))?"
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[\s.\-]{0,2}[A-Z0-9]{1,4}){3,9}(?![A-Za-z0-9])")
_BIC = re.compile(r"(?<![A-Za-z0-9])[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![A-Za-z0-9])")
_IBAN_LENGTH = {
    "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18,
    "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19,
    "SK": 24, "SM": 27, "TR": 26, "AD": 24, "RS": 22, "UA": 29,
}  # fmt: skip


_HOMES = {
    "es": ("ES",), "ca": ("ES",), "gl": ("ES",), "eu": ("ES",), "pt": ("PT",), "fr": ("FR", "BE"), "it": ("IT",),
    "de": ("DE", "AT"), "nl": ("NL", "BE"), "pl": ("PL",), "sv": ("SE",), "da": ("DK",), "cs": ("CZ", "SK"),
    "hu": ("HU",), "ro": ("RO",), "el": ("EL",),
}  # fmt: skip


_EVEN_STEPS, _SO_MANY = (0, 1, 2, 9), 3
"""Four digits in a row that repeat, count up by one or two, or count down are no chance."""


class Found(NamedTuple):
    """An id in a text: where it stands, and its compact form."""

    begin: int
    end: int
    value: str


def compact(text: str) -> str:
    """Letters and digits only, in capitals."""
    return "".join(char for char in text if char.isalnum()).upper()


def find_vat_ids(text: str) -> list[Found]:
    """VAT ids with their country prefix, whatever groups they are printed in."""
    found: list[Found] = []
    for match in _PREFIX.finditer(text):
        if found and match.start() < found[-1].end:
            continue
        one = _vat_id_at(text, match)
        if one is not None:
            found.append(one)
    return found


def _vat_id_at(text: str, prefix: re.Match[str]) -> Found | None:
    """The longest run of groups after the prefix that has the country's form; one with right check digits first."""
    rest = _REST.match(text, prefix.end())
    if rest is None:
        return None
    country = prefix[1]
    fits: list[Found] = []
    value = country
    for index in range(prefix.end(), min(rest.end(), prefix.end() + 24)):
        char = text[index]
        if char.isalnum():
            value += char
        ends = index + 1 == len(text) or not text[index + 1].isalnum()
        if char.isalnum() and ends and _COMPACT[country].fullmatch(value[len(country) :]):
            fits.append(Found(prefix.start(), index + 1, value))
    proven = [found for found in fits if vat_id_holds(found.value)]
    return proven[-1] if proven else fits[-1] if fits else None


def national_vat_id(text: str) -> Found | None:
    """The first thing in the text that can be a tax id without a country (what follows a label)."""
    for match in _LOOSE.finditer(text):
        value = compact(match.group())
        if 8 <= len(value) <= 16 and sum(char.isdigit() for char in value) >= 6:
            return Found(match.start(), match.end(), value)
    return None


def find_ibans(text: str) -> list[Found]:
    """IBANs by form; a known country's length cuts what follows off; other lengths are kept as they stand, but for a
    right VAT id with a postal code behind it."""
    found = []
    for match in _IBAN.finditer(text):
        value = compact(match.group())
        length = _IBAN_LENGTH.get(value[:2])
        end = match.end()
        if length and len(value) > length and iban_holds(value[:length]):
            end = match.start() + _span(match.group(), length)
            value = value[:length]
        if len(value) >= 14 and (len(value) == length or not _begins_a_vat_id(text, match.start())):
            found.append(Found(match.start(), end, value))
    return found


def _begins_a_vat_id(text: str, begin: int) -> bool:
    return any(vat.begin == begin and vat_id_holds(vat.value) for vat in find_vat_ids(text))


def find_bics(text: str) -> list[Found]:
    """BICs by form (ISO 9362)."""
    return [Found(match.start(), match.end(), match.group()) for match in _BIC.finditer(text)]


@lru_cache(maxsize=5_000)
def vat_id_holds(value: str) -> bool:
    """Whether form and check digits of a VAT id with country prefix are right."""
    country = "GR" if value[:2] == "EL" else "CH" if value[:3] == "CHE" else value[:2]
    module = get_cc_module(country.lower(), "uid" if country == "CH" and value[-1:].isdigit() else "vat")
    if module is None:
        return False
    try:
        module.validate(value)
    except ValidationError:
        return False
    return True


def tax_id_holds(value: str, language: str) -> bool | None:
    """Whether a tax id's check digits are right, with its own country or those where the language is at home; None
    where no check digits are known (a US EIN)."""
    countries = [""] if value[:2].isalpha() and value[:2] != "US" else list(_HOMES.get(language, ()))
    known = [country for country in countries if not country or _COMPACT[country].fullmatch(value)]
    if not known or (not countries[0] and not _has_check_digits(value)):
        return None
    return any(vat_id_holds(country + value) for country in known)


def made_up(value: str) -> bool:
    """Whether the digits of an id count up or down, or repeat: a placeholder on a specimen, not a slip of a digit.

    >>> made_up("DE123456789"), made_up("DE811223344"), made_up("DE136695976")
    (True, True, False)
    """
    digits = [int(char) for char in value if char.isdigit()]
    steps = [(after - before) % 10 for before, after in itertools.pairwise(digits)]
    even = max((len(list(run)) for step, run in itertools.groupby(steps) if step in _EVEN_STEPS), default=0)
    return even >= _SO_MANY or steps.count(0) >= 0.35 * len(digits)


def _has_check_digits(value: str) -> bool:
    return value[:3] == "CHE" or value[:2] in {"EL", "EU"} or get_cc_module(value[:2].lower(), "vat") is not None


@lru_cache(maxsize=5_000)
def iban_holds(value: str) -> bool:
    """Whether length and check digits of an IBAN are right (the bank code is not looked up)."""
    try:
        IBAN(value)
    except SchwiftyException:
        return False
    return True


def _span(text: str, letters: int) -> int:
    seen = 0
    for index, char in enumerate(text):
        seen += char.isalnum()
        if seen == letters:
            return index + 1
    return len(text)
