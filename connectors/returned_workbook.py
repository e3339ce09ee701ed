"""The reviewer's decisions, read back from the workbook that `connectors.workbook` wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from config.errors import BusinessException, DocumentRefused
from connectors.workbook_words import CANONICAL, RUN, SHEETS, TAKEN_BACK

__all__ = ["Answer", "Returned", "read_returned"]

MAX_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """One row of To review: its number, what stood in the locked cells, the decision and the comment."""

    group: int
    cell: str
    shown: Mapping[str, Any]
    decision: str
    comment: str


@dataclass(frozen=True, slots=True)
class Returned:
    """A workbook that came back: the run that wrote it, all rows of To review in order, and those to be undone."""

    run: str
    sheet: str
    answers: tuple[Answer, ...]
    matched: str = ""
    undone: tuple[Answer, ...] = ()


def read_returned(path: Path) -> Returned:
    """Read the decisions; formulas are not trusted, only typed text counts.

    Raises:
        DocumentRefused: OF653, not a workbook that can be read.
        BusinessException: OF604 not one of ours, OF605 a decision that was not offered.
    """
    if path.stat().st_size > MAX_BYTES:
        raise DocumentRefused("OF654", path.name, rows=f"{path.stat().st_size} bytes", columns="?")
    try:
        book = load_workbook(path)
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise DocumentRefused("OF653", path.name, why=error) from error
    names = next((names for names in SHEETS.values() if names[2] in book.sheetnames), None)
    if names is None or names[5] not in book.sheetnames:
        raise BusinessException("OF604", path.name, why=f"there is no sheet {SHEETS['en'][2]}")
    run = next((str(row[1].value) for row in book[names[5]].iter_rows(max_col=2) if row[0].value in RUN), "")
    sheet: Worksheet = book[names[2]]
    matched: Worksheet = book[names[1]]
    undone = tuple(answer for answer in _answers(matched, TAKEN_BACK) if answer.decision)
    return Returned(run, names[2], tuple(_answers(sheet, CANONICAL)), names[1], undone)


def _answers(sheet: Worksheet, offered: Mapping[str, str]) -> list[Answer]:
    heads = [str(cell.value or "") for cell in sheet[1]]
    count = len(heads) - 2
    answers = []
    for row in sheet.iter_rows(min_row=2, max_col=len(heads)):
        if not isinstance(row[0].value, int | float):
            break
        decision = str(row[count].value or "").strip().lower()
        if decision and decision not in offered:
            raise BusinessException("OF605", sheet.title, cell=row[count].coordinate, got=decision[:40])
        shown = {head: cell.value for head, cell in zip(heads[:count], row[:count], strict=True)}
        comment = str(row[count + 1].value or "").strip()
        answers.append(Answer(int(row[0].value), row[count].coordinate, shown, offered.get(decision, ""), comment))
    return answers
