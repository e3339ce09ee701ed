"""A nameless frame, a window to choose in, radio buttons, a second factor, one row of fields for all lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bots.office import Office
from bots.recorder.describing import describe
from bots.recorder.session import record_entry
from connectors.secrets import Secret, keep_secret
from demo.legacy.server import serve
from tests.entering.offices import make_config, open_office
from tests.recorder.demo_entries import enter_all, install
from tests.recorder.orders import Desk, create_app
from tests.recorder.people import ORDER, Seller


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    make_config(tmp_path)
    office = open_office(tmp_path)
    with office.records:
        yield office


@pytest.mark.browser
def test_one_order_recorded_enters_others(office: Office, chromium: Browser) -> None:
    desk = Desk()
    with serve(create_app(desk)) as url:
        recording = record_entry(chromium, url + "/", ORDER, "", Seller())
        described = describe(recording, ORDER, "", name="desk", form="order")
        assert described.findings.problems == []
        install(described, office, "desk", "geheim")
        keep_secret("desk-robo-totp", Secret("JBSWY3DPEHPK3PXP" * 2), office.settings.home)
        lines = [{"article": f"A{n}", "quantity": str(n), "price": "1000.50"} for n in (1, 2, 3)]
        other = {"customer": "K100", "delivery": "2026-12-01", "shipping": "SEL", "total": "6003.00", "lines": lines}
        assert enter_all(office, [other], "desk", "order") == ["entered"]
    assert desk.orders[-1] == {
        "c": "K100", "d": "01.12.2026", "s": "SEL",
        "lines": [{"t": f"A{n}", "m": str(n), "p": "1000,50"} for n in (1, 2, 3)],
    }  # fmt: skip
