"""Where outside documents and tools are, if anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter

CHECKOUT = Path(__file__).resolve().parents[2]
HEAD = ("Date", "Supplier", "Reference", "Amount", "Currency")
Rows = Sequence[Sequence[object]]


@pytest.fixture(scope="session")
def data() -> Path:
    """The third-party documents."""
    folder = Path(os.environ.get("OFICIO_DATA", CHECKOUT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no third-party documents: set OFICIO_DATA")
    return folder


@pytest.fixture(scope="session")
def hazards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hazard workbooks, made by their generator."""
    tools = Path(os.environ.get("OFICIO_TOOLS", CHECKOUT.parent / "shared" / "tools"))
    script = tools / "make_hazard_workbooks.py"
    if not script.is_file():
        pytest.skip("no generator of hazard workbooks: set OFICIO_TOOLS")
    out = tmp_path_factory.mktemp("hazards")
    seed = os.environ.get("OFICIO_HAZARD_SEED", "1")
    subprocess.run([sys.executable, str(script), str(out), seed], check=True, capture_output=True)
    return out


def ledger_rows(count: int = 12) -> list[tuple[object, ...]]:
    """Rows of a small ledger: date, supplier, reference, amount, currency."""
    return [
        (date(2026, 1 + n % 12, 1 + n), f"Supplier {n % 3}", f"{n:06d}", 100 + n * 7.25, "EUR") for n in range(count)
    ]


def workbook(write: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None]) -> bytes:
    """A workbook with one sheet, written by a function."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    write(book, book.add_worksheet("Ledger"))
    book.close()
    return stream.getvalue()


def put(sheet: xlsxwriter.worksheet.Worksheet, rows: Rows, *, top: int = 0, left: int = 0) -> None:
    """Write rows of cells: text as text, never as a formula."""
    for row, cells in enumerate(rows, top):
        for column, cell in enumerate(cells, left):
            if isinstance(cell, str):
                sheet.write_string(row, column, cell)
            elif cell is not None:
                sheet.write(row, column, cell)
