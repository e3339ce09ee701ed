"""The whole job on the demo company: the legacy system's own database and the records against the expectation.

One run and a second one over the same office; everything below reads what they left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bots.office import Office
from config.settings import load_settings
from console import demonstration
from demo.company import Company, Expected, build
from demo.scenario import PAYMENTS
from flows.desk import open_office
from records import WorkItem, audit, documents, reviews, work_items

pytestmark = pytest.mark.browser
SEED = 2026


@dataclass(frozen=True)
class Day:
    """What a run left: the legacy system's rows, the work items by source document, and the reasons given for each."""

    home: Path
    company: Company
    rows: Sequence[dict[str, str]]
    items: dict[str, list[WorkItem]]
    codes: dict[str, set[str]]
    failed: list[str]


def run(home: Path) -> Day:
    """One `oficio demo --plain`, without its screen."""
    with pytest.MonkeyPatch.context() as patch, demonstration.prepare(home, seed=SEED, server=False) as office:
        for name, value in office.rig.environment.items():
            patch.setenv(name, value)
        settings = load_settings(home, office.rig.config)
        report = demonstration.run_plain(settings, lambda *_: None)
        rows = office.rig.entered()
        items: dict[str, list[WorkItem]] = {}
        codes: dict[str, set[str]] = {}
        with open_office(settings=settings, flow="test") as desk, desk.records.read() as tx:
            for item in work_items.find(tx, "invoices"):
                source = next(document.sha256 for document in item.documents if document.role == "source")
                assert documents.arrivals(tx, source)
                items.setdefault(source, []).append(item)
                given = {reason.code for task in reviews.of_item(tx, item.id) for reason in task.reasons}
                codes[item.id] = given | ({item.reason.code} if item.reason else set())
    company = build(home / "expected", SEED)
    return Day(home, company, rows, items, codes, [step["step"] for step in report["steps"] if step["error"]])


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> tuple[Day, Day]:
    home = tmp_path_factory.mktemp("office")
    return run(home), run(home)


@pytest.fixture(scope="module")
def day(days: tuple[Day, Day]) -> Day:
    return days[0]


@pytest.fixture
def office(day: Day) -> Iterator[Office]:
    with open_office(day.home, flow="test") as office:
        yield office


def good(day: Day) -> list[Expected]:
    return [one for one in day.company.expectation if one.outcome == "entered"]


def test_no_step_failed(days: tuple[Day, Day]) -> None:
    assert [day.failed for day in days] == [[], []]


def test_the_legacy_system_holds_each_good_invoice_once_and_nothing_else(day: Day) -> None:
    expected = Counter((one.legacy["supplier_code"], one.legacy["number"]) for one in good(day) if one.legacy)
    assert Counter((row["supplier"], row["number"]) for row in day.rows) == expected
    assert set(expected.values()) == {1}


def test_the_legacy_system_holds_the_right_values(day: Day) -> None:
    rows = {(row["supplier"], row["number"]): row for row in day.rows}
    for one in good(day):
        assert one.legacy is not None
        want, row = one.legacy, rows[one.legacy["supplier_code"], one.legacy["number"]]
        assert as_iso(row["date"]) == want["issue_date"], one.key
        assert row["currency"] == want["currency"], one.key
        if want["due_date"]:
            assert as_iso(row["due"]) == want["due_date"], one.key
        for name, column in (("net", "net"), ("tax", "tax"), ("gross", "total"), ("withheld", "withheld")):
            assert as_decimal(row[column]) == want[name], (one.key, name)


def as_iso(day: str) -> str:
    return "-".join(reversed(day.split("/")))


def as_decimal(amount: str) -> str:
    return amount.replace(".", "").replace(",", ".") or "0.00"


def test_each_document_is_in_its_state_with_its_reason(day: Day) -> None:
    for one in day.company.expectation:
        if one.outcome == "ignored":
            continue
        items = day.items[one.sha256]
        states = {"entered": {"entered", "reconciled"}}.get(one.outcome, {one.outcome})
        found = [item for item in items if item.state in states]
        assert len(found) == 1, (one.key, [item.state for item in items])
        given = day.codes[found[0].id]
        assert not one.codes or any(code.startswith(one.codes) for code in given), (one.key, given)


def test_there_is_a_work_item_for_each_document_and_none_besides(day: Day) -> None:
    expected = Counter(one.sha256 for one in day.company.expectation if one.sha256)
    assert {sha256: len(items) for sha256, items in day.items.items()} == dict(expected)


def test_what_the_bank_settles_is_reconciled_and_nothing_else(day: Day) -> None:
    with_fee = {key for payment in PAYMENTS if payment.fee for key in payment.documents}
    for one in good(day):
        states = {item.state for item in day.items[one.sha256]}
        if one.key not in with_fee:  # a fee on top may be a suggestion to a person
            assert ("reconciled" in states) is one.paid, one.key


def test_a_second_run_enters_nothing_new(days: tuple[Day, Day]) -> None:
    first, second = days
    assert second.rows == first.rows
    again = Counter(item.state for items in second.items.values() for item in items)
    before = Counter(item.state for items in first.items.values() for item in items)
    assert {state for state in again if again[state] > before[state]} <= {"duplicate", "reconciled"}


def test_every_original_is_in_the_archive(day: Day, office: Office) -> None:
    for one in day.company.expectation:
        if one.sha256:
            assert office.records.archive.get(one.sha256)


def test_the_audit_log_verifies_and_shows_a_picture_of_each_entry(office: Office) -> None:
    verification = office.records.log.verify()
    assert verification.ok, str(verification)
    with office.records.read() as tx:
        entered = work_items.find(tx, "invoices", states=["entered", "reconciled"])
        for item in entered:
            shown = [shot["kind"] for event in audit.of_item(tx, item.id) for shot in event.body.get("evidence", ())]
            assert any(kind.startswith("screenshot") for kind in shown), item.id
    assert entered


def test_there_is_a_workbook_for_the_accountant(day: Day) -> None:
    assert list((day.home / "out").rglob("*.xlsx"))
