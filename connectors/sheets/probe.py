"""Try a workbook in a child process first, where its parser may crash: calamine aborts on a damaged xls, xlsb or ods.

A length that lies makes it ask for petabytes, and an allocation that fails ends the process, not the call.
Worksheets of
xlsx are scanned by ourselves (`xlsx_scan`) and need no trial.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Final

from config.errors import DocumentRefused

__all__ = ["SheetFacts", "probe"]

MEMORY: Final = 3 << 30
SECONDS: Final = 20
_TRIAL: Final = f"""
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
import fastexcel
try:
    book = fastexcel.read_excel(sys.stdin.buffer.read())
    for name in book.sheet_names:
        sheet = book.load_sheet(name, header_row=None, dtypes="string")
        first = 1
        try:  # without skip_rows the parser starts at the first filled row, with it at the top of the sheet
            whole = book.load_sheet(name, header_row=None, skip_rows=1, dtypes="string")
            first += whole.total_height - sheet.total_height
        except fastexcel.FastExcelError:
            pass
        seen = sheet.visible == "visible"
        facts = dict(name=name, visible=seen, first=first, rows=sheet.total_height, columns=sheet.width)
        print(json.dumps(facts))
except BaseException:
    pass
"""


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What the trial learned of a sheet: whether a person sees it, and the number of its first filled row, and the
    size of the block from its first to its last filled cell."""

    name: str
    visible: bool
    first: int
    rows: int
    columns: int


def probe(data: bytes, unpacked: int, *, where: str = "") -> dict[str, SheetFacts]:
    """Refuse a workbook whose parser does not survive it within 3 GiB and 20 s; what it merely rejects passes.

    Args:
        data: the file.
        unpacked: bytes of its parts, unpacked.

    Raises:
        DocumentRefused: OF653; OF654 a cell lies so far off that the block up to it is vast and almost empty.
    """
    try:
        trial = subprocess.run(
            [sys.executable, "-I", "-c", _TRIAL], input=data, capture_output=True, timeout=2 * SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise DocumentRefused("OF653", where, why=f"its parser did not end within {2 * SECONDS} s") from error
    if trial.returncode:
        raise DocumentRefused("OF653", where, why="its parser needs more memory or time than any such table does")
    facts = [SheetFacts(**json.loads(line)) for line in trial.stdout.splitlines()]
    for fact in facts:
        cells = fact.rows * fact.columns
        if fact.columns > 16_384 or (
            cells > 20_000_000 and cells > 3 * unpacked
        ):  # a filled cell takes ten bytes or so
            place = f"{where} {fact.name}".strip()
            raise DocumentRefused("OF654", place, rows=fact.rows, columns=fact.columns, cells=cells)
    return {fact.name: fact for fact in facts}
