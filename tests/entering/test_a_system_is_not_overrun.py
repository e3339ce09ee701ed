"""Fewer robots and longer pauses when a system slows down; never more robots than it allows; a clean stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bots.data_entry import accounts, enter, load_system
from bots.data_entry.pace import Pace
from bots.office import Office
from config.errors import ApplicationException
from config.systems import System
from connectors.browser.chromium import Chromium
from connectors.browser.ladder import Ladder
from connectors.browser.session import Session
from records import intents, leases, work_items
from tests.entering.conftest import Legacy
from tests.entering.offices import CHECKOUT, add_ready, invoice_payload, states, wait_until
from tests.entering.test_records_of_a_file_are_entered import RECORD


def test_overload_halves_and_good_items_bring_back() -> None:
    pace = Pace(4)
    assert not pace.note([0.1])
    assert pace.note([], "503")
    assert pace.note([], "429")
    assert (pace.allowed, pace.pause) == (1, 1.0)
    for _ in range(20):
        assert not pace.note([0.2])
    assert (pace.allowed, pace.pause) == (3, 0.0)


def test_slower_than_at_first_is_overload() -> None:
    pace = Pace(2)
    pace.note([0.5, 0.5])
    assert not pace.note([1.9])
    for _ in range(9):
        assert pace.note([2.2, 3.0])
    assert (pace.allowed, pace.pause) == (1, 2.6)


def test_a_system_that_was_always_slow_is_not_overrun() -> None:
    pace = Pace(2)
    assert not any(pace.note([5.0 + n / 10]) for n in range(20))


def test_places_are_shared_by_all_robots(office: Office, legacy: Legacy) -> None:
    system = load_system(office, "demo").model_copy(update={"parallel": 1})
    first = accounts.take_seat(office, "demo", system, "one")
    assert first is not None
    assert accounts.take_seat(office, "demo", system, "two") is None
    assert accounts.take_seat(office, "demo", system, "two:fence", only="bot2") is not None
    accounts.give_back(office, first)
    assert accounts.take_seat(office, "demo", system, "three") is not None


@pytest.mark.browser
def test_a_page_that_is_busy_for_ever_ends_with_its_browser() -> None:
    system = System.model_validate(
        {
            "url": "http://127.0.0.1/",
            "accounts": [{"user": "u", "secret": "s"}],
            "limits": {"step": 1, "load": 1},
            "login": {"steps": [], "probe": "x"},
            "forms": {},
        }
    )
    with Chromium() as chromium:
        before = chromium.browser
        assert 10_000_000 < chromium.memory() < 2_000_000_000
        session = Session(before, system, "http://127.0.0.1/", watchdog=chromium.watchdog)
        session.page.set_content("<button onclick='setTimeout(() => { while (true); })'>Go</button>")
        session.press(None, Ladder((("text", "Go"),), "press"))
        with pytest.raises(ApplicationException, match="OF512"):
            session.look(None, [Ladder((("text", "Go"),), "press")])
        with pytest.raises(ApplicationException, match="OF509"), session.acting("count"):
            session.page.evaluate("1 + 1")  # nothing bounds it but the watchdog
        killed = chromium.ready(1500, 200)
        assert killed is not before
        leaking = chromium.ready(1, 200)
        assert leaking is not killed
        chromium.served = 199
        assert chromium.ready(1500, 200) is leaking
        chromium.served = 200
        assert chromium.ready(1500, 200) is not leaking
        assert chromium.browser.is_connected()


@pytest.mark.browser
def test_robots_of_one_run_share_the_work(office: Office, legacy: Legacy) -> None:
    ids = add_ready(office, *[invoice_payload(f"F-{n}") for n in range(6)])
    enter(office, "demo")
    assert states(office, ids) == ["entered"] * 6
    assert len(legacy.store.invoices()) == 6
    with office.records.read() as tx:
        users = Counter(work_items.get(tx, one).payload["entry"]["account"] for one in ids)
    assert set(users) == {"bot1", "bot2"}


@pytest.mark.browser
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_item_in_hand_and_begins_no_other(
    office: Office, legacy: Legacy, tmp_path: Path, told: signal.Signals
) -> None:
    path = tmp_path / "records.json"
    path.write_text(json.dumps([RECORD | {"invoice_number": f"A-{n}"} for n in range(4)]), "utf-8")
    command = [sys.executable, "-c", "from console.main import main; main()", "enter", "--system", "demo",
               "--form", "invoice", "--input", str(path), "--home", str(office.settings.home),
               "--config", str(office.settings.directory), "--json"]  # fmt: skip
    legacy.faults.slow_seconds = 0.5
    legacy.faults.plan[:] = ["slow"] * 4
    process = subprocess.Popen(command, cwd=CHECKOUT, env=os.environ, stdout=subprocess.PIPE)
    wait_until(lambda: len(legacy.faults.plan) < 4)
    process.send_signal(told)
    answer, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    ended = Counter(row["state"] for row in json.loads(answer)["items"])
    assert ended["entered"] == len(legacy.store.invoices())
    assert ended.keys() == {"entered", "ready"}
    with office.records.read() as tx:
        assert all(leases.holder(tx, f"system:demo:{what}") is None for what in ("account:bot1", "robot#0", "robot#1"))
        assert intents.find(tx, state="open") == []
    again = subprocess.run(command, cwd=CHECKOUT, env=os.environ, stdout=subprocess.PIPE, check=False, timeout=120)
    assert again.returncode == 0
    assert sorted(row["number"] for row in legacy.store.invoices()) == [f"A-{n}" for n in range(4)]
