"""Two versions of one table: which rows came and went, and what changed, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from config.errors import BusinessException

__all__ = ["Changes", "compare_versions", "likely_key"]


@dataclass(frozen=True)
class Changes:
    """What changed between two versions.

    Attributes:
        cells: row (key in words), column, before, after: one row a changed cell; columns that only one version has are
            reported in `columns`, not here.
        added, removed: rows that only the new or only the old version has, as they stand.
        columns: column, what ("added" or "removed").
        same: rows that are in both without a change.
    """

    key: tuple[str, ...]
    cells: pl.DataFrame
    added: pl.DataFrame
    removed: pl.DataFrame
    columns: pl.DataFrame
    same: int


def likely_key(old: pl.DataFrame, new: pl.DataFrame) -> tuple[str, ...]:
    """The first column, or first two neighbours, that name every row of both versions; () when there are none."""
    shared = [name for name in old.columns if name in new.columns]
    choices: list[tuple[str, ...]] = [(name,) for name in shared] + list(pairwise(shared))
    for names in choices:
        if all(
            not frame.select(names).is_duplicated().any()
            and not frame.select(names).null_count().sum_horizontal().sum()
            for frame in (old, new)
        ):
            return names
    return ()


def compare_versions(old: pl.DataFrame, new: pl.DataFrame, key: Sequence[str] = ()) -> Changes:
    """Compare two tables.

    Args:
        key: columns that name a row; found when left out, else rows are compared by their position.

    Raises:
        BusinessException: OF600 a key column is missing, OF602 a key names two rows.
    """
    names = tuple(key) or likely_key(old, new)
    if not names:
        old, new = (frame.with_row_index("row", offset=1) for frame in (old, new))
        names = ("row",)
    before, after = _keyed(old, names, "old"), _keyed(new, names, "new")
    shared = [name for name in old.columns if name in new.columns and name not in names]
    both = before.join(after, on="key", how="inner", maintain_order="left", suffix="\0")
    changes = [
        both.filter(pl.col(name).ne_missing(pl.col(f"{name}\0"))).select(
            row="key", column=pl.lit(name), before=name, after=pl.col(f"{name}\0")
        )
        for name in shared
    ]
    schema = dict.fromkeys(("row", "column", "before", "after"), pl.String)
    cells = pl.concat([pl.DataFrame(schema=schema), *changes]).sort("row", maintain_order=True)
    moved = [(name, "added") for name in new.columns if name not in old.columns]
    moved += [(name, "removed") for name in old.columns if name not in new.columns]
    return Changes(
        key=names,
        cells=cells,
        added=after.join(before, on="key", how="anti", maintain_order="left").drop("key"),
        removed=before.join(after, on="key", how="anti", maintain_order="left").drop("key"),
        columns=pl.DataFrame(moved, schema={"column": pl.String, "what": pl.String}, orient="row"),
        same=both.height - cells["row"].n_unique(),
    )


def _keyed(frame: pl.DataFrame, names: tuple[str, ...], side: str) -> pl.DataFrame:
    """All cells as text, blanks around them gone, with the key in words."""
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise BusinessException("OF600", side, why=f"there is no column {missing[0]}")
    texts = frame.select(pl.all().cast(pl.String).str.strip_chars().replace("", None))
    keyed = texts.with_columns(key=pl.concat_str([pl.col(name).fill_null("") for name in names], separator=" | "))
    twice = keyed.filter(pl.col("key").is_duplicated())
    if twice.height:
        raise BusinessException("OF602", side, id=twice["key"][0])
    return keyed
