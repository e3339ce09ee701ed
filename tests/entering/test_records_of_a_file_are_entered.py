"""`oficio enter` and `oficio systems check`: any records, tried without saving, entered once."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bots.data_entry.entries import nested, own_key, read_records
from bots.office import Office
from config.errors import ConfigError
from console.main import main
from tests.entering.conftest import Legacy

RECORD = {
    "supplier_code": "P0001", "invoice_number": "A-7", "issue_date": "2026-03-31", "due_date": "", "currency": "EUR",
    "withheld_total": "", "gross_total": "121.00", "description": "Paper",
    "taxes": [{"base": 100, "rate": 21.0, "amount": "21.00"}],
}  # fmt: skip


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


@pytest.mark.browser
def test_a_dry_run_types_everything_and_sends_nothing(
    office: Office, legacy: Legacy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "records.json"
    path.write_text(json.dumps([RECORD]), "utf-8")
    where = ("--home", str(office.settings.home), "--config", str(office.settings.directory))
    asked = ("enter", "--system", "demo", "--form", "invoice", "--input", str(path), *where)
    assert run(*asked, "--dry-run") == 0
    assert legacy.store.invoices() == []
    assert run(*asked) == 0
    capsys.readouterr()
    assert run(*asked) == 0
    assert re.fullmatch(r"\w{13}  entered  1\n1/1 · .*/s\n", capsys.readouterr().out)
    assert [(row["number"], row["total"]) for row in legacy.store.invoices()] == [("A-7", "121,00")]


@pytest.mark.browser
def test_each_record_ends_with_a_line_and_the_worst_one_decides(
    office: Office, legacy: Legacy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--home", str(office.settings.home), "--config", str(office.settings.directory))
    path = tmp_path / "records.json"
    asked = ("enter", "--system", "demo", "--form", "invoice", "--input", str(path), "--json", *where)

    def enter(*records: dict[str, Any]) -> tuple[int, list[tuple[str, str | None]]]:
        path.write_text(json.dumps(records), "utf-8")
        code = run(*asked)
        items = json.loads(capsys.readouterr().out)["items"]
        return code, [(item["state"], item["reason"] and item["reason"]["code"]) for item in items]

    wrong = RECORD | {"invoice_number": "A-8", "gross_total": "999.00"}
    assert enter(RECORD, wrong) == (3, [("entered", None), ("review", "OF531")])
    assert enter(RECORD | {"due_date": "2026-05-01"}) == (3, [("entered", "OF554")])
    legacy.faults.plan[:] = ["error_before"] * 3
    assert enter(wrong, RECORD | {"invoice_number": "A-9"}) == (1, [("review", "OF531"), ("ready", "OF511")])
    assert [row["number"] for row in legacy.store.invoices()] == ["A-7"]


@pytest.mark.browser
def test_the_check_logs_in_and_reads_the_lists(
    office: Office, legacy: Legacy, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--home", str(office.settings.home), "--config", str(office.settings.directory))
    assert run("systems", "check", "demo", *where, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert ["login", "as bot1"] in answer["steps"]
    assert answer["drift"] == []


def test_a_table_becomes_records(tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    path.write_text("No;Date;taxes.1.base;taxes.1.rate\nA-1;2026-03-31;100,50;21\nA-2;2026-04-01;7,25;10\n", "utf-8")
    records = read_records(path, {"invoice_number": "No", "issue_date": "Date"})
    assert records[1] == {
        "invoice_number": "A-2", "issue_date": "2026-04-01", "taxes": [{"base": "7.25", "rate": "10"}],
    }  # fmt: skip


def test_numbers_of_json_keep_their_digits(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    path.write_text('{"amount": 0.10, "many": 12345678901234567.89, "none": null}\n', "utf-8")
    assert read_records(path, {}) == [{"amount": "0.10", "many": "12345678901234567.89", "none": ""}]


def test_empty_entries_of_a_list_are_left_out() -> None:
    assert nested({"a.2.x": "2", "a.1.x": "1", "a.3.x": "", "b": "z"}) == {"b": "z", "a": [{"x": "1"}, {"x": "2"}]}


def test_a_file_without_records_is_said(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text("[1, 2]", "utf-8")
    with pytest.raises(ConfigError, match="OF550"):
        read_records(path, {})


def test_the_key_of_a_record_is_the_same_in_every_version() -> None:
    """It stands in the legacy system: another one would enter the record again."""
    assert own_key({"name": "Ana Núñez", "lines": [{"n": "1"}]}) == "KJX1DQ7D8YQXK"
    assert own_key({"lines": [{"n": "1"}], "name": "Ana Núñez"}) == "KJX1DQ7D8YQXK"
    assert own_key({"supplier_code": "P1", "invoice_number": "A-007", "issue_date": "2026-03-01"}) == "03499CZ3MMK6Y"
