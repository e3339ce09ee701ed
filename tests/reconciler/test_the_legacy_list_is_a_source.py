"""The shipped rules read the legacy system's own list and our work items, and tell what was entered twice or never."""

from __future__ import annotations

import shutil

import polars as pl
import pytest

from bots.data_entry import enter
from bots.office import Office
from bots.reconciler.standing import reconcile_standing
from records import audit, reviews
from tests.entering.conftest import Legacy, legacy, office  # noqa: F401 - fixtures
from tests.entering.offices import CHECKOUT, add_ready, invoice_payload

pytestmark = pytest.mark.browser
DRAFT = {"supplier": "P0001", "date": "31/03/2026", "due": "", "currency": "EUR", "withheld": "", "lines": []}


@pytest.fixture
def shipped(office: Office) -> Office:  # noqa: F811 - a fixture
    """The office with the reconciliation as it is shipped."""
    folder = office.settings.reconciliations
    folder.mkdir()
    shutil.copy(CHECKOUT / "config" / "reconciliations" / "legacy-against-items.yaml", folder)
    return office.acting("reconciler")


def latest(office: Office, side: str) -> list[str]:  # noqa: F811 - a helper's argument
    """Invoice numbers that the last run left open on a side."""
    folder = max((office.settings.out / "reconciliations" / "legacy-against-items").iterdir())
    table = pl.read_csv(folder / "open.csv")
    return sorted(table.filter(pl.col("side") == side)["reference"].to_list())


def test_what_was_entered_once_is_settled_and_a_second_entry_is_asked_about(shipped: Office, legacy: Legacy) -> None:  # noqa: F811
    add_ready(shipped, invoice_payload("F-2026-1"), invoice_payload("F-2026-2", bases=["250.00"]))
    enter(shipped, "demo")
    assert reconcile_standing(shipped).outcomes == {"matched": 1}
    assert latest(shipped, "left") == latest(shipped, "right") == []
    assert reconcile_standing(shipped).outcomes == {"unchanged": 1}
    totals = {"net": "250,00", "tax": "52,50", "total": "302,50"}
    legacy.store.save("maria", DRAFT | {"number": "F-2026-2", "reference": ""}, totals)
    assert reconcile_standing(shipped).outcomes == {"asked": 1}
    with shipped.records.read() as tx:
        (task,) = reviews.list_open(tx)
    assert task.reasons[0].code == "OF630"
    assert latest(shipped, "right") == ["F-2026-2"]


def test_what_is_not_in_the_list_stays_open(shipped: Office, legacy: Legacy) -> None:  # noqa: F811
    legacy.store.save(
        "maria", DRAFT | {"number": "F-2026-9", "reference": ""}, {"net": "1", "tax": "0", "total": "1,00"}
    )
    rules = shipped.settings.reconciliations / "legacy-against-items.yaml"
    rules.write_text(rules.read_text("utf-8").replace("[entered, reconciled]", "[ready, entered]"), "utf-8")
    add_ready(shipped, invoice_payload("F-2026-3"))
    assert reconcile_standing(shipped).outcomes == {"matched": 1}
    assert (latest(shipped, "left"), latest(shipped, "right")) == (["F-2026-3"], ["F-2026-9"])


def test_a_system_that_is_away_postpones_it_and_nothing_else(shipped: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFICIO_SYSTEM_DEMO_URL", "http://127.0.0.1:9/")
    assert reconcile_standing(shipped).outcomes == {"postponed": 1}
    with shipped.records.read() as tx:
        events = [event.body for event in audit.read(tx)]
    assert [event["outcome"] for event in events if event["action"] == "reconciliation.postponed"] == ["failed"]
