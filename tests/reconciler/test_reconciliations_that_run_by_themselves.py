"""Rules that say where both sides come from are run by `oficio run reconcile`: each file once, what is open goes on."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from bots import reviewer
from bots.office import Office
from bots.reconciler.standing import reconcile_standing
from config.settings import CONFIG, load_settings
from connectors.secrets import Secret, keep_secret
from flows.desk import open_office
from flows.processes import run
from records import reviews

RULES = """
name: bank
left: {label: Ledger, %s}
right: {label: Bank, files: "bank/*", sign: auto}
"""
HEAD = "date,counterparty,text,amount,currency\n"
MARCH = HEAD + "2026-03-31,ACERO NORTE,PAGO INV-1,100.00,EUR\n"
APRIL = HEAD + "2026-04-30,ACERO NORTE,PAGO INV-2,250.00,EUR\n"
LEDGER = [("INV-1", "Acero Norte S.L.", "2026-03-01", "100.00"), ("INV-2", "Acero Norte S.L.", "2026-03-20", "250.00")]
Place = Callable[[str], Office]


@pytest.fixture
def office_with(tmp_path: Path) -> Iterator[Place]:
    """An office whose only reconciliation takes its left side from a place."""
    opened: list[Office] = []

    def place(left: str) -> Office:
        config = tmp_path / "config"
        shutil.copytree(CONFIG, config, ignore=shutil.ignore_patterns("*.py", "__pycache__", "reconciliations"))
        (config / "reconciliations").mkdir()
        (config / "reconciliations" / "bank.yaml").write_text(RULES % left, "utf-8")
        settings = replace(load_settings(tmp_path / "home", config), database_url="")
        (settings.home / "bank").mkdir(parents=True)
        opened.append(open_office(settings=settings, flow="reconcile"))
        return opened[0].acting("reconciler")

    yield place
    for office in opened:
        office.records.close()


def write_ledger(office: Office) -> None:
    rows = "".join(",".join(row) + ",EUR\n" for row in LEDGER)
    (office.settings.home / "ledger.csv").write_text("reference,supplier,date,amount,currency\n" + rows, "utf-8")


def settled(office: Office, run_number: str) -> list[list[str]]:
    """References that a run has settled."""
    folder = office.settings.out / "reconciliations" / "bank" / run_number
    return sorted(pl.read_ndjson(folder / "groups.jsonl")["reason"].to_list())


def test_a_new_bank_file_touches_only_what_it_can_change(office_with: Place) -> None:
    office = office_with('files: "ledger*.csv"')
    write_ledger(office)
    bank = office.settings.home / "bank"
    (bank / "march.csv").write_text(MARCH, "utf-8")
    assert reconcile_standing(office).outcomes == {"matched": 1}
    assert reconcile_standing(office).outcomes == {"unchanged": 1}
    (bank / "april.csv").write_text(MARCH + APRIL.removeprefix(HEAD), "utf-8")  # a bank's export overlaps the last one
    assert reconcile_standing(office).outcomes == {"matched": 1}
    assert (len(settled(office, "0001")), len(settled(office, "0002"))) == (1, 1)
    assert "INV-2" in settled(office, "0002")[0]


def test_a_query_of_a_database_is_a_source_and_may_only_read(office_with: Place) -> None:
    office = office_with('database: erp, query: "select * from items"')
    database = office.settings.home / "erp.db"
    with sqlite3.connect(database) as connection:
        connection.execute("create table items (reference, supplier, date, amount)")
        connection.executemany("insert into items values (?, ?, ?, ?)", LEDGER)
    connection.close()
    keep_secret("erp", Secret(f"sqlite:///{database}"), office.settings.home)
    with zipfile.ZipFile(office.settings.home / "bank" / "year.zip", "w") as archive:
        archive.writestr("march.csv", MARCH)
        archive.writestr("april.csv", APRIL)
    assert reconcile_standing(office).outcomes == {"matched": 1}
    assert len(settled(office, "0001")) == 2


def test_what_a_person_decides_is_applied_by_the_next_run(office_with: Place) -> None:
    office = office_with('files: "ledger*.csv"')
    write_ledger(office)
    twice = MARCH + MARCH.removeprefix(HEAD).replace("03-31", "04-02")
    (office.settings.home / "bank" / "march.csv").write_text(twice, "utf-8")
    assert reconcile_standing(office).outcomes == {"asked": 1}
    with office.records.read() as tx:
        (task,) = reviews.list_open(tx)
    assert task.reasons[0].code == "OF630"
    reviewer.decide(office, task.id, "accept", person="ana")
    assert reconcile_standing(office).outcomes == {"matched": 1}
    assert reconcile_standing(office).outcomes == {"unchanged": 1}
    assert office.records.log.verify().ok


def test_a_file_that_cannot_be_read_is_told_and_tried_again(office_with: Place) -> None:
    office = office_with('files: "ledger*.csv"')
    write_ledger(office)
    (office.settings.home / "bank" / "march.csv").write_bytes(b"\x00\x01 not a table")
    assert reconcile_standing(office).outcomes == {"refused": 1}
    (office.settings.home / "bank" / "march.csv").write_text(MARCH, "utf-8")
    report = run(office, "reconcile")
    assert not report.failed
    assert report.results[0].report.outcomes == {"matched": 1}
