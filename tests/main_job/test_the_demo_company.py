"""Each document of the demo ends where it should: the good ones once in the legacy system, the others with a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pytest

from bots.office import Office
from config.settings import CONFIG, load_settings
from demo.company import Expected
from demo.scenario import DOCUMENTS
from flows.desk import open_office
from records import Transaction, audit, documents, reviews, work_items
from tests.main_job.conftest import Day

pytestmark = pytest.mark.browser


@pytest.fixture
def office(day: Day) -> Iterator[Office]:
    with open_office(settings=load_settings(day.rig.home, CONFIG), flow="test") as office:
        yield office


def outcome(tx: Transaction, expected: Expected) -> tuple[str, set[str]]:
    """The state of the arrival's work item, and the codes of its reasons."""
    items = [work_items.get(tx, item) for item in documents.items_with(tx, expected.sha256)]
    named = [item for item in items if item.payload.get("facts", {}).get("file") == expected.name] or items
    assert named, f"{expected.name} is nowhere"
    item = named[0]
    codes = {reason.code for task in reviews.of_item(tx, item.id) for reason in task.reasons}
    codes |= {item.reason.code} if item.reason else set()
    return "entered" if item.state == "reconciled" else item.state, codes


def test_the_run_ends_well_and_leaves_exceptions_for_people(day: Day) -> None:
    assert day.code == 3
    assert [step["error"] for step in day.report["steps"]] == [None] * 6


def test_every_document_is_where_it_should_be(day: Day, office: Office) -> None:
    wrong = {}
    with office.records.read() as tx:
        for expected in day.company.expectation:
            if not expected.sha256:
                continue
            state, codes = outcome(tx, expected)
            right = state == expected.outcome and (
                not expected.codes or any(code.startswith(start) for code in codes for start in expected.codes)
            )
            if not right:
                wrong[expected.name] = (state, sorted(codes), expected.outcome, expected.codes)
    assert wrong == {}


def test_the_legacy_system_holds_each_good_invoice_once_with_its_figures(day: Day) -> None:
    rows = day.rig.entered()
    wanted = [expected.legacy for expected in day.company.expectation if expected.legacy]
    assert Counter(row["number"] for row in rows) == Counter(row["number"] for row in wanted)
    held = {row["number"]: row for row in rows}
    for row in wanted:
        found = held[row["number"]]
        assert found["supplier"] == row["supplier_code"]
        assert found["currency"] == row["currency"]
        assert Decimal(found["total"]) == Decimal(row["gross"]), row["number"]


def test_every_original_is_in_the_archive(day: Day, office: Office) -> None:
    for expected in day.company.expectation:
        if expected.sha256:
            assert office.records.archive.get(expected.sha256)


def test_what_the_bank_paid_is_reconciled_and_the_workbook_is_there(day: Day, office: Office) -> None:
    with office.records.read() as tx:
        counts = work_items.counts(tx, "invoices")
    paid = sum(1 for expected in day.company.expectation if expected.paid and expected.outcome == "entered")
    assert counts["reconciled"] >= paid * 0.9
    assert list((day.rig.home / "out").rglob("*.xlsx"))


def test_the_audit_log_verifies_and_tells_each_entry_with_its_evidence(day: Day, office: Office) -> None:
    verification = office.records.log.verify()
    assert verification.ok, str(verification)
    with office.records.read() as tx:
        entered = work_items.find(tx, "invoices", states=["entered", "reconciled"])
        for item in entered:
            events = audit.of_item(tx, item.id)
            shown = [shot["kind"] for event in events for shot in event.body.get("evidence", ())]
            assert any(kind.startswith("screenshot") for kind in shown), item.id
    assert entered


def test_a_second_run_enters_nothing(day: Day) -> None:
    before = day.rig.entered()
    code, report = day.run()
    assert code == 3
    entering = next(step for step in report["steps"] if step["step"] == "enter")
    assert entering["outcomes"].get("entered", 0) == 0
    assert day.rig.entered() == before


def test_the_scenario_has_every_kind_of_trouble() -> None:
    forms = {planned.form for planned in DOCUMENTS.values()}
    cases = {planned.case for planned in DOCUMENTS.values()}
    assert forms >= {"born digital", "scan", "hybrid", "picture", "encrypted", "bomb"}
    assert cases >= {"credit note", "contradiction", "withholding"}
