"""The workbook: control totals of zero, live formulas, no formula from data, decisions unlocked and nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from bots.reconciler.running import reconcile_files
from config.reconciliation_rules import Rules, read_rules

NOW = datetime(2026, 4, 30, 12, tzinfo=UTC)
LEDGER = """ledger_id,supplier_id,supplier,reference,date,due,amount_minor,currency
L1,S1,Acero Norte S.L.,RE100,2026-01-02,2026-02-01,10000,EUR
L2,S1,Acero Norte S.L.,RE101,2026-01-03,2026-02-02,20000,EUR
L3,S1,Acero Norte S.L.,RE102,2026-01-04,2026-02-03,30000,EUR
L4,S2,"=HYPERLINK(""http://x"")",+CMD|RE103,2025-10-04,2025-11-03,40000,EUR
L5,S3,Kawa KK,JP-7,2026-01-05,2026-02-04,5000,JPY
"""
BANK = """bank_id,value_date,counterparty,iban,text,amount_minor,currency
B1,2026-02-01,ACERO NORTE SL,,RE100,10000,EUR
B2,2026-02-01,ACERO NORTE SL,,RE101,15000,EUR
B3,2026-02-02,ACERO NORTE SL,,RE100,10000,EUR
B4,2026-02-03,,,@BANK CHARGES,-700,EUR
B5,2026-02-04,KAWA KK,,JP-7,5000,JPY
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ledger.csv").write_text(LEDGER, "utf-8")
    (tmp_path / "bank.csv").write_text(BANK, "utf-8")
    return tmp_path


def run(folder: Path, rules: Rules | None = None, out: str = "out") -> Path:
    """Reconcile the folder's files; where the result is."""
    rules = rules or read_rules("bank-against-ledger")
    reconcile_files(rules, folder / "ledger.csv", folder / "bank.csv", folder / out, now=NOW)
    return folder / out


def test_a_control_total_that_is_not_zero_is_red_and_nothing_else_is(folder: Path) -> None:
    sheet = openpyxl.load_workbook(run(folder) / "reconciliation.xlsx")["Summary"]
    watched = {cell for ranges in sheet.conditional_formatting for cell in str(ranges.sqref).split()}
    controls = [row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == "Control"]
    assert watched == {f"B{row}:C{row}" for row in controls}


def test_the_control_totals_are_formulas_and_zero(folder: Path) -> None:
    path = run(folder) / "reconciliation.xlsx"
    formulas, cached = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    controls = [
        (row, column)
        for row in range(1, 40)
        for column in (2, 3)
        if formulas["Summary"].cell(row, 1).value == "Control" and formulas["Summary"].cell(row, column).value
    ]
    assert len(controls) == 6
    for row, column in controls:
        assert str(formulas["Summary"].cell(row, column).value).startswith("=ROUND(")
        assert cached["Summary"].cell(row, column).value == 0


def test_no_text_becomes_a_formula(folder: Path) -> None:
    out = run(folder)
    book = openpyxl.load_workbook(out / "reconciliation.xlsx")
    for name in book.sheetnames[1:]:
        assert all(cell.data_type != "f" for row in book[name].iter_rows() for cell in row), name
    lines = (out / "open.csv").read_text("utf-8")
    assert "'=HYPERLINK" in lines
    assert "'@BANK CHARGES" in lines
    assert "'+CMD" in lines


def test_only_decisions_are_unlocked(folder: Path) -> None:
    book = openpyxl.load_workbook(run(folder) / "reconciliation.xlsx")
    review = book["To review"]
    assert review.protection.sheet
    free = {cell.coordinate for row in review.iter_rows() for cell in row if not cell.protection.locked}
    assert {review[cell].column for cell in free} == {13, 14}
    assert review.data_validations.dataValidation[0].formula1 == '"accept,reject,later"'
    assert review["B2"].value == "OF630"


def test_the_files_say_the_same(folder: Path) -> None:
    out = run(folder)
    groups = [json.loads(line) for line in (out / "groups.jsonl").read_text("utf-8").splitlines()]
    assert {(tuple(g["left"]), tuple(g["right"]), g["residual"]) for g in groups} == {
        (("L1",), ("B1",), 0),
        (("L2",), ("B2",), 5000),
        (("L5",), ("B5",), 0),
    }
    assert all(group["reason"] for group in groups)
    told = json.loads((out / "summary.json").read_text("utf-8"))
    assert told["groups"] == 3
    assert [row["off"] for row in told["control"]] == [0, 0]
    assert told["right"] == {"rows": 5, "matched": 3, "suggested": 1, "open": 1}
    opened = pl.read_csv(out / "open.csv")
    ages = dict(opened.select("id", "bucket").iter_rows())
    assert ages == {"L2": "0-30", "L3": "0-30", "L4": "> 90", "B3": "0-30", "B4": "0-30"}
    assert "<svg" in (out / "waterfall.svg").read_text("utf-8")


def test_the_same_inputs_give_the_same_bytes(folder: Path) -> None:
    first, second = run(folder, out="one"), run(folder, out="two")
    for name in ("groups.jsonl", "suggestions.jsonl", "open.csv", "reconciliation.xlsx"):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_the_workbook_speaks_spanish(folder: Path) -> None:
    rules = read_rules("bank-against-ledger")
    spanish = rules.model_copy(update={"workbook": rules.workbook.model_copy(update={"language": "es"})})
    book = openpyxl.load_workbook(run(folder, spanish) / "reconciliation.xlsx")
    assert book.sheetnames == [
        "Resumen",
        "Conciliado",
        "Por revisar",
        "Abierto izquierda",
        "Abierto derecha",
        "Auditoría",
    ]
    assert book["Conciliado"]["C2"].value == "Coinciden la referencia JP-7 y el importe"


def test_rows_that_are_not_listed_are_in_the_totals(folder: Path) -> None:
    rules = read_rules("bank-against-ledger")
    short = rules.model_copy(update={"workbook": rules.workbook.model_copy(update={"matched_rows": 1})})
    book = openpyxl.load_workbook(run(folder, short) / "reconciliation.xlsx")
    formula = str(book["Summary"]["B5"].value)
    assert formula.endswith("+250.00")
    assert "2 rows not listed" in str(book["Matched"]["A4"].value)


def test_what_one_period_leaves_open_opens_the_next(folder: Path) -> None:
    first = run(folder)
    (folder / "april").mkdir()
    (folder / "april" / "ledger.csv").write_text(LEDGER.splitlines()[0] + "\n", "utf-8")
    (folder / "april" / "bank.csv").write_text(
        BANK.splitlines()[0] + "\nB9,2026-04-01,ACERO NORTE SL,,RE101,5000,EUR\n", "utf-8"
    )
    rules = read_rules("bank-against-ledger")
    made = reconcile_files(
        rules, folder / "april" / "ledger.csv", folder / "april" / "bank.csv", folder / "second", now=NOW, carried=first
    )
    assert made.matching.groups.select("left", "right", "residual").rows() == [(["L2"], ["B9"], 0)]
    assert set(made.matching.left["id"]) == {"L2", "L3", "L4"}
