"""How old what is open is: 0-30, 31-60, 61-90 and more than 90 days after it was due."""

from __future__ import annotations

from datetime import date

import polars as pl

from bots.reconciler.matching import Matching

__all__ = ["BUCKETS", "aged", "as_of", "carried_forward", "open_items"]

BUCKETS = ("not due", "0-30", "31-60", "61-90", "> 90")


def as_of(matching: Matching) -> date:
    """The day ages are counted to: the latest date of the right side (1970-01-01 when there is none)."""
    latest = matching.right["date"].max()
    if latest is None:
        latest = matching.left["date"].max()
    return latest if isinstance(latest, date) else date(1970, 1, 1)


def aged(items: pl.DataFrame, day: date) -> pl.DataFrame:
    """Items with `age` (days since due, else since date; negative: not due yet; null: no date) and `bucket`."""
    age = (pl.lit(day) - pl.coalesce("due", "date")).dt.total_days()
    bucket = pl.lit(BUCKETS[-1])
    for last, name in ((90, BUCKETS[3]), (60, BUCKETS[2]), (30, BUCKETS[1]), (-1, BUCKETS[0])):
        bucket = pl.when(pl.col("age") <= last).then(pl.lit(name)).otherwise(bucket)
    bucket = pl.when(pl.col("age").is_null()).then(pl.lit("?")).otherwise(bucket)
    return items.with_columns(age=age).with_columns(bucket=bucket)


def open_items(matching: Matching, side: str) -> pl.DataFrame:
    """What stays open on a side ("left" or "right"): open and suggested rows, and the rest of those paid in part.

    Returns:
        The items' columns, with `original` (their amount) beside `amount` (what is open).
    """
    items = matching.left if side == "left" else matching.right
    items = items.with_columns(original="amount")
    rest = items.filter(pl.col("status") != "matched")
    if side == "right":
        return rest
    residuals = (
        matching.groups.lazy()
        .filter(pl.col("residual") != 0)
        .select(id=pl.col("left").list.first(), rest="residual")
        .join(items.lazy(), on="id")
        .with_columns(amount="rest", status=pl.lit("part paid"))
        .select(items.columns)
        .collect()
    )
    return pl.concat([rest, residuals])


def carried_forward(matching: Matching) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both sides of the next period's start: what is open now, with the amount that is still open."""
    left, right = (open_items(matching, side).drop("status", "group", "original") for side in ("left", "right"))
    return left, right
