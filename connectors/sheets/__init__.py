"""Spreadsheets and tables: xlsx, xlsm, xls, xlsb, ods, HTML, csv in any dialect, with what was inferred reported."""

from connectors.sheets.columns import date_column, money_column, text_column
from connectors.sheets.dates import parse_dates
from connectors.sheets.money import parse_money
from connectors.sheets.options import SheetOptions
from connectors.sheets.parsed import Parsed
from connectors.sheets.reading import read
from connectors.sheets.report import ColumnReport, DroppedRow, Sheet, SheetReport

__all__ = [
    "ColumnReport", "DroppedRow", "Parsed", "Sheet", "SheetOptions", "SheetReport", "date_column", "money_column",
    "parse_dates", "parse_money", "read", "text_column",
]  # fmt: skip
