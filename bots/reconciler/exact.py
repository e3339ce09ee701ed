"""The bulk: reference, amount and currency agree, and nobody else claims either row. All in polars.

Three attempts, each on what the one before left: the reference column itself and the words of the text as they
stand, then all grams of the text (a reference that was split, or whose separators were changed).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from bots.reconciler.desk import Bools, Desk, Ints
from bots.reconciler.parties import agrees
from bots.reconciler.words import grams, squashed_code

__all__ = ["CODE", "likely_sign", "take_exact", "words_with_digits"]

CODE = "OF610"
_SHORT = 4
_SAMPLE = 5000
_USUAL = 0.95
_ENOUGH = 30


def words_with_digits(items: pl.DataFrame) -> pl.DataFrame:
    """row, key: the squashed words with a digit of each row's text, their parts between slashes, its own reference."""
    texts = items.lazy().filter(pl.col("text").is_not_null())
    parts = texts.filter(pl.col("text").str.contains("/", literal=True))
    words = (
        pl.concat([_extracted(texts, r"\S*\d\S*"), _extracted(parts, r"[^\s/]*\d[^\s/]*")])
        .explode("key", empty_as_null=False)
        .with_columns(key=squashed_code(pl.col("key")))
    )
    own = items.lazy().filter(pl.col("ref").is_not_null()).select("row", key=pl.col("ref"))
    return pl.concat([words, own]).filter(pl.col("key").str.len_bytes() > 1).collect()


def _extracted(texts: pl.LazyFrame, pattern: str) -> pl.LazyFrame:
    return texts.select("row", key=pl.col("text").str.extract_all(pattern))


def _pairs(desk: Desk, candidates: pl.DataFrame) -> pl.DataFrame:
    """left, right: rows whose key, amount and currency agree.

    Args:
        candidates: row, key: what the open right rows are called.
    """
    left = desk.left.items.lazy().filter(pl.Series(~desk.left.taken), pl.col("ref") != "")
    right = candidates.lazy().join(desk.right.items.lazy().select("row", "amount", "currency"), on="row")
    ours = left.select("row", "amount", "currency", key="ref").with_columns(hash=_hash())
    theirs = right.with_columns(hash=_hash())
    same = (
        theirs.join(ours, on="hash", suffix="_left")
        .filter(
            pl.col("key") == pl.col("key_left"),
            pl.col("amount") == pl.col("amount_left"),
            pl.col("currency") == pl.col("currency_left"),
        )
        .select(left="row_left", right="row", key="key")
        .unique(["left", "right"])
    )
    return same.collect()


def _hash() -> pl.Expr:
    """One integer for reference, amount and currency; equal hashes are compared again in full."""
    return pl.col("key").hash(1) + pl.col("amount").hash(2) + pl.col("currency").hash(3)


def _unrivalled(pairs: pl.DataFrame) -> pl.DataFrame:
    return pairs.filter(pl.col("left").is_unique() & pl.col("right").is_unique())


def _of_one_party(desk: Desk, pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs whose names do not contradict each other; a short reference needs names that agree."""
    named = (
        pairs.lazy()
        .join(desk.left.items.lazy().select(left="row", ours="party"), on="left")
        .join(desk.right.items.lazy().select(right="row", theirs="party", iban="iban"), on="right")
        .with_columns(pl.col("ours", "theirs").fill_null(""))
    )
    begins_alike = (
        pl.col("ours").str.slice(0, 3).str.to_uppercase() == pl.col("theirs").str.slice(0, 3).str.to_uppercase()
    )
    silent = (pl.col("ours") == "") | (pl.col("theirs") == "")
    long = pl.col("key").str.len_bytes() >= _SHORT
    judged = named.with_columns(good=pl.when(silent).then(long).otherwise(begins_alike)).collect()
    doubtful = (
        judged.filter(~pl.col("good"), pl.col("ours") != "", pl.col("theirs") != "").select("ours", "theirs").unique()
    )
    if doubtful.height:
        same = [agrees(a, b) for a, b in doubtful.iter_rows()]
        judged = judged.join(doubtful.with_columns(same=pl.Series(same)), on=["ours", "theirs"], how="left")
        judged = judged.with_columns(good=pl.col("good") | pl.col("same").fill_null(value=False))
    return judged.filter("good").select("left", "right").sort("left")


def _take(desk: Desk, pairs: pl.DataFrame) -> None:
    chosen = _of_one_party(desk, _unrivalled(pairs))
    left, right = chosen["left"].to_numpy().astype(np.int64), chosen["right"].to_numpy().astype(np.int64)
    days = _days_after(desk, left, right)
    good = (np.abs(days) <= desk.rules.tolerance.days) & ~_doubtful(desk, left, days)
    desk.take_pairs(CODE, left[good], right[good])


def _days_after(desk: Desk, left: Ints, right: Ints) -> Ints:
    """Days from each item to its line; 0 when one of them has no date."""
    ours, theirs = desk.left.day[left], desk.right.day[right]
    after: Ints = np.where((ours == 0) | (theirs == 0), 0, theirs - ours)
    return after


def _doubtful(desk: Desk, left: Ints, days: Ints) -> Bools:
    """Pairs that came at an unusual time while the party has another item of that amount.

    A reference with a typing error may be that of another open item; who pays the same sum every month is then matched
    to the wrong month. These pairs wait until the rest is known.
    """
    if not len(days):
        return np.zeros(0, dtype=np.bool_)
    if len(days) >= _ENOUGH:
        desk.usual_days = min(desk.usual_days, int(np.quantile(days, _USUAL)))
    odd = (days < -desk.rules.window.before) | (days > desk.usual_days)
    same = (pl.coalesce("party_id", "party", pl.lit("")).alias("who"), "amount", "currency")
    items = desk.left.items.lazy().select(*same)
    at = np.flatnonzero(odd)
    asked = desk.left.items[left[at]].lazy().select(*same).with_columns(at=pl.Series(at, dtype=pl.Int64))
    keys = ["who", "amount", "currency"]
    count = items.join(asked.select(keys).unique(), on=keys, how="semi").group_by(keys).len()
    twins = asked.join(count, on=keys).filter(pl.col("len") > 1).select("at").collect()["at"]
    doubtful = np.zeros(len(left), dtype=np.bool_)
    doubtful[twins.to_numpy()] = True
    return doubtful


def likely_sign(desk: Desk) -> int:
    """1 or -1: with which sign more of the right rows have a left row of their reference and size."""
    words = words_with_digits(desk.right.items.head(_SAMPLE))
    right = words.lazy().join(desk.right.items.lazy().select("row", "amount", "currency"), on="row")
    left = desk.left.items.lazy().filter(pl.col("ref") != "").select("currency", key="ref", owed="amount")
    same = right.join(left, on=["key", "currency"]).filter(pl.col("amount").abs() == pl.col("owed").abs())
    agree = same.select(
        same=(pl.col("amount") == pl.col("owed")).sum().cast(pl.Int64),
        other=(pl.col("amount") == -pl.col("owed")).sum().cast(pl.Int64),
    ).collect()
    if agree["same"][0] == agree["other"][0]:
        return -1 if int(desk.left.amount.sum()) * int(desk.right.amount.sum()) < 0 else 1
    return 1 if agree["same"][0] > agree["other"][0] else -1


def take_exact(desk: Desk) -> pl.DataFrame:
    """Take all pairs of which reference, amount and currency agree without a rival.

    Returns:
        The grams of the right rows that are left (row, start, length, gram), for those who come after.
    """
    _take(desk, _pairs(desk, words_with_digits(desk.right.open_items())))
    rest = grams(desk.right.open_items().filter(pl.col("text").is_not_null()).select("row", "text"))
    named = rest.join(desk.left.items.lazy().select(gram="ref").unique().collect(), on="gram", how="semi")
    _take(desk, _pairs(desk, named.select("row", key="gram").unique()))
    return rest.filter(~pl.Series(desk.right.taken[rest["row"].to_numpy()], dtype=pl.Boolean))
