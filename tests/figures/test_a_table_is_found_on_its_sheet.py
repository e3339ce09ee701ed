"""The table is found among titles, notes, totals and other tables, and whatever was inferred is reported."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from config.errors import DocumentRefused
from connectors import sheets
from connectors.sheets import SheetOptions
from tests.figures.conftest import HEAD, ledger_rows, put, workbook

TOTAL = 12 * 10000 + 725 * sum(range(12))


def check(sheet: sheets.Sheet) -> None:
    assert sheet.frame.height == 12
    assert sheets.money_column(sheet, "Amount").sum() == TOTAL
    assert sheets.date_column(sheet, "Date")[0] == date(2026, 1, 1)
    assert sheets.text_column(sheet, "Reference").to_list()[:2] == ["000000", "000001"]


@pytest.mark.parametrize("top", [0, 1, 3, 9])
@pytest.mark.parametrize("left", [0, 2])
def test_under_a_title_and_away_from_the_corner(top: int, left: int) -> None:
    rows = [HEAD, *ledger_rows()]

    def write(book: object, page: object) -> None:
        if top > 1:
            put(page, [["ACME S.L. - Movimientos"], ["Cuenta", "ES91 2100 0418 4502 0005 1332"]])
        put(page, rows, top=top, left=left)

    sheet = sheets.read(workbook(write))
    check(sheet)
    assert sheet.report.header_row == top + 1
    assert sheet.rows.to_list() == list(range(top + 2, top + 14))


def test_a_leading_zero_in_text_stays_and_numbers_come_without_a_point() -> None:
    sheet = sheets.read(workbook(lambda book, page: put(page, [HEAD, *ledger_rows()])))
    assert sheet.frame["Reference"].dtype == pl.String
    numbers = [("Date", "Reference", "Amount"), (date(2026, 1, 1), 17, 1.5), (date(2026, 1, 2), 4711, 2.5)]
    sheet = sheets.read(workbook(lambda book, page: put(page, numbers)))
    assert sheets.text_column(sheet, "Reference").to_list() == ["17", "4711"]
    assert "OF697" in sheet.report.codes()


def test_totals_notes_and_blank_rows_are_left_out_and_said() -> None:
    rows = [HEAD, *ledger_rows(), [], [None, "TOTAL", None, TOTAL / 100], [], ["Printed on 3 March by Ann"]]
    sheet = sheets.read(workbook(lambda book, page: put(page, rows)))
    check(sheet)
    assert [(row.row, row.why) for row in sheet.report.dropped] == [(15, "totals row"), (17, "note under the table")]
    kept = sheets.read(
        workbook(lambda book, page: put(page, rows)), options=SheetOptions(totals="keep", rename={"Amount": "Importe"})
    )
    assert kept.frame["Importe"].sum() == pytest.approx(2 * TOTAL / 100)


def test_tables_beside_and_below() -> None:
    def write(book: object, page: object) -> None:
        put(page, [HEAD, *ledger_rows()])
        put(page, [["Code", "Rate"], ["A", 1.5], ["B", 2.5]], left=8)
        put(page, [HEAD, (date(2026, 5, 5), "Other", "9", 1, "EUR")], top=15)

    data = workbook(write)
    first = sheets.read(data)
    check(first)
    assert (first.report.tables, "OF684" in first.report.codes()) == (3, True)
    below = sheets.read(data, options=SheetOptions(table=2))
    assert (below.frame["Supplier"].to_list(), below.report.header_row, below.rows.to_list()) == (["Other"], 16, [17])
    beside = sheets.read(data, options=SheetOptions(table=3))
    assert beside.frame.rows() == [("A", 1.5), ("B", 2.5)]
    with pytest.raises(DocumentRefused) as refused:
        sheets.read(data, options=SheetOptions(table=4))
    assert refused.value.code == "OF656"


def test_hidden_rows_columns_and_sheets_are_used_and_named() -> None:
    def write(book: object, page: object) -> None:
        put(page, [HEAD, *ledger_rows()])
        page.set_row(3, None, None, {"hidden": True})  # type: ignore[attr-defined]  # xlsxwriter has no stubs
        page.set_column(2, 2, None, None, {"hidden": True})  # type: ignore[attr-defined]  # as above
        book.add_worksheet("old").hide()  # type: ignore[attr-defined]  # as above

    data = workbook(write)
    sheet = sheets.read(data)
    check(sheet)
    assert (sheet.report.hidden_rows, sheet.report.hidden_columns, sheet.report.hidden_sheets) == (
        (4,),
        ("C",),
        ("old",),
    )
    assert sheets.read(data, options=SheetOptions(hidden_rows="drop")).frame.height == 11


def test_error_cells_are_empty_and_named_and_uncalculated_formulas_are_refused() -> None:
    def write(book: object, page: object) -> None:
        put(page, [HEAD, *ledger_rows()])
        page.write_formula(2, 3, "=1/0", None, "#DIV/0!")  # type: ignore[attr-defined]  # xlsxwriter has no stubs

    sheet = sheets.read(workbook(write))
    assert (sheet.report.error_cells, sheet.frame["Amount"][1]) == (("D3",), None)


def test_one_sheet_of_several_by_name_and_by_number() -> None:
    def write(book: object, page: object) -> None:
        put(page, [HEAD, *ledger_rows()])
        put(book.add_worksheet("Second"), [["Date", "Amount"], [date(2026, 1, 1), 5]])  # type: ignore[attr-defined]  # as above

    data = workbook(write)
    for name in ("Second", 2):
        assert sheets.read(data, options=SheetOptions(sheet=name)).frame.height == 1
    with pytest.raises(DocumentRefused) as refused:
        sheets.read(data, options=SheetOptions(sheet="Third"))
    assert (refused.value.code, "Ledger, Second" in str(refused.value)) == ("OF656", True)


def test_a_column_that_is_no_amount_is_refused_with_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text("Date;Amount\n2026-01-01;5,00\n2026-01-02;five\n", "utf-8")
    sheet = sheets.read(path)
    with pytest.raises(DocumentRefused) as refused:
        sheets.money_column(sheet, "Amount")
    assert (refused.value.code, refused.value.reason.where) == ("OF658", "ledger.csv row 3")
    assert sheets.money_column(sheet, "Amount", strict=False).to_list() == [500, None]
    with pytest.raises(DocumentRefused) as refused:
        sheets.date_column(sheet, "Tag")
    assert refused.value.code == "OF656"


def test_dates_that_could_be_either_way_are_reported_and_a_second_column_settles_them() -> None:
    either = "Date;Amount\n03/04/2026;1,50\n05/06/2026;2,50\n"
    sheet = sheets.read(either.encode())
    assert ("OF674" in sheet.report.codes(), sheets.date_column(sheet, "Date")[0]) == (True, date(2026, 4, 3))
    american = sheets.read(either.encode(), options=SheetOptions(date_order="mdy"))
    assert ("OF674" in american.report.codes(), sheets.date_column(american, "Date")[0]) == (False, date(2026, 3, 4))
    settled = sheets.read(b"Date;Due;Amount\n03/04/2026;04/23/2026;1.50\n05/06/2026;06/06/2026;2.50\n")
    assert ("OF674" in settled.report.codes(), sheets.date_column(settled, "Date")[0]) == (False, date(2026, 3, 4))


def test_ragged_lines_are_read_and_named() -> None:
    sheet = sheets.read(b"Date,Text,Amount\n2026-01-01,a,5.00\n2026-01-02,b,c,6.00\n")
    assert (sheet.frame.height, "OF682" in sheet.report.codes()) == (2, True)


@pytest.mark.parametrize("rows", [[["a"]], [["Date", "Amount"]], [[1, 2], [3, 4]]])
def test_tables_without_much_in_them(rows: list[list[object]]) -> None:
    sheet = sheets.read(workbook(lambda book, page: put(page, rows)))
    assert sheet.frame.height <= len(rows)
