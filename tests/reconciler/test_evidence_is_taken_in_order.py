"""Each kind of evidence settles what it should, and says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl
import pytest

from bots.reconciler import Matching, match
from config.errors import BusinessException
from config.reconciliation_rules import Rules
from tests.reconciler.conftest import bank, groups, ledger

Match = Callable[[pl.DataFrame, pl.DataFrame], Matching]


@pytest.mark.parametrize(
    "text",
    [
        "PAGO FACTURA INV-2026-00123",
        "/INV/INV-2026-00123/31.03.2026",
        "INV202600123",
        "REF INV-2026-0 0123",
        "inv 2026/00123",
    ],
)
def test_a_reference_is_found_however_the_bank_writes_it(matched: Match, text: str) -> None:
    left = ledger({"reference": "INV-2026-00123", "amount": 12100}, {"reference": "INV-2026-00124", "amount": 12100})
    assert groups(matched(left, bank({"text": text, "amount": 12100}))) == {("OF610", ("L1",), ("B1",))}


@pytest.mark.parametrize(
    ("paid", "day", "code", "residual", "difference"),
    [
        (99_995, 31, "OF612", 0, 5),
        (98_000, 10, "OF613", 0, 2_000),
        (98_500, 31, "OF614", 0, 1_500),
        (50_000, 31, "OF615", 50_000, 0),
    ],
)
def test_a_difference_is_explained(
    matched: Match, paid: int, day: int, code: str, residual: int, difference: int
) -> None:
    made = matched(
        ledger({"reference": "RE7878", "amount": 100_000}),
        bank({"text": "RECHNUNG RE7878", "amount": paid, "date": date(2026, 3, day)}),
    )
    row = made.groups.row(0, named=True)
    assert (row["code"], row["residual"], row["difference"]) == (code, residual, difference)


def test_rounding_is_never_more_than_a_tenth_of_the_item(matched: Match) -> None:
    small = ledger({"reference": "RE7878", "amount": 300})
    assert groups(matched(small, bank({"text": "RE7878", "amount": 330}))) == {("OF612", ("L1",), ("B1",))}
    assert matched(small, bank({"text": "RE7878", "amount": 331})).groups.is_empty()


def test_a_payment_in_another_currency_follows_the_rate(rules: Rules) -> None:
    left = ledger({"reference": "RE7878", "amount": 100_000, "currency": "USD"})
    near, far = bank({"text": "RE7878", "amount": 92_500}), bank({"text": "RE7878", "amount": 95_000})
    priced = Rules.model_validate({**rules.model_dump(), "fx": {"rates": {"USD": "0.92"}}})
    assert groups(match(left, near, priced)) == {("OF616", ("L1",), ("B1",))}
    assert match(left, far, priced).suggestions["code"].to_list() == ["OF632"]


def test_several_named_items_are_one_payment(matched: Match) -> None:
    left = ledger(
        {"reference": "RE100", "amount": 5_000},
        {"reference": "RE101", "amount": 7_000},
        {"reference": "RE102", "amount": -2_000},
        {"reference": "RE103", "amount": 10_000},
    )
    made = matched(left, bank({"text": "RE100, RE101 + RE102", "amount": 10_000}))
    assert groups(made) == {("OF620", ("L1", "L2", "L3"), ("B1",))}


def test_several_payments_are_one_item_and_many_are_many(matched: Match) -> None:
    left = ledger(
        {"reference": "RE100", "amount": 9_000},
        {"reference": "RE200", "amount": 4_000},
        {"reference": "RE201", "amount": 6_000},
    )
    right = bank(
        {"text": "RE100 1/2", "amount": 4_000},
        {"text": "RE100 2/2", "amount": 5_000},
        {"text": "RE200 RE201", "amount": 3_000},
        {"text": "RE200 RE201", "amount": 7_000},
    )
    assert groups(matched(left, right)) == {
        ("OF621", ("L1",), ("B1", "B2")),
        ("OF622", ("L2", "L3"), ("B3", "B4")),
    }


def test_a_misspelt_reference_needs_the_amount(matched: Match) -> None:
    left = ledger({"reference": "INV-2026-00123", "amount": 12_100})
    assert groups(matched(left, bank({"text": "INV-2026-00132", "amount": 12_100}))) == {("OF617", ("L1",), ("B1",))}
    assert matched(left, bank({"text": "INV-2026-00132", "amount": 6_000})).groups.is_empty()


def test_a_payment_without_reference_takes_the_only_item_of_its_amount(matched: Match) -> None:
    one = ledger({"reference": "RE1000", "amount": 12_345})
    two = ledger({"reference": "RE1000", "amount": 12_345}, {"reference": "RE1001", "amount": 12_345})
    assert groups(matched(one, bank({"amount": 12_345}))) == {("OF618", ("L1",), ("B1",))}
    made = matched(two, bank({"amount": 12_345}))
    assert made.groups.is_empty()
    assert made.suggestions.height == 2


def test_a_reference_of_the_same_form_that_is_not_ours_is_not_overruled_by_the_amount(matched: Match) -> None:
    made = matched(ledger({"reference": "RE1000", "amount": 12_345}), bank({"text": "RE7777", "amount": 12_345}))
    assert made.groups.is_empty()


def test_sums_are_taken_only_when_they_are_the_only_ones(matched: Match) -> None:
    items = [{"reference": f"RE10{n}", "amount": amount} for n, amount in enumerate((1_111, 2_222, 4_444, 9_999))]
    made = matched(ledger(*items), bank({"amount": 1_111 + 2_222 + 9_999}))
    assert groups(made) == {("OF623", ("L1", "L2", "L4"), ("B1",))}
    twice = [{"reference": f"RE10{n}", "amount": amount} for n, amount in enumerate((1_000, 2_000, 1_500, 1_500))]
    made = matched(ledger(*twice), bank({"amount": 3_000}))
    assert made.groups.is_empty()
    assert set(made.suggestions["code"]) == {"OF624"}


def test_of_two_sums_the_close_one_is_taken_when_the_other_is_far_looser(matched: Match) -> None:
    scattered = [{"amount": 100 + 7 * n, "date": date(2026, 1, 20) + timedelta(n)} for n in range(40)]
    pair = [{"amount": 41_111, "date": date(2026, 3, 10)}, {"amount": 52_000, "date": date(2026, 3, 10)}]
    far = [{"amount": 92_211, "date": date(2026, 1, 20)}, {"amount": 900, "date": date(2026, 3, 11)}]
    made = matched(ledger(*scattered, *pair, *far), bank({"amount": 93_111}))
    assert groups(made) == {("OF623", ("L41", "L42"), ("B1",))}
    near = [{**row, "date": date(2026, 3, 9)} for row in far]
    assert matched(ledger(*pair, *near), bank({"amount": 93_111})).groups.is_empty()


def test_a_part_is_not_paid_before_the_item_is_there(matched: Match) -> None:
    left = ledger({"reference": "RE100200", "amount": 90_000})
    early = bank({"text": "RE100200", "amount": 20_000, "date": date(2026, 1, 5)})
    assert matched(left, early).suggestions["code"].to_list() == ["OF632"]
    assert groups(matched(left, bank({"text": "RE100200", "amount": 20_000}))) == {("OF615", ("L1",), ("B1",))}


def test_a_short_reference_without_a_name_needs_the_amount_too(matched: Match) -> None:
    left = ledger({"reference": "5172", "amount": 40_493}, {"reference": "5180", "amount": 40_493})
    near, far = ({"party": "", "text": "PAGO FACTURA 5172", "amount": amount} for amount in (40_498, 39_000))
    assert groups(matched(left, bank(near))) == {("OF612", ("L1",), ("B1",))}
    assert matched(left, bank(far)).groups.is_empty()


def test_who_pays_the_same_each_month_is_understood_in_spite_of_a_slip(matched: Match) -> None:
    months = [
        {"reference": f"INV-2026-{n:05d}", "amount": 5_000, "date": date(2026, 3, 1)} for n in range(100, 1500, 37)
    ]
    left = ledger(*months)
    made = matched(left, bank({"text": "INV-2062-E00100", "amount": 5_000}))
    assert groups(made) == {("OF617", ("L1",), ("B1",))}


def test_a_reversal_leaves_its_item_open(matched: Match) -> None:
    right = bank(
        {"text": "RE7878", "amount": 5_000}, {"text": "DEVOLUCION RE7878", "amount": -5_000, "date": date(2026, 4, 2)}
    )
    made = matched(ledger({"reference": "RE7878", "amount": 5_000}), right)
    assert groups(made) == {("OF611", (), ("B1", "B2"))}
    assert made.left["status"].to_list() == ["open"]


def test_a_second_payment_and_a_second_booking_are_for_a_person(matched: Match) -> None:
    left = ledger(
        {"reference": "RE100", "amount": 5_000},
        {"reference": "RE200", "amount": 6_000},
        {"reference": "RE200", "amount": 6_000},
    )
    right = bank(
        {"text": "RE100", "amount": 5_000},
        {"text": "RE100", "amount": 5_000, "date": date(2026, 4, 7)},
        {"text": "RE200", "amount": 6_000},
    )
    made = matched(left, right)
    assert groups(made) == {("OF610", ("L1",), ("B1",)), ("OF610", ("L2",), ("B3",))}
    assert dict(made.suggestions.select("code", "right").iter_rows()) == {"OF630": ["B2"], "OF631": []}


def test_the_same_number_of_another_supplier_is_not_taken(matched: Match) -> None:
    left = ledger({"reference": "2026-1", "amount": 5_000, "party_id": "S9", "party": "Kern Textiles AG"})
    assert matched(left, bank({"text": "2026-1", "amount": 5_000})).groups.is_empty()


def test_the_sign_of_the_bank_is_inferred(rules: Rules) -> None:
    made = match(ledger({"reference": "RE100", "amount": 5_000}), bank({"text": "RE100", "amount": -5_000}), rules)
    assert made.sign == -1
    assert made.groups.height == 1
    assert made.right["amount"].to_list() == [-5_000]


def test_what_is_above_the_limit_is_for_a_person(rules: Rules) -> None:
    strict = rules.model_copy(update={"sign_off": 1_000})
    made = match(ledger({"reference": "RE100", "amount": 90_000}), bank({"text": "RE100", "amount": 88_600}), strict)
    assert made.groups.is_empty()
    assert made.suggestions["code"].to_list() == ["OF625"]


def test_an_id_that_comes_twice_is_refused(matched: Match) -> None:
    left = ledger({"id": "X", "reference": "RE1", "amount": 1}, {"id": "X", "reference": "RE2", "amount": 2})
    with pytest.raises(BusinessException) as refused:
        matched(left, bank({"amount": 1}))
    assert refused.value.code == "OF602"


def test_nothing_against_nothing_is_nothing(rules: Rules) -> None:
    empty = pl.DataFrame(schema={"id": pl.String, "amount": pl.Int64})
    made = match(empty, empty, rules)
    assert made.groups.is_empty()
    assert made.control.is_empty()
