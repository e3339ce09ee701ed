"""A column read as a type, with the rows that do not fit."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

__all__ = ["Parsed"]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A column read as a type, with the rows that do not fit.

    Attributes:
        values: Int64 minor units or Date, null where the cell is empty or unreadable.
        unreadable: rows with text that is not such a value.
        finer: rows whose amount is finer than a minor unit of its currency; their value is rounded half away from zero.
    """

    values: pl.Series
    unreadable: tuple[int, ...] = ()
    finer: tuple[int, ...] = ()
