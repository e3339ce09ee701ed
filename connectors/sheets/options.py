"""What a person may fix about a table instead of having it inferred; part of the YAML of a reconciliation."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from config.yaml_file import Strict

__all__ = ["DateOrder", "DecimalMark", "SheetOptions"]

DecimalMark = Literal[".", ","]
DateOrder = Literal["dmy", "mdy", "ymd"]


class SheetOptions(Strict):
    """Overrides of what is inferred; None means infer and report.

    Attributes:
        sheet: name of the worksheet, or its number counted from 1.
        header_row: row of the column names as the spreadsheet counts it, from 1; 0 when there are no names.
        table: which of several tables on the sheet, counted from 1 in reading order.
        hidden_rows: what becomes of rows that a person cannot see: filtered or hidden.
        totals: what becomes of totals rows.
        uncalculated: what becomes of a workbook with formulas that no program has calculated yet.
        encoding, delimiter, quote: of a text table.
        decimal_mark, date_order: of text values in all columns.
        rename: column names as they stand -> names to use.
        max_cells: largest table read, in cells.
    """

    sheet: str | int | None = None
    header_row: int | None = Field(None, ge=0)
    table: int = Field(1, ge=1)
    hidden_rows: Literal["keep", "drop"] = "keep"
    totals: Literal["drop", "keep"] = "drop"
    uncalculated: Literal["refuse", "empty"] = "refuse"
    encoding: str | None = None
    delimiter: str | None = Field(None, min_length=1, max_length=1)
    quote: str | None = Field(None, min_length=1, max_length=1)
    decimal_mark: DecimalMark | None = None
    date_order: DateOrder | None = None
    rename: dict[str, str] = Field(default_factory=dict)
    max_cells: int = Field(200_000_000, gt=0)
