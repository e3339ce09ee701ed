"""A matching as the accountant's workbook shows it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from bots.reconciler.ageing import BUCKETS, aged, as_of, open_items
from bots.reconciler.matching import Matching
from bots.reconciler.reasons import with_reasons
from connectors.workbook import Layout, Listing, Total

__all__ = ["review_rows", "workbook_layout"]

_MOST_ROWS = 200_000
_SHOWN = (
    "id",
    "party",
    "reference",
    "text",
    "date",
    "due",
    "amount",
    "currency",
    "original",
    "status",
    "age",
    "bucket",
)


def workbook_layout(matching: Matching, audit: Sequence[tuple[str, str]]) -> Layout:
    """The workbook's contents; `audit`: label and value of the Audit sheet."""
    rules = matching.rules
    matched = _group_rows(matching, matching.groups)
    unlisted = matched.slice(rules.workbook.matched_rows)
    left, right = (_open_rows(matching, side) for side in ("left", "right"))
    return Layout(
        title=rules.title or rules.name,
        left_label=rules.left.label or "left",
        right_label=rules.right.label or "right",
        totals=_totals(matching, unlisted, left.slice(_MOST_ROWS), right.slice(_MOST_ROWS)),
        matched=Listing(matched.head(rules.workbook.matched_rows), _GROUP_MONEY, unlisted.height),
        review=Listing(review_rows(matching).head(_MOST_ROWS), _GROUP_MONEY),
        open_left=Listing(left.head(_MOST_ROWS), _OPEN_MONEY, max(0, left.height - _MOST_ROWS)),
        open_right=Listing(right.head(_MOST_ROWS), _OPEN_MONEY, max(0, right.height - _MOST_ROWS)),
        audit=audit,
        language=rules.workbook.language,
        buckets=BUCKETS,
    )


_GROUP_MONEY = {"left total": "currency", "right total": "paid in", "residual": "currency", "difference": "currency"}
_OPEN_MONEY = {"amount": "currency", "original": "currency"}


def _group_rows(matching: Matching, groups: pl.DataFrame) -> pl.DataFrame:
    """Groups as a sheet shows them: ids joined by blanks, the reason in words."""
    return with_reasons(groups, matching.rules.workbook.language).select(
        "group", "code", "reason",
        pl.col("left").list.join(" "), pl.col("right").list.join(" "),
        pl.col("left_total").alias("left total"), pl.col("right_total").alias("right total"),
        "residual", "difference", "currency", pl.col("paid_in").alias("paid in"),
    )  # fmt: skip


def review_rows(matching: Matching) -> pl.DataFrame:
    """Suggestions as the To review sheet shows them, in its order."""
    score = matching.suggestions["score"].round(3)
    return _group_rows(matching, matching.suggestions).with_columns(score)


def _open_rows(matching: Matching, side: str) -> pl.DataFrame:
    """Open items with their age, oldest first; the right side's with the sign that compares to the left."""
    rows = aged(open_items(matching, side), as_of(matching)).select(_SHOWN).sort("age", "id", descending=[True, False])
    if side == "right" and matching.sign == -1:
        return rows.with_columns(-pl.col("amount", "original"))
    return rows


def _totals(
    matching: Matching, unlisted: pl.DataFrame, open_left: pl.DataFrame, open_right: pl.DataFrame
) -> list[Total]:
    totals = []
    for row in matching.control.iter_rows(named=True):
        mine = pl.col("currency") == row["currency"]
        theirs = pl.col("paid in") == row["currency"]
        hidden = unlisted.select(
            settled=pl.col("left total").filter(mine).sum() - pl.col("residual").filter(mine).sum(),
            received=pl.col("right total").filter(theirs).sum(),
            difference=pl.col("difference").filter(mine).sum(),
            exchanged=pl.col("left total").filter(mine & ~theirs).sum()
            - pl.col("right total").filter(theirs & ~mine).sum(),
        ).to_dicts()[0]
        hidden["open left"] = int(open_left.filter(mine)["amount"].sum())
        hidden["open right"] = int(open_right.filter(mine)["amount"].sum())
        totals.append(
            Total(
                row["currency"], row["left"], row["right"], row["left_matched"], row["right_matched"],
                row["residual"], row["difference"], row["exchanged"],
                row["left_open"] + row["left_suggested"] + row["residual"], row["right_open"] + row["right_suggested"],
                {name: int(value) for name, value in hidden.items()},
            )
        )  # fmt: skip
    return totals
