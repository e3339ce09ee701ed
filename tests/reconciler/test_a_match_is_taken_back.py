"""A match is undone by a person: its rows are open again, in every later run, and never matched the same way again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from bots.office import Office
from bots.reconciler.jobs import run_job, undo_group
from bots.reconciler.running import Run, reconcile_files
from bots.reconciler.undoing import take_back
from config.errors import BusinessException, OficioError
from config.reconciliation_rules import read_rules
from console.main import main
from records import audit
from tests.reconciler.test_the_workbook_is_what_an_accountant_expects import NOW

RULES = read_rules("bank-against-ledger")
LEDGER = "ledger_id,supplier_id,supplier,reference,date,due,amount_minor,currency\n"
BANK = "bank_id,value_date,counterparty,iban,text,amount_minor,currency\n"
MARCH = (
    LEDGER + "L1,S1,Acero SL,RE-1001,2026-03-01,,50000,EUR\nL2,S1,Acero SL,RE-1002,2026-03-02,,90000,EUR\n",
    BANK + "B1,2026-03-20,ACERO SL,,PAGO RE-1001,50000,EUR\nB2,2026-03-25,ACERO SL,,PAGO RE-1002,30000,EUR\n",
)
APRIL = (
    LEDGER + "L3,S1,Acero SL,RE-1003,2026-04-01,,70000,EUR\n",
    BANK + "B3,2026-04-20,ACERO SL,,PAGO RE-1003,70000,EUR\n",
)
MAY = (LEDGER + "L4,S1,Acero SL,RE-1004,2026-05-01,,1000,EUR\n", BANK + "B4,2026-05-20,X,,FEE,55,EUR\n")


def month(folder: Path, name: str, files: Sequence[str], carried: str = "", decided: Path | None = None) -> Run:
    """One month's run, after another one."""
    ledger, bank = (folder / f"{name}-{side}.csv" for side in ("ledger", "bank"))
    ledger.write_text(files[0], "utf-8")
    bank.write_text(files[1], "utf-8")
    before = folder / carried if carried else None
    return reconcile_files(RULES, ledger, bank, folder / name, now=NOW, carried=before, decided=decided, person="ana")


def number(made: Run, line: str) -> int:
    """The group that a bank line is in."""
    return int(made.matching.right.filter(pl.col("id") == line)["group"].item())


def still_open(made: Run) -> dict[str, int]:
    """What a run hands on: id -> amount."""
    return {
        row["id"]: row["amount"]
        for side in ("left", "right")
        for row in pl.read_parquet(made.paths[f"carried {side}"]).iter_rows(named=True)
    }


def test_what_march_matched_is_undone_in_april_and_open_in_may_and_after(tmp_path: Path) -> None:
    march = month(tmp_path, "march", MARCH)
    assert still_open(march) == {"L2": 60000}
    month(tmp_path, "april", APRIL, "march")
    take_back(tmp_path / "march", number(march, "B1"), tmp_path / "april", person="ana", comment="wrong", now=NOW)
    may = month(tmp_path, "may", MAY, "april")
    assert still_open(may) == {"L2": 60000, "L1": 50000, "L4": 1000, "B1": 50000, "B4": 55}
    assert month(tmp_path, "may", MAY, "april").name == may.name
    june = month(tmp_path, "june", (LEDGER, BANK), "may")
    assert still_open(june) == still_open(may)
    assert june.matching.suggestions.filter(pl.col("left").list.contains("L1")).is_empty()


def test_an_item_whose_part_payment_is_undone_is_open_whole(tmp_path: Path) -> None:
    march = month(tmp_path, "march", MARCH)
    take_back(tmp_path / "march", number(march, "B2"), tmp_path / "march", person="ana", comment="", now=NOW)
    april = month(tmp_path, "april", APRIL, "march")
    assert still_open(april) == {"L2": 90000, "B2": 30000}


def test_an_undone_line_may_still_settle_something_else(tmp_path: Path) -> None:
    march = month(tmp_path, "march", MARCH)
    take_back(tmp_path / "march", number(march, "B1"), tmp_path / "march", person="ana", comment="", now=NOW)
    again = (LEDGER + "L9,S1,Acero SL,RE-1009,2026-03-30,,-50000,EUR\n", BANK)
    assert "B1" in still_open(month(tmp_path, "april", again, "march"))
    returned = BANK + "B9,2026-03-28,ACERO SL,,DEVOLUCION PAGO RE-1001,-50000,EUR\n"
    assert "B1" not in still_open(month(tmp_path, "may", (LEDGER, returned), "april"))


def test_the_returned_workbook_undoes_too(tmp_path: Path) -> None:
    march = month(tmp_path, "march", MARCH)
    book = openpyxl.load_workbook(march.paths["workbook"])
    (row,) = (row for row in book["Matched"].iter_rows(min_row=2) if row[4].value == "B1")
    assert not row[11].protection.locked
    row[11].value = "undo"
    book.save(tmp_path / "returned.xlsx")
    again = month(tmp_path, "march", MARCH, decided=tmp_path / "returned.xlsx")
    assert still_open(again) == {"L1": 50000, "L2": 60000, "B1": 50000}
    assert set(still_open(month(tmp_path, "april", APRIL, "march"))) == {"L1", "L2", "B1"}
    row[3].value = "L2"
    book.save(tmp_path / "returned.xlsx")
    with pytest.raises(BusinessException) as refused:
        month(tmp_path, "other", MARCH, decided=tmp_path / "returned.xlsx")
    assert refused.value.code == "OF608"


def test_in_the_office_it_is_an_event_with_person_and_reason(office: Office, tmp_path: Path) -> None:
    clerk = office.acting("reconciler")
    sides = [tmp_path / "ledger.csv", tmp_path / "bank.csv"]
    for path, text in zip(sides, MARCH, strict=True):
        path.write_text(text, "utf-8")
    made, item = run_job(clerk, RULES, *sides, out=tmp_path / "out")
    with pytest.raises(OficioError) as nobody:
        undo_group(clerk, tmp_path / "out", number(made, "B1"), person="", comment="")
    assert nobody.value.code == "OF715"
    undo_group(clerk, tmp_path / "out", number(made, "B1"), person="ana", comment="paid by mistake")
    with office.records.read() as tx:
        events = [event.body for event in audit.of_item(tx, item.id)]
    (event,) = [event for event in events if event["action"] == "reconciliation.undone"]
    assert (event["actor"]["id"], event["before"]["right"], event["after"]) == (
        "ana", ["B1"], {"comment": "paid by mistake"},
    )  # fmt: skip
    assert office.records.log.verify().ok
    for path, text in zip(sides, APRIL, strict=True):
        path.write_text(text, "utf-8")
    later, _ = run_job(clerk, RULES, *sides, out=tmp_path / "next", carried=tmp_path / "out")
    assert {"L1", "B1"} <= set(still_open(later))


def test_the_command_undoes_and_says_when_there_is_no_such_group(tmp_path: Path) -> None:
    march = month(tmp_path, "march", MARCH)
    with pytest.raises(BusinessException) as refused:
        take_back(tmp_path / "march", 99, tmp_path / "march", person="", comment="", now=NOW)
    assert refused.value.code == "OF645"
    with pytest.raises(SystemExit) as done:
        main(["reconcile", "undo", str(tmp_path / "march"), str(number(march, "B1")), "--person", "ana"])
    assert done.value.code == 0
    assert set(still_open(month(tmp_path, "april", APRIL, "march"))) == {"L1", "L2", "B1"}
