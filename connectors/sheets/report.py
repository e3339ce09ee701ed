"""A table as read, and everything that was inferred on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from config.errors import Reason
from connectors.sheets.options import DateOrder, DecimalMark

__all__ = ["ColumnReport", "DroppedRow", "Sheet", "SheetReport", "reason"]


def reason(code: str, where: str = "", **facts: object) -> Reason:
    """A reason of the catalogue, with facts as text."""
    return Reason(code, where, {name: str(value) for name, value in facts.items()})


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """What was found in one column.

    Attributes:
        kind: text, number, money text (numbers kept as text), date, date text, boolean, mixed, empty.
        decimal_mark, date_order: inferred of text values, or as asked for; None when the column has none.
        ambiguous: the order or the mark could as well be the other one.
    """

    name: str
    kind: str
    decimal_mark: DecimalMark | None = None
    date_order: DateOrder | None = None
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class DroppedRow:
    """A row of the sheet that is not in the frame: its number as the spreadsheet counts it, why, and what stood
    there.
    """

    row: int
    why: str
    text: str


@dataclass(frozen=True, slots=True)
class SheetReport:
    """What was inferred.

    Attributes:
        format: xlsx, xls, xlsb, ods, csv or html.
        sheet, sheets: name of the sheet read and of all of them; hidden ones are in `hidden_sheets`.
        header_row: as the spreadsheet counts, from 1; None when the table has no column names.
        tables: how many tables the sheet holds.
        encoding, delimiter: of a text table.
        preamble: texts that stand above the table, one a row.
        dropped: rows left out, each with its reason.
        remarks: what a person should know, as reasons of the catalogue (OF670 and up).
    """

    format: str
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    header_row: int | None = None
    tables: int = 1
    encoding: str = ""
    delimiter: str = ""
    columns: tuple[ColumnReport, ...] = ()
    dropped: tuple[DroppedRow, ...] = ()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[str, ...] = ()
    error_cells: tuple[str, ...] = ()
    preamble: tuple[str, ...] = ()
    remarks: tuple[Reason, ...] = ()

    def column(self, name: str) -> ColumnReport | None:
        """What was found in a column of the frame."""
        return next((column for column in self.columns if column.name == name), None)

    def codes(self) -> frozenset[str]:
        """Codes of the remarks."""
        return frozenset(remark.code for remark in self.remarks)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table.

    Attributes:
        frame: the rows, in order; text columns are trimmed, cells without a value are null.
        rows: for each row of the frame, its number in the sheet as the spreadsheet counts it (a line number for csv).
        report: what was inferred.
        name: what the file is called in errors.
    """

    frame: pl.DataFrame
    rows: pl.Series
    report: SheetReport
    name: str = ""

    def place(self, index: int) -> str:
        """Where a row of the frame stands, for a message: `ledger.xlsx Sheet1 row 17`."""
        return " ".join(part for part in (self.name, self.report.sheet, f"row {self.rows[index]}") if part)

    def places(self, indices: Iterable[int], limit: int = 5) -> str:
        """Row numbers of some rows of the frame, the first few."""
        numbers = [str(self.rows[index]) for index in indices]
        return ", ".join(numbers[:limit]) + (f" and {len(numbers) - limit} more" if len(numbers) > limit else "")

    def to_json(self) -> dict[str, Any]:
        """The report as plain JSON, for a summary."""
        report = self.report
        return {
            "format": report.format, "sheet": report.sheet, "header_row": report.header_row, "rows": self.frame.height,
            "columns": [{"name": c.name, "kind": c.kind, "decimal_mark": c.decimal_mark, "date_order": c.date_order,
                         "ambiguous": c.ambiguous} for c in report.columns],
            "dropped": [{"row": d.row, "why": d.why, "text": d.text} for d in report.dropped],
            "remarks": [remark.to_json() for remark in report.remarks],
        }  # fmt: skip
