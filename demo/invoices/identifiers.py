"""Made-up VAT ids and bank accounts whose check digits are right (python-stdnum, schwifty)."""

from __future__ import annotations

from functools import cache
from random import Random
from types import ModuleType

import stdnum
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from stdnum.fr import siren

__all__ = ["bank_account", "spanish_person_id", "vat_id", "wrong_check_digit"]

# What stands before the check characters (`#` is a random digit), and how many of those there are.
_SHAPES: dict[str, tuple[str, int]] = {
    "AT": ("U#######", 1),
    "BE": ("0#######", 2),
    "CH": ("CHE########", 1),
    "DE": ("########", 1),
    "DK": ("#######", 1),
    "ES": ("B1#3####", 1),
    "GB": ("#######", 2),
    "IE": ("#######", 1),
    "IT": ("#######0#2", 1),
    "NL": ("########", 1),
    "PL": ("#########", 1),
    "PT": ("5#######", 1),
    "SE": ("556######", 1),
    "CZ": ("4######", 1),
    "HU": ("#######", 1),
    "RO": ("#######", 1),
    "GR": ("0#######", 1),
}
_SUFFIXES = {"CH": "MWST", "NL": "B01", "SE": "01"}
_PREFIXES = {"GR": "EL"}
"""Countries whose VAT ids bear another prefix than their ISO code."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVW"


@cache
def _validator(country: str) -> ModuleType:
    module = stdnum.get_cc_module(country.lower(), "vat")
    if not isinstance(module, ModuleType):
        raise TypeError(f"no VAT id known for {country}")
    return module


def vat_id(rng: Random, country: str) -> str:
    """A VAT id with its country's prefix, compact, that passes its check digits."""
    if country == "FR":
        company = _draw_siren(rng)
        return f"FR{(12 + 3 * (int(company) % 97)) % 97:02d}{company}"
    shape, width = _SHAPES[country]
    validator = _validator(country)
    while True:
        body = "".join(str(rng.randint(1, 9)) if char == "#" else char for char in shape)
        checks = _LETTERS if country == "IE" else [f"{check:0{width}d}" for check in range(10**width)]
        for check in checks:
            number = body + check + _SUFFIXES.get(country, "")
            if validator.is_valid(number):
                return number if country == "CH" else _PREFIXES.get(country, country) + number


def _draw_siren(rng: Random) -> str:
    while True:
        number = "".join(str(rng.randint(0, 9)) for _ in range(8))
        for check in "0123456789":
            if number[0] != "0" and siren.is_valid(number + check):
                return number + check


def spanish_person_id(rng: Random) -> str:
    """The NIF of a Spanish natural person with `ES` before it: who works on own account and suffers IRPF."""
    number = rng.randint(20_000_000, 79_999_999)
    return f"ES{number}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"


def wrong_check_digit(rng: Random, country: str, number: str) -> str:
    """The same id with one digit changed, so that it fails."""
    validator = _validator(country)
    places = [index for index, char in enumerate(number) if char.isdigit() and index > 2]
    while True:
        place = rng.choice(places)
        wrong = f"{number[:place]}{(int(number[place]) + rng.randint(1, 9)) % 10}{number[place + 1 :]}"
        if not validator.is_valid(wrong if country == "CH" else wrong[2:]):
            return wrong


def bank_account(rng: Random, country: str) -> tuple[str, str]:
    """IBAN (compact) and BIC of an account that exists nowhere, at a bank that does."""
    while True:
        iban = IBAN.random(country_code=country, random=rng)
        try:
            bic = iban.bic
        except SchwiftyException:
            continue
        if bic is not None and str(bic).isascii():
            return str(iban), str(bic)
