"""The report's index as a workbook: one row a work item, one row an event; no formulas, whatever the texts hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from bots.auditor.report import Report
from records import Event
from records.clock import to_text

__all__ = ["write_index"]

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_index(path: Path, report: Report, events: Sequence[Event]) -> None:
    """Write the workbook; the same log and choice give the same bytes."""
    words = report.words
    with xlsxwriter.Workbook(path, _OPTIONS) as book:
        book.set_properties({"title": words.title, "created": datetime(2000, 1, 1, tzinfo=UTC)})  # not of this moment
        heads = (
            words.item,
            words.process,
            words.key,
            words.state,
            words.events,
            words.first,
            words.last,
            words.persons,
        )
        widths = (29, 13, 34, 13, 9, 28, 28, 20)
        _sheet(book, words.contents, heads, widths, (
            (life.item, life.process, life.number or life.key, life.state, len(life.chapters),
             to_text(life.chapters[0].at), to_text(life.chapters[-1].at), ", ".join(life.persons))
            for life in report.lives if life.item
        ))  # fmt: skip
        columns = (words.event, words.when, words.who, words.action, words.what, words.item, words.before, words.after,
                 words.outcome, words.reason, words.evidence)  # fmt: skip
        wide = (8, 28, 20, 24, 50, 29, 11, 11, 10, 9, 40)
        said = {chapter.seq: chapter for life in report.lives for chapter in life.chapters}
        _sheet(book, words.events, columns, wide, (
            (event.seq, to_text(event.at), said[event.seq].who, event.action, said[event.seq].what,
             *_moved(event.body.get("item", {})), event.body["outcome"], event.body.get("reason", {}).get("code", ""),
             " ".join(f"{kind}:{sha256}" for kind, sha256 in said[event.seq].files))
            for event in events
        ))  # fmt: skip


def _moved(item: dict[str, Any]) -> tuple[str, str, str]:
    return item.get("id", ""), item.get("from", ""), item.get("to", "")


def _sheet(book: Any, name: str, heads: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Any]]) -> None:
    sheet = book.add_worksheet(name)
    sheet.write_row(0, 0, heads, book.add_format({"bold": True, "bottom": 1}))
    last = 0
    for last, row in enumerate(rows, start=1):
        sheet.write_row(last, 0, row)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(last, 1), len(heads) - 1)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
