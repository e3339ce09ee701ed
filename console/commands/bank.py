"""`oficio bank`: what a bank file says, statement by statement."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from config.errors import ConfigError, Language
from connectors.bank import BankFile, Entry, Statement, read
from console.words import err, out, print_json

__all__ = ["bank"]


def bank(file: Path, /, *, entries: bool = False, language: Language = "en", json: bool = False) -> None:
    """Print the statements of a bank file.

    Args:
        file: CAMT.052/053/054, MT940/942, OFX, QFX, QIF, BAI2, Norma 43, or a bank's csv or workbook.
        entries: print every entry too.
        language: of the problems' sentences.
        json: print JSON.
    """
    if not file.is_file():
        raise ConfigError("OF669", str(file))
    found = read(file)
    if json:
        print_json(to_json(found, language=language, entries=entries))
    else:
        _print(found, entries, language)


def to_json(found: BankFile, *, language: Language = "en", entries: bool = False) -> dict[str, Any]:
    """A bank file as plain JSON: amounts as decimal strings, `entries` as a count (the list comes as `lines`)."""
    return {
        "format": found.format,
        "statements": [_statement(one, language, entries) for one in found.statements],
        "remarks": [{"code": remark.code, "text": remark.text(language)} for remark in found.remarks],
    }


def _statement(one: Statement, language: Language, entries: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "account": one.account, "currency": one.currency, "opening": _text(one.opening), "closing": _text(one.closing),
        "entries": len(one.entries), "credit": _text(one.credit), "debit": _text(one.debit), "balanced": one.balanced,
        "kind": one.kind, "number": one.number,
        "problems": [{"code": problem.code, "text": problem.text(language)} for problem in one.problems],
    }  # fmt: skip
    if entries:
        data["lines"] = [_entry(entry) for entry in one.entries]
    return data


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "booked": _text(entry.booked), "value_date": _text(entry.value_date), "amount": _text(entry.value),
        "currency": entry.currency, "reference": entry.reference, "end_to_end_id": entry.end_to_end_id,
        "name": entry.name, "iban": entry.iban, "text": entry.text, "bank_ids": list(entry.bank_ids),
        "reversal": entry.reversal, "pending": entry.pending,
    }  # fmt: skip


def _text(value: object) -> str | None:
    if value is None:
        return None
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _print(found: BankFile, entries: bool, language: Language) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False, title=found.format, title_justify="left")
    table.add_column("account", overflow="fold")
    table.add_column("currency")
    for name in ("opening", "credit", "debit", "closing", "entries"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("balanced")
    marks = {True: "[green]yes[/]", False: "[bold red]no[/]", None: "[dim]not said[/]"}
    for one in found.statements:
        table.add_row(
            escape(one.account), one.currency, _text(one.opening) or "", _text(one.credit), _text(one.debit),
            _text(one.closing) or "", str(len(one.entries)), marks[one.balanced],
        )  # fmt: skip
    out.print(table)
    for one in found.statements if entries else ():
        out.print(_entries(one))
    for reason in (*found.remarks, *found.problems):
        err.print(f"[yellow]{reason.code}[/] {escape(reason.text(language))}", soft_wrap=True)


def _entries(statement: Statement) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, title=escape(statement.account), title_justify="left")
    for name in ("booked", "amount", "party", "reference", "text"):
        figure = name in ("booked", "amount")
        table.add_column(name, justify="right" if name == "amount" else "left", no_wrap=figure, overflow="fold")
    for entry in statement.entries:
        texts = (escape(text) for text in (entry.name, entry.reference or entry.end_to_end_id, entry.text))
        table.add_row(_text(entry.booked) or "", _text(entry.value), *texts)
    return table
