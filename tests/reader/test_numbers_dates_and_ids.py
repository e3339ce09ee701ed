"""Numbers, dates and ids as printed: the decimal mark and the order of dates are the document's own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.reader.amounts import Mark, find_numbers, infer_mark, read_number
from bots.reader.dates import find_dates, infer_order, read_date
from bots.reader.ids import find_ibans, find_vat_ids, national_vat_id, tax_id_holds, vat_id_holds
from bots.reader.languages import lexicon

MONTHS = lexicon().months


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("1 234,56", "1234.56"), ("1'234.50", "1234.50"),
        ("27946 ,00", "27946.00"), ("0.500", "0.500"), ("1.0000", "1.0000"), ("12.345.678", "12345678"), ("7", "7"),
    ],
)  # fmt: skip
def test_a_number_is_read_whatever_its_marks(text: str, value: str) -> None:
    read = read_number(text, ",")
    assert read is not None
    assert read[0] == Decimal(value)


def test_only_the_document_tells_what_one_point_means() -> None:
    assert read_number("1.234", ",") == (Decimal(1234), 0)
    assert read_number("1.234", ".") == (Decimal("1.234"), 3)
    assert infer_mark(["1.234", "5,00", "7,10"], ".") == ","
    assert infer_mark(["1.234"], ".") == "."


@given(st.integers(-(10**9), 10**9), st.sampled_from([(",", "."), (".", ","), (",", " "), (".", "'"), (",", "")]))
def test_what_is_printed_is_read_back(cents: int, style: tuple[Mark, str]) -> None:
    mark, group = style
    whole, fraction = divmod(abs(cents), 100)
    text = f"{'-' if cents < 0 else ''}{whole:,}".replace(",", group) + f"{mark}{fraction:02}"
    found = find_numbers(text)
    assert len(found) == 1
    read = read_number(found[0].digits, mark)
    assert read is not None
    assert (-read[0] if found[0].negative else read[0]) == Decimal(cents).scaleb(-2)


@pytest.mark.parametrize("text", ["-532,50 €", "€ -9,32", "- €1.00", "($144.00)", "12.50-", "\u2212 5,00"])
def test_a_minus_is_never_lost(text: str) -> None:
    assert find_numbers(text)[0].negative


@pytest.mark.parametrize("text", ["RE-2024", "A4", "12/09/2025", "M8x40", "www.shop24.de"])
def test_parts_of_codes_are_no_numbers(text: str) -> None:
    assert find_numbers(text) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("31 octobre 2017", date(2017, 10, 31)), ("7. Mai 2014", date(2014, 5, 7)),
        ("Dec 21, 2022", date(2022, 12, 21)),
        ("August 3 , 2014", date(2014, 8, 3)), ("15 de enero de 2024", date(2024, 1, 15)),
        ("2024-05-09", date(2024, 5, 9)), ("29- 03- 2016", date(2016, 3, 29)), ("06/07/20", date(2020, 7, 6)),
        ("2024. január 15.", date(2024, 1, 15)), ("3 września 2024", date(2024, 9, 3)),
        ("12 Μαΐου 2024", date(2024, 5, 12)), ("602 00 Brno, 29. července 2024", date(2024, 7, 29)),
    ],
)  # fmt: skip
def test_dates_in_many_forms(text: str, day: date) -> None:
    found = find_dates(text, MONTHS)
    assert [read_date(one, "dmy") for one in found] == [day]


@given(
    st.dates(date(1990, 1, 1), date(2068, 12, 31)), st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d", "%d-%m-%Y"])
)
def test_a_printed_date_is_read_back(day: date, form: str) -> None:
    found = find_dates(day.strftime(form), MONTHS)
    assert [read_date(one, "dmy") for one in found] == [day]


def test_one_date_shows_the_order_of_all() -> None:
    dates = find_dates("11/15/2019 and 03/04/2021", MONTHS)
    assert infer_order(dates, "dmy") == ("mdy", True)
    assert infer_order(dates[1:], "dmy") == ("dmy", False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("VAT: BE 0000.000.196", "BE0000000196"), ("UStId DE 232 446 240 SWIFT", "DE232446240"),
        ("FR 604 219 388 61", "FR60421938861"), ("BTW NL810433941B01", "NL810433941B01"),
        ("BE 034 877 765 3", "BE0348777653"), ("CHE-136.085.276 TVA", "CHE136085276"),
    ],
)  # fmt: skip
def test_vat_ids_in_any_groups(text: str, value: str) -> None:
    assert [found.value for found in find_vat_ids(text)] == [value]


@pytest.mark.parametrize(
    ("text", "negative"),
    [("EUR (12.00)", True), ("Net ............ (12.00) EUR", True), ("Total: (12.00)", True), ("card (12.00)", False),
     ("Paid: by card (12.00)", False)],
)  # fmt: skip
def test_an_amount_in_brackets_of_its_own_is_negative(text: str, negative: bool) -> None:
    assert [number.negative for number in find_numbers(text)] == [negative]


@pytest.mark.parametrize(
    ("value", "holds"), [("CHE682126219", True), ("CHE682126219MWST", True), ("CHE682126218", False)]
)
def test_a_swiss_id_holds_with_and_without_what_follows_it(value: str, holds: bool) -> None:
    assert vat_id_holds(value) is holds


def test_an_id_does_not_begin_in_the_middle_of_a_word() -> None:
    found = national_vat_id("N° TVA INTRACOM. B15999998")
    assert found is not None
    assert found.value == "B15999998"


def test_an_iban_ends_where_its_country_says() -> None:
    found = find_ibans("IBAN: DE08 7009 0100 1234 5678 90 HYVEDEMM")
    assert [one.value for one in found] == ["DE08700901001234567890"]


def test_check_digits_are_known_or_not() -> None:
    assert tax_id_holds("DE136695976", "de") is True
    assert tax_id_holds("DE136695977", "de") is False
    assert tax_id_holds("02815350364", "it") is True
    assert tax_id_holds("US887766554", "en") is None
