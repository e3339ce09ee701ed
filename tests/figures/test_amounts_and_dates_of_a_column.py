"""Amounts are exact in minor units in any notation; dates are the days they say; what is neither is named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.money import exponent
from connectors.sheets import parse_dates, parse_money
from connectors.sheets.dates import infer_date_order
from connectors.sheets.money import infer_decimal_mark

MINOR = st.integers(-(10**14), 10**14)


def notation(minor: int, currency: str, mark: str, group: str, style: str) -> str:
    text = (
        f"{abs(Decimal(minor)).scaleb(-exponent(currency)):,f}".replace(",", "\0")
        .replace(".", mark)
        .replace("\0", group)
    )
    if minor >= 0:
        return text
    return {"before": f"-{text}", "behind": f"{text}-", "parentheses": f"({text})", "long": f"−{text}"}[style]


@settings(max_examples=60, deadline=None)
@given(
    amounts=st.lists(MINOR, min_size=1, max_size=30),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    marks=st.sampled_from([(",", "."), (".", ","), (".", "'"), (",", " "), (",", "\u202f"), (".", "")]),
    style=st.sampled_from(["before", "behind", "parentheses", "long"]),
    suffix=st.sampled_from(["", " €", "EUR", " EUR"]),
)
def test_any_notation_comes_back_exactly(
    amounts: list[int], currency: str, marks: tuple[str, str], style: str, suffix: str
) -> None:
    texts = [notation(minor, currency, *marks, style) + suffix for minor in amounts]
    mark = "," if marks[0] == "," else "."
    parsed = parse_money(pl.Series(texts), currency=currency, decimal_mark="," if mark == "," else ".")
    assert parsed.values.to_list() == amounts
    assert (parsed.unreadable, parsed.finer) == ((), ())


@settings(max_examples=60, deadline=None)
@given(amounts=st.lists(MINOR, min_size=1, max_size=30), currency=st.sampled_from(["EUR", "JPY", "KWD"]))
def test_doubles_come_back_exactly(amounts: list[int], currency: str) -> None:
    column = pl.Series([float(Decimal(minor).scaleb(-exponent(currency))) for minor in amounts], dtype=pl.Float64)
    parsed = parse_money(column, currency=currency)
    assert (parsed.values.to_list(), parsed.unreadable, parsed.finer) == (amounts, (), ())


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(st.text(max_size=20), min_size=1, max_size=10))
def test_no_text_breaks_the_readers_and_none_is_lost_in_silence(texts: list[str]) -> None:
    column = pl.Series("any", texts, dtype=pl.String)
    for parsed in (parse_money(column), parse_dates(column)):
        for row, text in enumerate(texts):
            if parsed.values[row] is None and text.strip():
                blank = not text.strip("\u200b\ufeff\u00a0\u2007\u202f −–-")
                assert row in parsed.unreadable or blank
    infer_decimal_mark(column)
    infer_date_order(column)


@pytest.mark.parametrize(
    ("texts", "minor", "unreadable", "finer"),
    [
        (["1.234,56 €", "-3,5", "EUR 5,00", "x", None, ""], [123456, -350, 500, None, None, None], (3,), ()),
        (["12.50 CR", "12.50 DR", "$1,234.50", "1,23,456.00"], [1250, -1250, 123450, 12345600], (), ()),
        (["0.005", "0.30000"], [1, 30], (), (0,)),
        (["1.5.2", "1,2,3", "--", "5 6 7"], [None, None, None, 56700], (0, 1, 2), ()),
        (["99999999999999999999"], [None], (0,), ()),
    ],
)
def test_amounts_in_text(
    texts: list[str | None], minor: list[int | None], unreadable: tuple[int, ...], finer: tuple[int, ...]
) -> None:
    parsed = parse_money(pl.Series(texts, dtype=pl.String), decimal_mark="," if "€" in (texts[0] or "") else ".")
    assert (parsed.values.to_list(), parsed.unreadable, parsed.finer) == (minor, unreadable, finer)


def test_finer_doubles_are_named_and_rounded() -> None:
    parsed = parse_money(pl.Series([0.1 + 0.2, 33.333333, 1e20, None]))
    assert (parsed.values.to_list(), parsed.unreadable, parsed.finer) == ([30, 3333, None, None], (2,), (1,))


def test_minor_units_and_a_currency_for_each_row() -> None:
    currencies = pl.Series(["EUR", "jpy", "KWD"])
    assert parse_money(pl.Series([5, 5, 5]), currency=currencies).values.to_list() == [500, 5, 5000]
    assert parse_money(pl.Series(["5", "5", "5"]), currency=currencies, unit="minor").values.to_list() == [5, 5, 5]
    assert parse_money(pl.Series(["1,250"]), currency="KWD").values.to_list() == [1250]


@pytest.mark.parametrize(
    ("texts", "mark", "ambiguous"),
    [(["1.234"], ",", True), (["1,234"], ".", True), (["1.234", "5,5"], ",", False), (["1,234.5"], ".", False),
     (["1.234.567"], ",", False), (["0.123"], ".", False), (["1.5", "2,5"], None, True), (["12"], None, False)],
)  # fmt: skip
def test_the_decimal_mark_is_inferred_over_the_column(texts: list[str], mark: str | None, ambiguous: bool) -> None:
    assert infer_decimal_mark(pl.Series(texts)) == (mark, ambiguous)


@settings(max_examples=60, deadline=None)
@given(
    days=st.lists(st.dates(date(1980, 1, 1), date(2079, 12, 31)), min_size=1, max_size=20),
    form=st.sampled_from(
        ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%y", "%Y%m%d", "%d-%m-%Y", "%d %b %Y", "%B %d, %Y", "%Y/%m/%d"]
    ),
)
def test_days_come_back(days: list[date], form: str) -> None:
    parsed = parse_dates(pl.Series([day.strftime(form) for day in days]), order="dmy")
    assert (parsed.values.to_list(), parsed.unreadable) == (days, ())


def test_days_that_do_not_exist_are_named() -> None:
    parsed = parse_dates(
        pl.Series(["31/02/2026", "2026-13-01", "5 août 2026", "1 de enero de 2026", "Mon, 2 Mar 2026"])
    )
    assert parsed.unreadable == (0, 1)
    assert parsed.values.to_list()[2:] == [date(2026, 8, 5), date(2026, 1, 1), date(2026, 3, 2)]
