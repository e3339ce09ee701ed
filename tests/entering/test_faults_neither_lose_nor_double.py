"""Whatever the system does to a save, the invoice is there once in the end, or with a person."""

from __future__ import annotations

import pytest

from bots.data_entry import enter
from bots.office import Office
from demo.legacy.faults import KINDS, Fault
from records import intents, work_items
from tests.entering.conftest import Legacy
from tests.entering.offices import add_ready, invoice_payload, make_config, open_office, states

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("fault", KINDS)
def test_one_fault_at_the_save(office: Office, legacy: Legacy, fault: Fault) -> None:
    ids = add_ready(office, invoice_payload("F-1"))
    legacy.faults.plan[:] = [fault]
    enter(office, "demo")
    assert states(office, ids) == ["entered"]
    assert [row["number"] for row in legacy.store.invoices()] == ["F-1"]
    with office.records.read() as tx:
        ended = [intent.state for intent in intents.find(tx, item=ids[0])]
    lost = fault in ("error_before", "drop_before", "lost_before")
    assert (ended[0], ended[-1]) == ("absent" if lost else "confirmed", "confirmed")
    assert set(ended[:-1]) <= {"absent"}  # more than one where the machine was too slow for the robot's patience


def test_a_save_slower_than_the_robot_waits_is_looked_for(office: Office, legacy: Legacy) -> None:
    """The save commits after the robot gave up, within the settle time: found, not entered again."""
    legacy.faults.slow_seconds = 2.5
    legacy.faults.plan[:] = ["slow"]
    folder = office.settings.home.parent / "patient"
    make_config(folder, {"load": 2, "settle": 3, "lease": 8})
    with (patient := open_office(folder)).records:
        ids = add_ready(patient, invoice_payload("F-1"))
        enter(patient, "demo")
        assert states(patient, ids) == ["entered"]
        with patient.records.read() as tx:
            assert [intent.state for intent in intents.find(tx, item=ids[0])] == ["confirmed"]
    assert len(legacy.store.invoices()) == 1


def test_a_system_that_always_fails_ends_postponed_and_never_doubled(office: Office, legacy: Legacy) -> None:
    ids = add_ready(office, invoice_payload("F-1"))
    legacy.faults.plan[:] = ["error_before"] * 20
    enter(office, "demo")
    with office.records.read() as tx:
        item = work_items.get(tx, ids[0])
    assert (item.state, item.reason and item.reason.code) == ("ready", "OF511")
    assert item.attempts >= 3
    assert legacy.store.invoices() == []


def test_two_entries_of_one_key_go_to_a_person(office: Office, legacy: Legacy) -> None:
    ids = add_ready(office, invoice_payload("F-1"))
    enter(office, "demo")
    row = legacy.store.invoices()[0]
    totals = {"net": row["net"], "tax": row["tax"], "total": row["total"]}
    legacy.store.save("maria", row, totals)
    again = add_ready(office, invoice_payload("F-1"))
    enter(office, "demo")
    assert states(office, [*ids, *again]) == ["entered", "review"]
    with office.records.read() as tx:
        reason = work_items.get(tx, again[0]).reason
    assert reason is not None
    assert reason.code == "OF533"
