"""Small ledgers and banks, and an office with invoices that were entered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bots.office import Office
from bots.reconciler import Matching, match
from config.money import to_minor
from config.reconciliation_rules import Rules, read_rules
from config.settings import load_settings
from flows.desk import open_office
from records import WorkItem, work_items

Row = dict[str, Any]
DAY = date(2026, 3, 1)


@pytest.fixture
def rules() -> Rules:
    """The rules as shipped for bank against ledger."""
    return read_rules("bank-against-ledger")


def ledger(*rows: Row) -> pl.DataFrame:
    """Items of one supplier unless they say otherwise, in euro cents."""
    usual = {"party_id": "S1", "party": "Acero Norte S.L.", "date": DAY, "currency": "EUR"}
    return _frame(rows, usual, "L")


def bank(*rows: Row) -> pl.DataFrame:
    """Bank lines of the same supplier, a month later."""
    usual = {"party": "ACERO NORTE SL", "date": date(2026, 3, 31), "currency": "EUR", "text": "TRANSFER"}
    return _frame(rows, usual, "B")


def _frame(rows: tuple[Row, ...], usual: Row, letter: str) -> pl.DataFrame:
    full = [{"id": f"{letter}{number}", **usual, **row} for number, row in enumerate(rows, 1)]
    return pl.DataFrame(full, schema_overrides={"amount": pl.Int64, "date": pl.Date}, infer_schema_length=None)


def groups(matching: Matching) -> set[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Accepted groups as (code, left ids, right ids)."""
    rows = matching.groups.select("code", "left", "right").iter_rows()
    return {(code, tuple(left), tuple(right)) for code, left, right in rows}


@pytest.fixture
def matched(rules: Rules) -> Callable[[pl.DataFrame, pl.DataFrame], Matching]:
    """Match with the shipped rules."""
    return lambda left, right: match(left, right, rules)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office with a bank folder."""
    settings = load_settings(tmp_path / "home")
    settings = replace(settings, invoices=settings.invoices.model_copy(update={"bank_files": "bank/*"}))
    with open_office(settings=settings, flow="test") as opened:
        (settings.home / "bank").mkdir(parents=True, exist_ok=True)
        yield opened


def enter(office: Office, number: str, gross: str, *, key: str, supplier: str = "Acero Norte S.L.") -> WorkItem:
    """An invoice that has gone all the way to `entered`."""
    fields = {
        "invoice_number": number, "gross_total": gross, "currency": "EUR", "seller_name": supplier,
        "issue_date": "2026-03-01", "due_date": "2026-03-31",
    }  # fmt: skip
    payload = {
        "invoice": {"type": "invoice", "fields": fields, "lines": [], "taxes": []}, "supplier": "S1",
        "entry": {"key": key},
    }  # fmt: skip
    with office.records.begin() as tx:
        item = work_items.create(
            tx, process="invoices", payload=payload, amount=to_minor(Decimal(gross), "EUR"), currency="EUR"
        )
        for state in ("read", "checked", "ready", "entering", "entered"):
            item = work_items.move(tx, item, state, action="test.moved")
    return item
