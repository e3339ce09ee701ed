"""Amounts as pages show them: understood, or said not to be; never another amount."""

from __future__ import annotations

import pytest

from bots.data_entry.values import same, understood
from config.systems import System


def _system(decimal: str, places: int = 2) -> System:
    return System.model_validate(
        {
            "url": "http://127.0.0.1/", "accounts": [{"user": "u", "secret": "s"}],
            "login": {"steps": [], "probe": "x"},
            "forms": {}, "formats": {"decimal": decimal, "places": places},
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("shown", "decimal", "amount"),
    [
        ("1.234,50 EUR", ",", "1234.50"),
        ("€ 1 234,50", ",", "1234.50"),
        ("1'234.50", ".", "1234.50"),
        ("12,34,567.00", ".", "1234567.00"),
        ("1.234", ",", "1234."),
        (",50", ",", ".50"),
        ("12,00 (EUR)", ",", "12.00"),
        ("-12,00", ",", "-12.00"),
        ("EUR -12,00", ",", "-12.00"),
        ("-€ 12,00", ",", "-12.00"),
        ("12,00-", ",", "-12.00"),
        ("EUR (12,00)", ",", "-12.00"),
        # a mark that cannot part thousands is the decimal one, whatever the description says
        ("7192.16", ",", "7192.16"),
        ("7,192.16", ",", "7192.16"),
        ("1,5", ".", "1.5"),
    ],
)
def test_one_number_is_understood(shown: str, decimal: str, amount: str) -> None:
    assert same(shown, amount, "amount", _system(decimal))


@pytest.mark.parametrize(
    ("shown", "decimal", "wanted"),
    [
        ("1.50", ",", "150.00"),
        ("1,5", ".", "15.00"),
        ("EUR -12,00", ",", "12.00"),
        ("12 of 34", ".", "1234.00"),
        ("1.2.3", ".", "123.00"),
        ("12,00 / 13,00", ",", "12001300.00"),
    ],
)
def test_it_is_never_another_one(shown: str, decimal: str, wanted: str) -> None:
    assert not same(shown, wanted, "amount", _system(decimal))


def test_what_is_no_number_stays_what_it_is() -> None:
    assert understood("12 of 34", "amount", _system(".")) == "12 of 34"
