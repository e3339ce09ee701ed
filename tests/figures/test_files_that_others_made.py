"""Third-party bank files and workbooks against truths that nobody here wrote."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from benchmarks.figures import csv_right, expected, ours
from config.errors import DocumentRefused
from connectors import sheets

pytestmark = pytest.mark.data


def test_bank_files_agree_with_their_truths(data: Path) -> None:
    truths = json.loads((data / "bank" / "truth.json").read_text("utf-8"))
    sure = [truth for truth in truths if truth["evidence"] in ("natural", "agree")]
    wrong = [truth["file"] for truth in sure if ours(data / "bank" / truth["file"]) != expected(truth)]
    assert len(wrong) <= 0.02 * len(sure), wrong


def test_no_statement_that_balances_is_read_otherwise(data: Path) -> None:
    truths = json.loads((data / "bank" / "truth.json").read_text("utf-8"))
    natural = [truth for truth in truths if truth["evidence"] == "natural"]
    assert [truth["file"] for truth in natural if ours(data / "bank" / truth["file"]) != expected(truth)] == []


def test_bank_csv_agrees_with_its_truth(data: Path) -> None:
    truths = json.loads((data / "bank" / "truth_csv.json").read_text("utf-8"))
    assert [truth["file"] for truth in truths if not csv_right(data / "bank" / truth["file"], truth)] == []


@pytest.mark.parametrize(
    "name", ["date.xlsx", "date.xls", "date.xlsb", "date_1904.xlsx", "date_1904.xls", "date_1904.xlsb"]
)
def test_both_date_systems_give_the_same_days(data: Path, name: str) -> None:
    sheet = sheets.read(data / "sheets" / name)
    days = sheets.parse_dates(sheet.frame["column_1"].head(2))
    assert days.values.to_list() == [date(2021, 1, 1), date(2021, 1, 2)]
    assert sheet.frame["column_1"][2] == "255:10:10"


def test_workbooks_that_others_made(data: Path) -> None:
    folder = data / "sheets"
    lower = sheets.read(folder / "header-row.xlsx")
    assert (lower.report.header_row, lower.frame.columns) == (9, ["Columns", "Column A", "Column B", "Column C"])
    assert sheets.read(folder / "any_sheets.ods").report.hidden_sheets == ("Hidden", "VeryHidden")
    assert "OF683" in sheets.read(folder / "merge_cells.xlsx").report.codes()
    assert sheets.read(folder / "biff5_write.xls").frame.shape == (4, 4)
    assert sheets.read(folder / "issue_182.xlsb").frame["column_1"].to_list() == ["3", "Ab", "false"]
    with pytest.raises(DocumentRefused) as refused:
        sheets.read(folder / "errors.xlsx")
    assert (refused.value.code, "A1" in str(refused.value)) == ("OF660", True)


REFUSED = {
    "formula_without_cached_value": "OF657", "zip_bomb": "OF652", "xml_entity": "OF655", "password": "OF651",
}  # fmt: skip
REPORTED = {
    "error_cells": "OF679", "leading_zero_lost": "OF697", "precision_lost_over_15_digits": "OF676",
    "date_1904": "OF672",
    "hidden_rows": "OF671", "filtered_rows": "OF671", "several_tables": "OF684", "ambiguous_day_month": "OF674",
    "formula_like_text": "OF678", "external_links": "OF681", "macro": "OF681",
    "nbsp_or_zero_width": "OF677",
    "header_not_first": "OF670", "merged_cells": "OF683",
}  # fmt: skip


def test_hazard_workbooks_are_right_or_refused_with_the_right_reason(hazards: Path) -> None:
    truths = json.loads((hazards / "truth.json").read_text("utf-8"))
    assert len(truths) >= 29
    for name, truth in truths.items():
        reasons = {REFUSED[hazard] for hazard in truth["hazards"] if hazard in REFUSED}
        if reasons:
            with pytest.raises(DocumentRefused) as refused:
                sheets.read(hazards / name)
            assert {refused.value.code} == reasons, name
        else:
            _read_right(name, truth, sheets.read(hazards / name))


def _read_right(name: str, truth: dict[str, Any], sheet: sheets.Sheet) -> None:
    hazards = truth["hazards"]
    expected_codes = {REPORTED[hazard] for hazard in hazards if hazard in REPORTED}
    assert expected_codes <= sheet.report.codes(), name
    assert (sheet.frame.height, sheet.report.header_row) == (truth["rows"], truth["header_row"] + 1), name
    minor = sheets.money_column(sheet, "Amount")
    if "error_cells" in hazards:
        assert (minor.null_count(), sheet.report.error_cells) == (1, tuple(truth["error_cells"]))
    else:
        assert Decimal(minor.sum()) == truth["sum_minor"], name
    if "ambiguous_day_month" not in hazards:
        assert str(sheets.date_column(sheet, "Date")[0]) == truth["first_date"], name
    if not {"leading_zero_lost", "precision_lost_over_15_digits"} & set(hazards):
        assert sheets.text_column(sheet, "Reference").to_list()[:3] == truth["refs"], name
