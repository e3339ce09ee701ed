"""The accountant's workbook: Summary with live control totals, Matched, To review, Open left, Open right, Audit.

Text from data is never written as a formula. All sheets are protected (without a password, against slips); only the
decision and comment cells of To review are unlocked. Cached values are written beside the formulas, so that a reader
which does not calculate sees the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from config.errors import Language
from config.money import exponent

__all__ = ["DECISIONS", "SHEETS", "Layout", "Listing", "Total", "write_sheets", "write_workbook"]

DECISIONS = ("accept", "reject", "later")
SHEETS: Mapping[Language, tuple[str, ...]] = {
    "en": ("Summary", "Matched", "To review", "Open left", "Open right", "Audit"),
    "es": ("Resumen", "Conciliado", "Por revisar", "Abierto izquierda", "Abierto derecha", "Auditoría"),
}
_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {},
    "es": {
        "currency": "moneda", "total": "total", "matched": "conciliado", "open": "abierto", "control": "control",
        "residual": "resto abierto", "difference": "diferencia", "exchanged": "cambio", "group": "grupo",
        "reason": "motivo",
        "left": "izquierda", "right": "derecha", "score": "certeza", "decision": "decisión", "comment": "comentario",
        "must be 0.00": "debe ser 0,00", "left total": "total izquierda", "right total": "total derecha",
        "paid in": "pagado en", "status": "estado", "age": "antigüedad", "bucket": "tramo", "amount": "importe",
        "date": "fecha", "due": "vence", "party": "tercero", "reference": "referencia", "text": "texto", "id": "id",
        "code": "código", "original": "importe original", "rows not listed here": "filas no listadas aquí",
    },
}  # fmt: skip
_LONGEST_TEXT = 32_000
_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - xlsxwriter wants it naive; a fixed one keeps the bytes the same
_WIDTHS = {"reason": 60, "left": 24, "right": 24, "text": 44, "party": 30, "comment": 40, "reference": 18, "iban": 28}


@dataclass(frozen=True, slots=True)
class Listing:
    """One sheet's rows.

    Attributes:
        rows: as shown; columns named in `money` are minor units of the row's currency in the column given.
        money: amount column -> its currency column.
        unlisted: rows that did not fit; their sums are in the totals.
    """

    rows: pl.DataFrame
    money: Mapping[str, str]
    unlisted: int = 0


@dataclass(frozen=True, slots=True)
class Total:
    """One currency's figures in minor units; `unlisted` of each sheet column that is not in the sheets."""

    currency: str
    left: int
    right: int
    left_matched: int
    right_matched: int
    residual: int
    difference: int
    exchanged: int
    left_open: int
    right_open: int
    unlisted: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """All that the workbook shows; `audit` are label and value; `buckets` the ages."""

    title: str
    left_label: str
    right_label: str
    totals: Sequence[Total]
    matched: Listing
    review: Listing
    open_left: Listing
    open_right: Listing
    audit: Sequence[tuple[str, str]]
    language: Language = "en"
    buckets: Sequence[str] = ()
    extra: Sequence[tuple[str, pl.DataFrame]] = ()
    """Further sheets by name, before Audit."""


def write_workbook(path: Path, layout: Layout) -> None:
    """Write the workbook; its bytes depend only on the layout."""
    options = {
        "constant_memory": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(path, options) as book:
        _Writer(book, layout).write_all()


def write_sheets(path: Path, sheets: Mapping[str, pl.DataFrame], audit: Sequence[tuple[str, str]]) -> None:
    """Write plain tables, one a sheet, and an Audit sheet of label and value; text is never a formula."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"created": _EPOCH})
        head = book.add_format({"bold": True, "bg_color": "#DDE6EF", "bottom": 1})
        audited = pl.DataFrame(list(audit), schema={"what": pl.String, "value": pl.String}, orient="row")
        for name, rows in (*sheets.items(), ("Audit", audited)):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for at, column in enumerate(rows.columns):
                sheet.write_string(0, at, column, head)
                sheet.set_column(at, at, _WIDTHS.get(column, 18))
                for row, value in enumerate(rows[column].cast(pl.String).to_list(), 1):
                    if value is not None:
                        sheet.write_string(row, at, value[:_LONGEST_TEXT])


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook, layout: Layout):
        self.book, self.layout = book, layout
        self.names = SHEETS[layout.language]
        self._formats: dict[tuple[Any, ...], Format] = {}
        self._where: dict[str, dict[str, str]] = {}

    def write_all(self) -> None:
        """All sheets; the summary comes first but needs to know where the others' columns are."""
        self.book.set_properties({"title": self.layout.title, "created": _EPOCH})
        extra = [name for name, _ in self.layout.extra]
        sheets = [self.book.add_worksheet(name) for name in (*self.names[:5], *extra, self.names[5])]
        for sheet in sheets:
            sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True, "select_locked_cells": True})
            sheet.hide_gridlines(2)
        listings = (self.layout.matched, self.layout.review, self.layout.open_left, self.layout.open_right)
        for sheet, listing in zip(sheets[1:5], listings, strict=True):
            self._listing(sheet, listing)
        for sheet, (_, rows) in zip(sheets[5:-1], self.layout.extra, strict=True):
            self._listing(sheet, Listing(rows, {}))
        self._decisions(sheets[2])
        self._summary(sheets[0])
        self._audit(sheets[-1])

    def word(self, text: str) -> str:
        """A heading in the workbook's language."""
        return _WORDS[self.layout.language].get(text, text)

    def format(self, **properties: Any) -> Format:
        """A cell format, each made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(properties)
        return self._formats[key]

    def money(self, currency: str, **more: Any) -> Format:
        """The number format of a currency."""
        places = exponent(currency)
        return self.format(num_format="#,##0" + ("." + "0" * places if places else ""), **more)

    def _listing(self, sheet: Worksheet, listing: Listing) -> None:
        rows = listing.rows
        head = self.format(bold=True, bg_color="#DDE6EF", bottom=1, text_wrap=True, valign="top")
        columns: dict[str, str] = {}
        for at, name in enumerate(rows.columns):
            sheet.write_string(0, at, self.word(name), head)
            sheet.set_column(at, at, _WIDTHS.get(name, 14))
            letter = xl_col_to_name(at, col_abs=True)
            columns[name] = f"'{sheet.get_name()}'!{letter}$2:{letter}${max(rows.height + 1, 2)}"
            self._column(sheet, at, rows[name], rows[listing.money[name]] if name in listing.money else None)
        self._where[sheet.get_name()] = columns
        sheet.freeze_panes(1, 0)
        if rows.height:
            sheet.autofilter(0, 0, rows.height, max(len(rows.columns) - 1, 0))
        if listing.unlisted:
            note = f"+ {listing.unlisted:,} {self.word('rows not listed here')}: groups.jsonl, open.csv"
            sheet.write_string(rows.height + 2, 0, note, self.format(italic=True))

    def _column(self, sheet: Worksheet, at: int, values: pl.Series, currencies: pl.Series | None) -> None:
        if currencies is not None:
            for row, (value, currency) in enumerate(zip(values.to_list(), currencies.to_list(), strict=True), 1):
                if value is not None:
                    sheet.write_number(row, at, value / 10 ** exponent(currency), self.money(currency))
            return
        day = self.format(num_format="yyyy-mm-dd")
        for row, value in enumerate(values.to_list(), 1):
            if isinstance(value, str):
                sheet.write_string(row, at, value[:_LONGEST_TEXT])
            elif isinstance(value, date):
                sheet.write_datetime(row, at, value, day)
            elif value is not None:
                sheet.write_number(row, at, value)

    def _decisions(self, sheet: Worksheet) -> None:
        """Two unlocked columns at the right of the suggestions, the first with a list to choose from."""
        rows, at = self.layout.review.rows.height, len(self.layout.review.rows.columns)
        head = self.format(bold=True, bg_color="#FFF2CC", bottom=1)
        free = self.format(locked=False, bg_color="#FFFBEA", border=4)
        for offset, name in enumerate(("decision", "comment")):
            sheet.write_string(0, at + offset, self.word(name), head)
            sheet.set_column(at + offset, at + offset, 14 if name == "decision" else 40)
            for row in range(1, rows + 1):
                sheet.write_blank(row, at + offset, None, free)
        if rows:
            sheet.data_validation(
                1, at, rows, at, {"validate": "list", "source": list(DECISIONS), "error_title": self.layout.title[:32]}
            )

    def _sum(self, sheet: int, column: str, **where: str) -> str:
        """SUMIFS over one sheet's column; `where`: column -> cell that it must equal."""
        places = self._where[self.names[sheet]]
        conditions = "".join(f",{places[name]},{cell}" for name, cell in where.items())
        return f"SUMIFS({places[column]}{conditions})"

    def _summary(self, sheet: Worksheet) -> None:
        layout = self.layout
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 14, 17)
        sheet.write_string(0, 0, layout.title, self.format(bold=True, font_size=16))
        at = 2
        for total in layout.totals:
            at = self._currency(sheet, at, total) + 2
        self._ageing(sheet, at)

    def _currency(self, sheet: Worksheet, at: int, total: Total) -> int:
        """One currency's block: each side's total, what is settled, what is open, and the control total."""
        head = self.format(bold=True, bg_color="#DDE6EF", bottom=1)
        plain, bold = self.money(total.currency), self.money(total.currency, bold=True, top=1)
        alarm = self.format(bold=True, bg_color="#F4CCCC", font_color="#990000")
        labels = (total.currency, self.layout.left_label, self.layout.right_label)
        for column, label in enumerate((*labels, "")):
            sheet.write_string(at, column, label, head)
        cur = xl_rowcol_to_cell(at, 0, row_abs=True, col_abs=True)
        scale, off = 10 ** exponent(total.currency), total.unlisted

        def figure(row: int, column: int, formula: str, value: int, style: Format = plain, plus: int = 0) -> None:
            extra = f"+{plus / scale:.{exponent(total.currency)}f}" if plus else ""
            sheet.write_formula(row, column, f"={formula}{extra}".replace("+-", "-"), style, value / scale)

        lines = ("total", "matched", "open", "control")
        for offset, name in enumerate(lines, 1):
            sheet.write_string(at + offset, 0, self.word(name))
        sheet.write_number(at + 1, 1, total.left / scale, plain)
        sheet.write_number(at + 1, 2, total.right / scale, plain)
        settled = f"{self._sum(1, 'left total', currency=cur)}-{self._sum(1, 'residual', currency=cur)}"
        figure(at + 2, 1, settled, total.left_matched - total.residual, plus=off.get("settled", 0))
        figure(
            at + 2, 2, self._sum(1, "right total", **{"paid in": cur}), total.right_matched, plus=off.get("received", 0)
        )
        figure(at + 3, 1, self._sum(3, "amount", currency=cur), total.left_open, plus=off.get("open left", 0))
        figure(at + 3, 2, self._sum(4, "amount", currency=cur), total.right_open, plus=off.get("open right", 0))
        places = exponent(total.currency)
        for column in (1, 2):
            cells = [xl_rowcol_to_cell(at + offset, column) for offset in (1, 2, 3)]
            figure(at + 4, column, f"ROUND({cells[0]}-{cells[1]}-{cells[2]},{places})", 0, bold)
        sheet.write_string(at + 4, 3, self.word("must be 0.00"), self.format(italic=True))
        at = self._bridge(sheet, at + 5, total, figure, bold)
        for row in (at, at - 5):
            sheet.conditional_format(row, 1, row, 2, {"type": "cell", "criteria": "!=", "value": 0, "format": alarm})
        return at

    def _bridge(self, sheet: Worksheet, at: int, total: Total, figure: Any, bold: Format) -> int:
        """From what the left side settled to what the right side paid: differences, exchange, and zero."""
        cur = xl_rowcol_to_cell(at - 5, 0, row_abs=True, col_abs=True)
        off = total.unlisted
        for offset, name in enumerate(("difference", "exchanged", "control"), 1):
            sheet.write_string(at + offset, 0, self.word(name))
        figure(at + 1, 1, self._sum(1, "difference", currency=cur), total.difference, plus=off.get("difference", 0))
        both = {"currency": cur, "paid in": cur}
        sent = f"({self._sum(1, 'left total', currency=cur)}-{self._sum(1, 'left total', **both)})"
        got = f"({self._sum(1, 'right total', **{'paid in': cur})}-{self._sum(1, 'right total', **both)})"
        figure(at + 2, 1, f"{sent}-{got}", total.exchanged, plus=off.get("exchanged", 0))
        settled, paid = xl_rowcol_to_cell(at - 3, 1), xl_rowcol_to_cell(at - 3, 2)
        parts = "-".join(xl_rowcol_to_cell(at + offset, 1) for offset in (1, 2))
        figure(at + 3, 1, f"ROUND({settled}-{paid}-{parts},{exponent(total.currency)})", 0, bold)
        sheet.write_string(at + 3, 3, self.word("must be 0.00"), self.format(italic=True))
        return at + 3

    def _ageing(self, sheet: Worksheet, at: int) -> None:
        """What is open by age, side and currency."""
        head = self.format(bold=True, bg_color="#DDE6EF", bottom=1)
        for column, label in enumerate((self.word("open"), self.word("currency"), *self.layout.buckets)):
            sheet.write_string(at, column, label, head)
        for name, number, listing in (
            (self.layout.left_label, 3, self.layout.open_left),
            (self.layout.right_label, 4, self.layout.open_right),
        ):
            sums = listing.rows.group_by("currency", "bucket").agg(pl.col("amount").sum())
            values = {(currency, bucket): amount for currency, bucket, amount in sums.iter_rows()}
            for total in self.layout.totals:
                at += 1
                sheet.write_string(at, 0, name)
                sheet.write_string(at, 1, total.currency)
                cur = xl_rowcol_to_cell(at, 1, col_abs=True)
                for column, bucket in enumerate(self.layout.buckets, 2):
                    formula = self._sum(number, "amount", currency=cur, bucket=f'"={bucket}"')
                    cached = values.get((total.currency, bucket), 0) / 10 ** exponent(total.currency)
                    sheet.write_formula(at, column, f"={formula}", self.money(total.currency), cached)

    def _audit(self, sheet: Worksheet) -> None:
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 90)
        for row, (label, value) in enumerate(self.layout.audit):
            sheet.write_string(row, 0, label, self.format(bold=True))
            sheet.write_string(row, 1, value[:_LONGEST_TEXT])
