"""Invoices for the demo's legacy system, entered by a recorded description, and what its database must hold of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from bots.data_entry import enter
from bots.data_entry.entries import add_records, outcomes, own_key, process_of
from bots.data_entry.stage import load_system
from bots.office import Office
from bots.recorder.describing import Described, describe
from bots.recorder.session import keep, record_entry
from tests.recorder.people import SAMPLE, Clerk

__all__ = ["differences", "enter_all", "install", "invoice", "recorded"]

CODES = {"21": "N21", "10": "N10", "4": "N04", "0": "N00", "19": "D19", "7": "D07", "20": "F20", "5.5": "F10"}


def recorded(chromium: Browser, url: str, person: Clerk) -> Described:
    """The demo system as a person's recording of the sample describes it."""
    recording = record_entry(chromium, url + "/", SAMPLE, person.key, person)
    return describe(recording, SAMPLE, person.key, name="old", form="invoice")


def install(described: Described, office: Office, name: str = "old", password: str = "robot-uno-1984") -> Path:
    """The description in the office's config, the password in its store."""
    path = keep(described, name, office.settings.systems)
    secret = office.settings.home / "secrets" / described.data["accounts"][0]["secret"]
    secret.write_text(password, "utf-8")
    secret.chmod(0o600)
    return path


def invoice(number: int, lines: int, chance: random.Random) -> dict[str, Any]:
    """An invoice of so many lines, of all rates that the system knows."""
    taxes = []
    for n in range(1, lines + 1):
        base = Decimal(chance.randint(100, 999_999)) / 100
        rate = chance.choice(list(CODES))
        tax = (base * Decimal(rate) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        taxes.append({"description": f"Thing {n}", "base": f"{base:.2f}", "rate": rate, "amount": f"{tax:.2f}"})
    total = sum(Decimal(one["base"]) + Decimal(one["amount"]) for one in taxes)
    withheld = chance.choice(["", "7.50"])
    return {
        "supplier_code": chance.choice(["P0001", "P0002"]), "invoice_number": f"B-{number}", "issue_date": "2026-02-03",
        "due_date": chance.choice(["2026-12-01", ""]), "currency": chance.choice(["EUR", "USD"]),
        "withheld_total": withheld, "gross_total": f"{total - Decimal(withheld or 0):.2f}", "taxes": taxes,
    }  # fmt: skip


def enter_all(office: Office, records: Sequence[dict[str, Any]], name: str = "old", form: str = "invoice") -> list[str]:
    """Enter records; the state of each, with its reason when it has one."""
    items = add_records(office, name, load_system(office, name), form, records)
    enter(office, name, form=form, process=process_of(name, form), limit=len(items))
    return [item.state + (item.reason.text() if item.reason else "") for item in outcomes(office, items)]


def differences(records: Sequence[dict[str, Any]], saved: Sequence[dict[str, Any]]) -> list[str]:
    """Every field of every record that the legacy database holds otherwise, and rows too many or too few."""
    rows = {row["number"]: row for row in saved}
    found = [f"{len(records)} records, {len(saved)} rows"] if len(records) != len(saved) else []
    for record in records:
        row, wanted = rows.get(record["invoice_number"], {}), _as_saved(record)
        found += [f"{record['invoice_number']} {name}" for name in wanted if _plain(row.get(name)) != wanted[name]]
    return found


def _as_saved(record: dict[str, Any]) -> dict[str, Any]:
    lines = [
        {"concept": one["description"], "base": _comma(one["base"]), "code": CODES[one["rate"]],
         "tax": _comma(one["amount"])}
        for one in record["taxes"]
    ]  # fmt: skip
    return {
        "supplier": record["supplier_code"], "number": record["invoice_number"], "date": _day(record["issue_date"]),
        "due": _day(record["due_date"]), "currency": record["currency"], "withheld": _comma(record["withheld_total"]),
        "reference": own_key(record), "total": _comma(record["gross_total"]), "lines": lines,
    }  # fmt: skip


def _day(iso: str) -> str:
    return "/".join(reversed(iso.split("-"))) if iso else ""


def _comma(amount: str) -> str:
    return amount.replace(".", ",")


def _plain(value: Any) -> Any:
    """Without the points between thousands that the system writes."""
    if isinstance(value, list):
        return [{name: _plain(text) for name, text in line.items()} for line in value]
    return value.replace(".", "") if isinstance(value, str) and "," in value else value
