"""The accountant's workbook: Summary with live control totals, Matched, To review, Open left, Open right, Audit.

Text from data is never written as a formula. All sheets are protected (without a password, against slips); only the
decision and comment cells of Matched (undo) and To review are unlocked. Cached values are written beside the formulas,
so that a reader which does not calculate sees the same figures.
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
from connectors.workbook_words import DECISIONS, SHEETS, UNDO, WORDS

__all__ = ["Layout", "Listing", "Total", "write_sheets", "write_workbook"]

_LONGEST_TEXT = 32_000
_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - xlsxwriter wants it naive; a fixed one keeps the bytes the same
_WIDTHS = {
    "group": 8, "code": 9, "reason": 58, "left": 22, "right": 22, "text": 44, "party": 30, "comment": 40, "id": 16,
    "reference": 18, "iban": 28, "date": 12, "due": 12, "currency": 10, "paid in": 10, "score": 9, "age": 10,
    "bucket": 10, "status": 13, "value": 60,
}  # fmt: skip
_WRAPPED = frozenset({"reason", "left", "right", "text"})
_AFTER_MONEY = frozenset({"currency", "paid in", "status"})
_LINE = 15
_HEAD = {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F", "text_wrap": True, "valign": "vcenter"}


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
        head = book.add_format(_HEAD)
        audited = pl.DataFrame(list(audit), schema={"what": pl.String, "value": pl.String}, orient="row")
        for name, rows in (*sheets.items(), ("Audit", audited)):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(0)
            for at, column in enumerate(rows.columns):
                sheet.write_string(0, at, column, head)
                sheet.set_column(at, at, _WIDTHS.get(column, 18))
                for row, value in enumerate(rows[column].cast(pl.String).to_list(), 1):
                    if value is not None:
                        sheet.write_string(row, at, value[:_LONGEST_TEXT])


def _tall(rows: pl.DataFrame) -> list[tuple[int, int]]:
    """Sheet row and lines of text of the rows that need more than one; not every reader works that out itself."""
    wrapped = [name for name in rows.columns if name in _WRAPPED and rows.schema[name] == pl.String]
    if not wrapped:
        return []
    lines = pl.max_horizontal((pl.col(name).str.len_chars() / (_WIDTHS[name] - 2)).ceil() for name in wrapped)
    needed = rows.select(lines=lines.fill_null(1).cast(pl.Int64).clip(1, 12))["lines"].to_list()
    return [(row, count) for row, count in enumerate(needed, 1) if count > 1]


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
            self._print_setup(sheet)
        layout = self.layout
        listings = (layout.matched, layout.review, layout.open_left, layout.open_right)
        for sheet, listing in zip(sheets[1:5], listings, strict=True):
            self._listing(sheet, listing)
        for sheet, (_, rows) in zip(sheets[5:-1], self.layout.extra, strict=True):
            self._listing(sheet, Listing(rows, {}))
        self._decisions(sheets[1], layout.matched.rows, UNDO[layout.language])
        self._decisions(sheets[2], layout.review.rows, DECISIONS[layout.language])
        self._summary(sheets[0])
        self._audit(sheets[-1])

    def _print_setup(self, sheet: Worksheet) -> None:
        """A4 across, one page wide, the header on every page, and at its foot what it is of."""
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.repeat_rows(0)
        sheet.set_footer(f"&L&8{self.layout.title.replace('&', '&&')}&C&8&A&R&8&P / &N")

    def word(self, text: str) -> str:
        """A heading or label in the workbook's language."""
        return WORDS[self.layout.language].get(text, text)

    def format(self, **properties: Any) -> Format:
        """A cell format, each made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(properties)
        return self._formats[key]

    def money(self, currency: str, **more: Any) -> Format:
        """The number format of a currency."""
        places = exponent(currency)
        number = "#,##0" + ("." + "0" * places if places else "")
        return self.format(num_format=f"{number};[Red]-{number}", valign="top", **more)

    def _listing(self, sheet: Worksheet, listing: Listing) -> None:
        rows = listing.rows
        head, right = self.format(**_HEAD), self.format(**_HEAD, align="right")
        sheet.set_row(0, 22)
        columns: dict[str, str] = {}
        for at, name in enumerate(rows.columns):
            sheet.write_string(0, at, self.word(name).capitalize(), right if name in listing.money else head)
            sheet.set_column(at, at, _WIDTHS.get(name, 15))
            letter = xl_col_to_name(at, col_abs=True)
            columns[name] = f"'{sheet.get_name()}'!{letter}$2:{letter}${max(rows.height + 1, 2)}"
            self._column(sheet, at, rows[name], rows[listing.money[name]] if name in listing.money else None)
        self._where[sheet.get_name()] = columns
        for row, lines in _tall(rows):
            sheet.set_row(row, lines * _LINE)
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
        day = self.format(num_format="yyyy-mm-dd", align="left", valign="top")
        text = self.format(
            text_wrap=values.name in _WRAPPED, valign="top", align="left", indent=int(values.name in _AFTER_MONEY)
        )
        for row, value in enumerate(values.to_list(), 1):
            if isinstance(value, str):
                sheet.write_string(row, at, value[:_LONGEST_TEXT], text)
            elif isinstance(value, date):
                sheet.write_datetime(row, at, value, day)
            elif value is not None:
                sheet.write_number(row, at, value, self.format(valign="top", align="left"))

    def _decisions(self, sheet: Worksheet, listed: pl.DataFrame, offered: Sequence[str]) -> None:
        """Two unlocked columns at the right of what is listed, the first with a list to choose from."""
        rows, at = listed.height, len(listed.columns)
        head = self.format(bold=True, bg_color="#F2C94C", valign="vcenter")
        free = self.format(locked=False, bg_color="#FFFBEA", border=4, text_wrap=True, valign="top")
        for offset, name in enumerate(("decision", "comment")):
            sheet.write_string(0, at + offset, self.word(name).capitalize(), head)
            sheet.set_column(at + offset, at + offset, 14 if name == "decision" else 40)
            for row in range(1, rows + 1):
                sheet.write_blank(row, at + offset, None, free)
        if rows:
            sheet.data_validation(
                1, at, rows, at,
                {"validate": "list", "source": list(offered), "error_title": self.layout.title[:32]},
            )  # fmt: skip

    def _sum(self, sheet: int, column: str, **where: str) -> str:
        """SUMIFS over one sheet's column; `where`: column -> cell that it must equal."""
        places = self._where[self.names[sheet]]
        conditions = "".join(f",{places[name]},{cell}" for name, cell in where.items())
        return f"SUMIFS({places[column]}{conditions})"

    def _summary(self, sheet: Worksheet) -> None:
        layout = self.layout
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 14, 17)
        sheet.set_row(0, 30)
        sheet.write_string(0, 0, layout.title, self.format(bold=True, font_size=18, font_color="#1F3A5F"))
        at = 2
        for total in layout.totals:
            at = self._currency(sheet, at, total) + 2
        self._ageing(sheet, at)

    def _currency(self, sheet: Worksheet, at: int, total: Total) -> int:
        """One currency's block: each side's total, what is settled, what is open, and the control total."""
        head, right = self.format(**_HEAD), self.format(**_HEAD, align="right")
        plain, bold = self.money(total.currency), self.money(total.currency, bold=True, top=1, bottom=6)
        alarm = self.format(bold=True, bg_color="#F4CCCC", font_color="#990000")
        labels = (total.currency, self.layout.left_label, self.layout.right_label)
        for column, label in enumerate((*labels, "")):
            sheet.write_string(at, column, label, right if column in (1, 2) else head)
        cur = xl_rowcol_to_cell(at, 0, row_abs=True, col_abs=True)
        scale, off = 10 ** exponent(total.currency), total.unlisted

        def figure(row: int, column: int, formula: str, value: int, style: Format = plain, plus: int = 0) -> None:
            extra = f"+{plus / scale:.{exponent(total.currency)}f}" if plus else ""
            sheet.write_formula(row, column, f"={formula}{extra}".replace("+-", "-"), style, value / scale)

        lines = ("total", "matched", "open", "control")
        for offset, name in enumerate(lines, 1):
            sheet.write_string(at + offset, 0, self.word(name).capitalize(), self.format(bold=name == "control"))
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
        sheet.write_string(
            at + 4, 3, self.word("must be 0.00"), self.format(italic=True, font_color="#777777", indent=1)
        )
        at = self._bridge(sheet, at + 5, total, figure, bold)
        for row in (at, at - 4):
            sheet.conditional_format(row, 1, row, 2, {"type": "cell", "criteria": "!=", "value": 0, "format": alarm})
        return at

    def _bridge(self, sheet: Worksheet, at: int, total: Total, figure: Any, bold: Format) -> int:
        """From what the left side settled to what the right side paid: differences, exchange, and zero."""
        cur = xl_rowcol_to_cell(at - 5, 0, row_abs=True, col_abs=True)
        off = total.unlisted
        for offset, name in enumerate(("difference", "exchanged", "control"), 1):
            sheet.write_string(at + offset, 0, self.word(name).capitalize(), self.format(bold=name == "control"))
        figure(at + 1, 1, self._sum(1, "difference", currency=cur), total.difference, plus=off.get("difference", 0))
        both = {"currency": cur, "paid in": cur}
        sent = f"({self._sum(1, 'left total', currency=cur)}-{self._sum(1, 'left total', **both)})"
        got = f"({self._sum(1, 'right total', **{'paid in': cur})}-{self._sum(1, 'right total', **both)})"
        figure(at + 2, 1, f"{sent}-{got}", total.exchanged, plus=off.get("exchanged", 0))
        settled, paid = xl_rowcol_to_cell(at - 3, 1), xl_rowcol_to_cell(at - 3, 2)
        parts = "-".join(xl_rowcol_to_cell(at + offset, 1) for offset in (1, 2))
        figure(at + 3, 1, f"ROUND({settled}-{paid}-{parts},{exponent(total.currency)})", 0, bold)
        sheet.write_string(
            at + 3, 3, self.word("must be 0.00"), self.format(italic=True, font_color="#777777", indent=1)
        )
        return at + 3

    def _ageing(self, sheet: Worksheet, at: int) -> None:
        """What is open by age, side and currency."""
        head, right = self.format(**_HEAD), self.format(**_HEAD, align="right")
        names = (self.word("open by age, days"), self.word("currency"), *map(self.word, self.layout.buckets))
        for column, label in enumerate(names):
            sheet.write_string(at, column, label.capitalize(), right if column > 1 else head)
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
        """What was compared, with what and by which rules; lines without a value are for a signature."""
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 100)
        label_style = self.format(bold=True, valign="top")
        value_style = self.format(text_wrap=True, valign="top")
        signature = self.format(locked=False, bottom=1, bg_color="#FFFBEA")
        for row, (label, value) in enumerate(self.layout.audit):
            sheet.write_string(row, 0, self.word(label), label_style)
            if value or not label:
                sheet.write_string(row, 1, value[:_LONGEST_TEXT], value_style)
                sheet.set_row(row, _LINE * (1 + len(value) // 90))
            else:
                sheet.set_row(row, 26)
                sheet.write_blank(row, 1, None, signature)
