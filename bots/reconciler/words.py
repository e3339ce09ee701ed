"""Names, references and texts brought to a form in which they can be compared.

*Squashed*: upper case, without accents, letters and digits only: `INV-2026/00123` is `INV202600123`.
A *run* is an unbroken series of letters and digits; a *gram* is 1 to 5 neighbouring runs squashed together, which is
how a reference is found that somebody has split or whose separators a bank has changed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import polars as pl

__all__ = ["LONGEST_GRAM", "folded", "grams", "squash", "squashed", "squashed_code", "words_of"]

LONGEST_GRAM = 5
_LETTERS = {"Ø": "O", "Đ": "D", "Ł": "L", "ß": "SS", "Æ": "AE", "Œ": "OE", "ẞ": "SS", "Þ": "TH"}
_DATES = r"\b\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})\b|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}/\d{1,2}/\d{4}\b"
_NOT_ALNUM = re.compile(r"[\W_]+")


def folded(expr: pl.Expr) -> pl.Expr:
    """Upper case without accents."""
    return (
        expr.str.to_uppercase()
        .str.replace_many(list(_LETTERS), list(_LETTERS.values()))
        .str.normalize("NFKD")
        .str.replace_all(r"\p{M}", "")
    )


def squashed(expr: pl.Expr) -> pl.Expr:
    """A name or text, squashed."""
    return folded(expr).str.replace_all(r"[^\p{L}\p{N}]", "")


def squashed_code(expr: pl.Expr) -> pl.Expr:
    """A reference, squashed (no accents are expected: five times faster)."""
    return expr.str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]", "")


@lru_cache(maxsize=200_000)
def words_of(text: str) -> tuple[str, ...]:
    """The folded words of one name; dots join (S.L. is SL)."""
    upper = text.upper()
    if not upper.isascii():
        for letter, plain in _LETTERS.items():
            upper = upper.replace(letter, plain)
        upper = "".join(c for c in unicodedata.normalize("NFKD", upper) if not unicodedata.combining(c))
    return tuple(word for word in _NOT_ALNUM.split(upper.replace(".", "")) if word)


def squash(text: str) -> str:
    """One text, squashed; the same as `squashed` of a column."""
    return "".join(words_of(text))


def grams(texts: pl.DataFrame) -> pl.DataFrame:
    """All grams that hold a digit.

    Args:
        texts: row (UInt32), text (String).

    Returns:
        row, start (index of its first run), length (runs), gram. Dates are cut out first: they look like references.
    """
    runs = (
        texts.lazy()
        .with_columns(pl.col("text").str.to_uppercase().str.replace_all(_DATES, " | "))
        .select("row", run=pl.col("text").str.extract_all(r"[\p{L}\p{N}]+|\|"))
        .filter(pl.col("run").list.len() > 0)
        .with_columns(start=pl.int_ranges(0, pl.col("run").list.len(), dtype=pl.Int16))
        .explode("run", "start", empty_as_null=False)
        .collect()
    )
    found = []
    joined, unbroken = pl.col("run"), pl.col("run") != "|"
    for length in range(1, LONGEST_GRAM + 1):
        if length > 1:
            following = pl.col("run").shift(1 - length)
            joined = joined + following
            unbroken = unbroken & (pl.col("row").shift(1 - length) == pl.col("row")) & (following != "|")
        found.append(
            runs.lazy()
            .select("row", "start", length=pl.lit(length, pl.Int16), gram=joined, unbroken=unbroken)
            .filter(pl.col("unbroken"))
            .drop("unbroken")
        )
    return pl.concat(found).filter(pl.col("gram").str.contains(r"\d")).collect()
