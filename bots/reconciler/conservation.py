"""Nothing is lost and nothing is made: every row in exactly one place, every minor unit accounted for."""

from __future__ import annotations

import polars as pl

__all__ = ["assert_conserved", "control"]


def control(left: pl.DataFrame, right: pl.DataFrame, groups: pl.DataFrame, sign: int) -> pl.DataFrame:
    """Control totals by currency, in minor units.

    Returns:
        currency; left and right (sums of all rows) and each side's matched, suggested and open parts; residual and
        difference of the groups; exchanged (left - right of groups paid in another currency: the left part counts in
        the item's currency, the right part in the payment's); off: left_matched - right_matched - residual -
        difference - exchanged, which is zero.
    """
    ours, theirs = _sums(left, "left", 1), _sums(right, "right", sign)
    here = groups.lazy().with_columns(across=pl.col("currency") != pl.col("paid_in"))
    explained = here.group_by("currency").agg(
        pl.col("residual").sum(),
        pl.col("difference").sum(),
        out=pl.col("left_total").filter("across").sum(),
    )
    received = here.filter("across").group_by(currency="paid_in").agg(back=pl.col("right_total").sum())
    table = (
        ours.join(theirs, on="currency", how="full", coalesce=True)
        .join(explained, on="currency", how="left")
        .join(received, on="currency", how="left")
        .with_columns(pl.exclude("currency").fill_null(0))
        .with_columns(exchanged=pl.col("out") - pl.col("back"))
        .drop("out", "back")
    )
    gap = pl.col("left_matched") - pl.col("right_matched")
    return (
        table.with_columns(off=gap - pl.col("residual") - pl.col("difference") - pl.col("exchanged"))
        .sort("currency")
        .collect()
    )


def _sums(side: pl.DataFrame, name: str, sign: int) -> pl.LazyFrame:
    amount = pl.col("amount") * sign
    parts = [
        amount.filter(pl.col("status") == status).sum().alias(f"{name}_{status}")
        for status in ("matched", "suggested", "open")
    ]
    return side.lazy().group_by("currency").agg(amount.sum().alias(name), *parts)


def assert_conserved(
    left: pl.DataFrame, right: pl.DataFrame, groups: pl.DataFrame, suggestions: pl.DataFrame, sign: int
) -> None:
    """Raise AssertionError when a row is in no place or in two, or the sums do not close."""
    for name, side in (("left", left), ("right", right)):
        members = groups.lazy().select(id=name, of="group").explode("id", empty_as_null=False)
        found = side.lazy().join(members, on="id", how="left").select(
            rows=pl.len(),
            astray=(~pl.col("of").eq_missing(pl.col("group"))).sum(),
            misnamed=((pl.col("status") == "matched") != pl.col("group").is_not_null()).sum(),
        )  # fmt: skip
        count, seen = groups.select(pl.col(name).list.len().sum()).item(), found.collect()
        matched = side.height - side["group"].null_count()
        if seen.row(0) != (side.height, 0, 0) or count != matched:
            raise AssertionError(f"the {name} rows of the groups are not its matched rows: {seen.row(0)}, {count}")
        hinted = suggestions.select(pl.col(name).explode(empty_as_null=False))[name].unique()
        places = side.filter(pl.col("id").is_in(hinted.implode()))["status"]
        if (places != "suggested").any() or len(places) != len(hinted):
            raise AssertionError(f"a suggested {name} row is elsewhere too")
    off = control(left, right, groups, sign).filter(pl.col("off") != 0)
    if off.height:
        raise AssertionError(f"the totals do not close: {off.to_dicts()}")
