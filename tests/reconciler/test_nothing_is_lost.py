"""Whatever comes in, every row is in exactly one place and every minor unit is accounted for."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.reconciler import Matching, match, open_items, reopened
from bots.reconciler.ageing import carried_forward
from bots.reconciler.desk import COLUMNS
from bots.reconciler.subsets import MOST_FOUND, subsets, subsets_with
from config.reconciliation_rules import Rules, read_rules

NAMES = ["Acero Norte S.L.", "ACERO NORTE SL", "Kern AG", "", None]
REFS = ["RE100", "RE101", "RE 102", "INV-2026-1", "7", "", None]
WORDS = ["PAGO", "RE100", "RE101", "RE102,", "INV-2026-1", "DEVOLUCION", "7", "01.02.2026", "Ø", "=1+1", "\n"]

items = st.fixed_dictionaries(
    {
        "party_id": st.sampled_from(["S1", "S2", None]),
        "party": st.sampled_from(NAMES),
        "reference": st.sampled_from(REFS),
        "text": st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join),
        "iban": st.sampled_from(["ES1234567890123456789012", None]),
        "date": st.integers(0, 60).map(lambda n: date(2026, 1, 1) + timedelta(days=n)) | st.none(),
        "due": st.none(),
        "amount": st.sampled_from([0, 1, 100, 995, 1000, 2000, 3000, -1000, 2**50]) | st.integers(-(2**52), 2**52),
        "currency": st.sampled_from(["EUR", "USD", "JPY", "KWD"]),
    }
)
RULES = read_rules("bank-against-ledger")
VARIANTS = [RULES, RULES.model_copy(update={"sign_off": 50}), RULES.model_copy(update={"partial": False, "fx": None})]


def frame(rows: list[dict[str, object]], letter: str) -> pl.DataFrame:
    """Rows as a side, numbered."""
    return pl.DataFrame([{"id": f"{letter}{n}", **row} for n, row in enumerate(rows)], schema=COLUMNS)


def places(made: Matching) -> None:
    """Assert independently of the code's own assertion."""
    for side, name in ((made.left, "left"), (made.right, "right")):
        members = [row for group in made.groups[name].to_list() for row in group]
        assert sorted(members) == sorted(side.filter(pl.col("status") == "matched")["id"].to_list())
        suggested = {row for group in made.suggestions[name].to_list() for row in group}
        assert suggested == set(side.filter(pl.col("status") == "suggested")["id"].to_list())
    for row in made.control.iter_rows(named=True):
        assert row["off"] == 0
        assert row["left"] == row["left_matched"] + row["left_suggested"] + row["left_open"]
        assert row["right"] == row["right_matched"] + row["right_suggested"] + row["right_open"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(left=st.lists(items, max_size=12), right=st.lists(items, max_size=12), rules=st.sampled_from(VARIANTS))
def test_every_row_is_in_exactly_one_place(
    left: list[dict[str, object]], right: list[dict[str, object]], rules: Rules
) -> None:
    ours, theirs = frame(left, "L"), frame(right, "R")
    made = match(ours, theirs, rules)
    places(made)
    assert made.left["id"].to_list() == ours["id"].to_list()
    assert made.right["amount"].to_list() == theirs["amount"].to_list()
    assert match(ours, theirs, rules).groups.equals(made.groups)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(left=st.lists(items, min_size=1, max_size=10), right=st.lists(items, min_size=1, max_size=10))
def test_what_is_taken_back_is_open_again_and_what_is_open_is_carried(
    left: list[dict[str, object]], right: list[dict[str, object]]
) -> None:
    made = match(frame(left, "L"), frame(right, "R"), RULES)
    for group in made.groups["group"].to_list():
        places(reopened(made, group))
    ours, theirs = carried_forward(made)
    assert ours["amount"].sum() == open_items(made, "left")["amount"].sum()
    still_open = made.control.select(pl.sum_horizontal("left_open", "left_suggested", "residual").sum()).item()
    assert ours["amount"].sum() == still_open
    assert theirs.height == made.right.filter(pl.col("status") != "matched").height


@st.composite
def dated(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Days in ascending order, and an amount for each."""
    days = sorted(draw(st.lists(st.integers(0, 40), min_size=3, max_size=9)))
    return days, draw(st.lists(st.integers(-50, 200), min_size=len(days), max_size=len(days)))


@given(dated=dated(), target=st.integers(-50, 400), most=st.integers(2, 6))
def test_every_likely_set_with_a_sum_is_found_and_it_is_known_how_many_are_as_close(
    dated: tuple[list[int], list[int]], target: int, most: int
) -> None:
    days, amounts = dated
    sets = [at for size in range(2, most + 1) for at in combinations(range(len(days)), size)]
    among = {
        one: sum(len(at) <= len(one) and days[at[-1]] - days[at[0]] <= days[one[-1]] - days[one[0]] for at in sets)
        for one in sets
        if sum(amounts[n] for n in one) == target
    }
    found = {one.positions: one.among for one in subsets(days, amounts, target, most)}
    assert found.items() <= among.items()
    missed = [ways for one, ways in among.items() if one not in found]
    assert len(found) == MOST_FOUND or all(ways > 100 * min(found.values()) for ways in missed)


@given(dated=dated(), target=st.integers(-50, 400), most=st.integers(3, 6), needed=st.integers(1, 2))
def test_every_set_that_holds_what_a_line_names_is_found(
    dated: tuple[list[int], list[int]], target: int, most: int, needed: int
) -> None:
    days, amounts = dated
    named = tuple(range(needed))
    every = {
        (*named, *more)
        for size in range(1, most - needed + 1)
        for more in combinations(range(needed, len(days)), size)
        if sum(amounts[n] for n in (*named, *more)) == target
    }
    found = [one.positions for one in subsets_with(days, amounts, target, most, needed)]
    assert len(set(found)) == len(found)
    assert len(found) == MOST_FOUND or set(found) == every
