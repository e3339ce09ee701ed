"""Why a group was accepted, as a sentence: the catalogue's texts filled in for a million rows at once."""

from __future__ import annotations

import re

import polars as pl

from config.errors import Language, catalogue
from config.money import exponent

__all__ = ["money_text", "with_reasons"]

_FACT = re.compile(r"\{(\w+)\}")


def money_text(amount: str, currency: str, currencies: list[str]) -> pl.Expr:
    """Minor units as a decimal number in text, with each currency's decimal places."""
    value = pl.col(amount)
    text = value.cast(pl.String)
    for places in sorted({exponent(code) for code in currencies} - {0}):
        codes = [code for code in currencies if exponent(code) == places]
        whole, part = value.abs() // 10**places, value.abs() % 10**places
        sign = pl.when(value < 0).then(pl.lit("-")).otherwise(pl.lit(""))
        decimal = pl.format("{}{}.{}", sign, whole, part.cast(pl.String).str.zfill(places))
        text = pl.when(pl.col(currency).is_in(codes)).then(decimal).otherwise(text)
    return text


def with_reasons(groups: pl.DataFrame, language: Language = "en") -> pl.DataFrame:
    """The groups with a column `reason`; columns as `matching.GROUPS`."""
    if groups.is_empty():
        return groups.with_columns(reason=pl.lit("", pl.String))
    currencies = groups["currency"].unique().to_list()
    facts = {
        "reference": pl.col("reference").fill_null("-"),
        "difference": money_text("difference", "currency", currencies),
        "residual": money_text("residual", "currency", currencies),
        "currency": pl.col("currency"),
        "paid_in": pl.col("paid_in"),
        "days": pl.col("days").cast(pl.String).fill_null("?"),
        "items": pl.col("left").list.len().cast(pl.String),
        "lines": pl.col("right").list.len().cast(pl.String),
    }
    reason = pl.lit("", pl.String)
    for code in groups["code"].unique().sort().to_list():
        template = catalogue()[code].what[language]
        names = _FACT.findall(template)
        sentence = pl.format(_FACT.sub("{}", template), *(facts[name] for name in names)) if names else pl.lit(template)
        reason = pl.when(pl.col("code") == code).then(sentence).otherwise(reason)
    return groups.with_columns(reason=reason)
