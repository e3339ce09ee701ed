"""The reviewer's workbook comes back: decisions are applied, anything else is refused."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from bots.reconciler.running import Run, reconcile_files
from config.errors import BusinessException
from config.reconciliation_rules import read_rules
from tests.reconciler.test_the_workbook_is_what_an_accountant_expects import BANK, LEDGER, NOW

MORE = """L6,S4,Faro Telecom SA,FT-1,2026-02-01,2026-03-01,70000,EUR
L7,S4,Faro Telecom SA,FT-2,2026-02-01,2026-03-01,70000,EUR
"""
LINE = "B6,2026-03-01,FARO TELECOM SA,,TRANSFERENCIA,70000,EUR\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ledger.csv").write_text(LEDGER + MORE, "utf-8")
    (tmp_path / "bank.csv").write_text(BANK + LINE, "utf-8")
    return tmp_path


def run(folder: Path, decided: Path | None = None, undo: tuple[int, ...] = ()) -> Run:
    """One run over the folder."""
    rules = read_rules("bank-against-ledger")
    ledger, bank = folder / "ledger.csv", folder / "bank.csv"
    return reconcile_files(rules, ledger, bank, folder / "out", now=NOW, decided=decided, undo=undo)


def answered(folder: Path, answers: dict[str, str], change: dict[str, str] | None = None) -> Path:
    """The workbook with decisions by right ids and left ids, and cells changed otherwise."""
    made = run(folder)
    book = openpyxl.load_workbook(made.paths["workbook"])
    sheet = book["To review"]
    for row in sheet.iter_rows(min_row=2):
        who = f"{row[3].value or ''}-{row[4].value or ''}"
        if who in answers:
            row[12].value = answers[who]
    for cell, value in (change or {}).items():
        sheet[cell] = value
    path = folder / "returned.xlsx"
    book.save(path)
    return path


def test_accepted_and_rejected_suggestions(folder: Path) -> None:
    path = answered(folder, {"L6-B6": "accept", "-B3": "accept"})
    made = run(folder, decided=path)
    accepted = made.matching.groups.filter(code="OF619")
    assert accepted.select("left", "right").rows() == [(["L6"], ["B6"])]
    status = dict(made.matching.left.select("id", "status").iter_rows())
    assert (status["L6"], status["L7"]) == ("matched", "open")
    assert made.matching.suggestions.is_empty()
    audit = openpyxl.load_workbook(made.paths["workbook"])["Audit"]
    assert any(str(row[0].value).startswith("decision on") for row in audit.iter_rows())


def test_a_spanish_workbook_is_answered_in_spanish(folder: Path) -> None:
    plain = read_rules("bank-against-ledger")
    rules = plain.model_copy(update={"workbook": plain.workbook.model_copy(update={"language": "es"})})
    sides = folder / "ledger.csv", folder / "bank.csv"
    made = reconcile_files(rules, *sides, folder / "out", now=NOW)
    book = openpyxl.load_workbook(made.paths["workbook"])
    for row in book["Por revisar"].iter_rows(min_row=2):
        row[12].value = "rechazar"
    book.save(folder / "returned.xlsx")
    decided = reconcile_files(rules, *sides, folder / "out", now=NOW, decided=folder / "returned.xlsx")
    assert decided.matching.suggestions.is_empty()
    assert set(decided.decided.values()) == {"reject"}


def test_later_changes_nothing(folder: Path) -> None:
    path = answered(folder, {"L6-B6": "later"})
    assert run(folder, decided=path).matching.suggestions.height == 3


@pytest.mark.parametrize(
    ("answers", "change", "code"),
    [
        ({"L6-B6": "accept", "L7-B6": "accept"}, {}, "OF606"),
        ({"L6-B6": "perhaps"}, {}, "OF605"),
        ({}, {"D3": "L1"}, "OF608"),
        ({}, {"A2": "gone"}, "OF604"),
    ],
)
def test_what_does_not_hold_is_refused(
    folder: Path, answers: dict[str, str], change: dict[str, str], code: str
) -> None:
    path = answered(folder, answers, change)
    with pytest.raises(BusinessException) as refused:
        run(folder, decided=path)
    assert refused.value.code == code


def test_a_workbook_of_other_data_is_refused(folder: Path) -> None:
    path = answered(folder, {"L6-B6": "accept"})
    (folder / "bank.csv").write_text(BANK + LINE.replace("70000", "70001"), "utf-8")
    with pytest.raises(BusinessException) as refused:
        run(folder, decided=path)
    assert refused.value.code == "OF604"


def test_an_accepted_group_is_taken_back(folder: Path) -> None:
    first = run(folder)
    group = first.matching.groups.filter(code="OF615")["group"].item()
    second = run(folder, undo=(group,))
    assert second.matching.groups.height == first.matching.groups.height - 1
    assert dict(second.matching.right.select("id", "status").iter_rows())["B2"] == "open"
