"""Opened in LibreOffice, every formula of the workbook recalculates to the figures we wrote."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.reconciler.test_the_workbook_is_what_an_accountant_expects import BANK, LEDGER, run

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>
"""


def without_cached_values(path: Path, target: Path) -> None:
    """The workbook with 12345 in place of every cached result, so that only a real calculation can be right."""
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(target, "w") as changed:
        for name in book.namelist():
            data = book.read(name)
            if name.startswith("xl/worksheets/sheet"):
                data = re.sub(rb"(</f><v>)[^<]*(</v>)", rb"\g<1>12345\g<2>", data)
            changed.writestr(name, data)


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed (apt: libreoffice-calc-nogui)")
def test_every_figure_recalculates(tmp_path: Path) -> None:
    (tmp_path / "ledger.csv").write_text(LEDGER, "utf-8")
    (tmp_path / "bank.csv").write_text(BANK, "utf-8")
    written = run(tmp_path) / "reconciliation.xlsx"
    profile = tmp_path / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(ALWAYS, "utf-8")
    stripped = tmp_path / "stripped.xlsx"
    without_cached_values(written, stripped)
    command = [
        str(SOFFICE), f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "xlsx",
        "--outdir", str(tmp_path / "recalculated"), str(stripped),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    assert openpyxl.load_workbook(stripped, data_only=True)["Summary"]["B5"].value == 12345
    ours = openpyxl.load_workbook(written, data_only=True)["Summary"]
    formulas = openpyxl.load_workbook(written)["Summary"]
    theirs = openpyxl.load_workbook(tmp_path / "recalculated" / "stripped.xlsx", data_only=True)["Summary"]
    cells = [cell.coordinate for row in formulas.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(cells) > 30
    for cell in cells:
        assert theirs[cell].value == pytest.approx(ours[cell].value, abs=1e-9), cell
    controls = [row for row in range(1, 40) if formulas.cell(row, 1).value == "Control"]
    assert [theirs.cell(row, 2).value for row in controls] == [0, 0, 0, 0]
