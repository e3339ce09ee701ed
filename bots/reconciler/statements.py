"""Lines of several bank files as one list, each payment once although two files may hold it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from bots.reconciler.words import squashed

__all__ = ["without_repeats"]


def without_repeats(files: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """All lines of the files (columns as `desk.COLUMNS`), leaving out those that an earlier file has.

    The n-th line of a file with a certain date, amount, currency and party is the same payment as the n-th such line of
    another file; texts differ between formats, so they are not compared. Within one file every line counts.
    """
    if not files:
        return pl.DataFrame()
    numbered = [
        lines.lazy()
        .with_row_index("at")
        .with_columns(file=pl.lit(number), who=squashed(pl.col("party").fill_null("")).str.slice(0, 10))
        .with_columns(nth=pl.int_range(pl.len()).over("date", "amount", "currency", "who"))
        for number, lines in enumerate(files)
    ]
    same = ("date", "amount", "currency", "who", "nth")
    return (
        pl.concat(numbered)
        .sort("file", "at")
        .unique(same, keep="first", maintain_order=True)
        .drop("at", "file", "who", "nth")
        .collect()
    )
