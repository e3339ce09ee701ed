"""`oficio bank` prints what a bank file says, for people and for programs."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from console.main import main
from tests.figures.writers import Line, Written, mt940

WRITTEN = Written(
    "NL91ABNA0417164300",
    "EUR",
    10000,
    (Line(date(2026, 1, 2), 500, "R1", "Invoice 7", "Ann [bold]"), Line(date(2026, 1, 3), -250, "R2", "Fee", "Bank")),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bank.sta"
    path.write_bytes(mt940(WRITTEN))
    return path


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["bank", *arguments])
    return int(ended.value.code or 0)


def test_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(file), "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    (statement,) = printed["statements"]
    assert printed["format"] == "mt940"
    wanted = {
        "account": "NL91ABNA0417164300", "currency": "EUR", "opening": "100.00", "closing": "102.50", "entries": 2,
        "credit": "5.00", "debit": "2.50", "balanced": True,
    }  # fmt: skip
    assert {name: statement[name] for name in wanted} == wanted


def test_table_with_entries(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(file), "--entries") == 0
    printed = capsys.readouterr().out
    assert all(text in printed for text in ("102.50", "yes", "Ann", "[bold]", "-2.50"))


def test_a_statement_that_does_not_balance_is_printed_and_reported(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(file.read_bytes().replace(b"EUR102,50", b"EUR102,60"))
    assert run(str(file)) == 0
    printed = capsys.readouterr()
    assert "no" in printed.out
    assert "OF685" in printed.err
    assert "0.10" in printed.err


def test_what_is_no_bank_file_is_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "letter.txt"
    other.write_text("Dear Sir")
    assert run(str(other)) == 3
    assert run(str(tmp_path / "missing")) == 2
    assert {"OF665", "OF669"} <= set(capsys.readouterr().err.split())
