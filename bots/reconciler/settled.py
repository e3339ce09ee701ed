"""What earlier runs have settled, beside what this one has: the workbook shows whole statements, not what is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from bots.reconciler.conservation import assert_conserved
from bots.reconciler.desk import canonical
from bots.reconciler.matching import GROUPS, Matching

__all__ = ["SETTLED_BEFORE", "with_settled"]

SETTLED_BEFORE = "OF627"
Settled = tuple[tuple[str, ...], tuple[str, ...]]
"""Ids of the items and of the lines that settle them."""


def with_settled(matching: Matching, items: pl.DataFrame, lines: pl.DataFrame, settled: Iterable[Settled]) -> Matching:
    """The matching with the groups of earlier runs behind its own, and their rows among the matched ones.

    Args:
        items, lines: the rows of both sides that earlier runs have used; columns as `desk.COLUMNS`, signs as given to
            `match`.
        settled: the groups; one with a row that is not there any more is left out, and with it all its rows.
    """
    left, right = canonical(items, "left"), canonical(lines, "right")
    if matching.rules.left.sign == -1:
        left = left.with_columns(amount=-pl.col("amount"))
    ours = {row["id"]: row for row in left.iter_rows(named=True)}
    theirs = {row["id"]: row for row in right.iter_rows(named=True)}
    last = matching.groups.select(pl.col("group").max()).item() or 0
    whole = [(a, b) for a, b in settled if a and b and ours.keys() >= set(a) and theirs.keys() >= set(b)]
    groups = [
        _group(number, [ours[one] for one in a], [theirs[one] for one in b], matching.sign)
        for number, (a, b) in enumerate(whole, last + 1)
    ]
    extended = replace(
        matching,
        groups=pl.concat([matching.groups, pl.DataFrame(groups, schema=GROUPS)]),
        left=_beside(matching.left, left, {one: last + n for n, (a, _) in enumerate(whole, 1) for one in a}),
        right=_beside(matching.right, right, {one: last + n for n, (_, b) in enumerate(whole, 1) for one in b}),
    )
    assert_conserved(extended.left, extended.right, extended.groups, extended.suggestions, extended.sign)
    return extended


def _group(number: int, left: Sequence[dict[str, Any]], right: Sequence[dict[str, Any]], sign: int) -> dict[str, Any]:
    """A row of GROUPS; what the two sides are apart was written off when they were settled."""
    paid, currency, paid_in = sum(row["amount"] for row in right) * sign, left[0]["currency"], right[0]["currency"]
    owed = sum(row["amount"] for row in left)
    days = (right[0]["date"] - left[0]["date"]).days if right[0]["date"] and left[0]["date"] else None
    return {
        "group": number, "code": SETTLED_BEFORE, "left": [row["id"] for row in left],
        "right": [row["id"] for row in right], "left_total": owed, "right_total": paid, "residual": 0,
        "difference": owed - paid if currency == paid_in else 0, "currency": currency, "paid_in": paid_in,
        "reference": left[0]["reference"], "days": days, "score": 1.0,
    }  # fmt: skip


def _beside(side: pl.DataFrame, rows: pl.DataFrame, groups: dict[str, int]) -> pl.DataFrame:
    """A side with these rows of earlier groups below its own."""
    numbers = pl.DataFrame(
        {"id": list(groups), "group": list(groups.values())}, schema={"id": pl.String, "group": pl.Int64}
    )
    earlier = rows.join(numbers, on="id").with_columns(status=pl.lit("matched"))
    return pl.concat([side, earlier.select(side.columns)], how="vertical_relaxed")
