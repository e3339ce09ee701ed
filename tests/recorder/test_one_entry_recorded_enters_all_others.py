"""One two-line invoice is recorded; others with any number of lines are entered, each field right, with no hand edit."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from bots.data_entry import enter
from bots.data_entry.entries import add_records, outcomes, own_key, process_of
from bots.data_entry.stage import browser, load_system
from bots.office import Office
from bots.recorder.describing import Described, describe
from bots.recorder.session import keep, record_entry
from tests.entering.conftest import Legacy, legacy, office  # noqa: F401 - fixtures
from tests.recorder.people import SAMPLE, Clerk

pytestmark = pytest.mark.browser
CODES = {"21": "N21", "10": "N10", "4": "N04", "0": "N00", "19": "D19", "7": "D07", "20": "F20", "5.5": "F10"}


@pytest.fixture
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


def recorded(chromium: Browser, url: str, person: Clerk) -> Described:
    recording = record_entry(chromium, url + "/", SAMPLE, person.key, person)
    return describe(recording, SAMPLE, person.key, name="old", form="invoice")


def invoice(number: int, lines: int, chance: random.Random) -> dict[str, Any]:
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


def comma(amount: str) -> str:
    return amount.replace(".", ",")


def as_saved(record: dict[str, Any]) -> dict[str, Any]:
    """What the legacy database must hold."""
    day = lambda iso: "/".join(reversed(iso.split("-"))) if iso else ""  # noqa: E731
    lines = [
        {"concept": one["description"], "base": comma(one["base"]), "code": CODES[one["rate"]], "tax": comma(one["amount"])}
        for one in record["taxes"]
    ]
    return {
        "supplier": record["supplier_code"], "number": record["invoice_number"], "date": day(record["issue_date"]),
        "due": day(record["due_date"]), "currency": record["currency"], "withheld": comma(record["withheld_total"]),
        "reference": own_key(record), "total": comma(record["gross_total"]), "lines": lines,
    }  # fmt: skip


def enter_all(office: Office, records: list[dict[str, Any]]) -> list[str]:
    system = load_system(office, "old")
    items = add_records(office, "old", system, "invoice", records)
    enter(office, "old", form="invoice", process=process_of("old", "invoice"), limit=len(items))
    return [item.state + (item.reason.text() if item.reason else "") for item in outcomes(office, items)]


def test_others_are_entered_from_one_recording(office: Office, legacy: Legacy, chromium: Browser) -> None:  # noqa: F811
    described = recorded(chromium, legacy.url, Clerk(own_key(SAMPLE)))
    assert described.findings.problems == []
    path = keep(described, "old", office.settings.systems)
    assert "robot-uno-1984" not in path.read_text("utf-8")
    (office.settings.home / "secrets" / "old-bot1").write_text("robot-uno-1984", "utf-8")
    (office.settings.home / "secrets" / "old-bot1").chmod(0o600)

    chance = random.Random(7)
    records = [invoice(number, lines, chance) for number, lines in enumerate((1, 2, 5))]
    assert enter_all(office, records) == ["entered"] * 3
    saved = {row["number"]: row for row in legacy.store.invoices()}
    for record in records:
        wanted = as_saved(record)
        assert {name: saved[wanted["number"]][name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("person", "told"),
    [
        (Clerk(own_key(SAMPLE), skip=("withheld",)), ("OF561", "withheld_total")),
        (Clerk(own_key(SAMPLE), number="A-8"), ("OF560", "A-8")),
    ],
)
def test_the_gate_says_what_was_not_typed_and_what_is_not_in_the_sample(
    legacy: Legacy, chromium: Browser, person: Clerk, told: tuple[str, str]  # noqa: F811
) -> None:
    problems = recorded(chromium, legacy.url, person).findings.problems
    assert told in {(one.code, fact) for one in problems for fact in one.facts.values()}


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text("mine", "utf-8")
    from bots.recorder.problems import Findings
    from config.errors import ConfigError

    with pytest.raises(ConfigError, match="OF574"):
        keep(Described({}, Findings()), "old", tmp_path)
    assert (tmp_path / "old.yaml").read_text("utf-8") == "mine"
