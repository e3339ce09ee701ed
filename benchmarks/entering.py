"""What the protocol, read-back and evidence cost over a hand-written Playwright script of the same form.

`python -m benchmarks.entering [--items N]`: the demo's legacy system, one account, one browser; the two take turns in
rounds of ten items, so that both meet the same machine.  Stated: seconds (median of rounds) and CPU seconds an item
(robot, driver, browser and the legacy system together; steadier on a busy machine), the ratios; then two accounts
against one, by the robot and by hand, in turns too, and the medians of the turns' own gains.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Frame, Page

from benchmarks.legacy_process import legacy_system
from benchmarks.process_tree import cpu_seconds
from bots.data_entry import accounts, enter, load_system
from bots.data_entry.clerk import Clerk
from bots.data_entry.ladders import ladder_of
from bots.data_entry.protocol import Held
from bots.data_entry.record import invoice_record
from bots.data_entry.runner import Runner
from bots.data_entry.stage import browser
from config.systems import Form, System
from connectors.browser.ladder import Ladder
from connectors.browser.session import Session
from demo.legacy.store import Store
from records import work_items
from tests.entering.offices import PASSWORDS, add_ready, invoice_payload, make_config, open_office


def by_hand(page: Page, number: str) -> None:
    """The same form as somebody would script it: no look-up, no read-back, no evidence."""
    main = _named(page, "principal")
    with main.expect_navigation(wait_until="domcontentloaded"):
        _named(page, "menu").get_by_text("Alta de facturas").click()
    with main.expect_navigation(wait_until="domcontentloaded"):
        main.select_option("[name=supplier]", "P0001")
    fields = {"number": number, "reference": f"H{number}", "date": "31/03/2026", "due": "30/04/2026",
              "l1_concept": f"{number} Suministros Ejemplo, S.A.", "l1_base": "100,00", "l1_tax": "21,00"}  # fmt: skip
    for name, value in fields.items():
        main.fill(f"[name={name}]", value)
    main.select_option("[name=currency]", "EUR")
    main.select_option("[name=l1_code]", "N21")
    with main.expect_navigation(wait_until="domcontentloaded"):
        main.get_by_text("Actualizar").click()
    with main.expect_navigation(wait_until="domcontentloaded"):
        main.get_by_text("Grabar").click()


def _named(page: Page, name: str) -> Frame:
    frame = page.frame(name=name)
    assert frame is not None
    return frame


def _page_by_hand(chromium: Browser, url: str, user: str = "bot2") -> Page:
    page = chromium.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(url)
    page.fill("[name=u]", user)
    page.fill("[name=p]", PASSWORDS[f"demo-{user}"])
    page.click("[type=submit]")
    page.frame_locator("[name=cabecera]").get_by_text("Salir").wait_for()
    return page


def measure(folder: Path, url: str, rounds: int, size: int) -> dict[str, object]:
    """Rounds of: by hand, the form alone (steps and save), the whole protocol."""
    office = open_office(folder)
    system = load_system(office, "demo")
    form = system.forms["invoice"]
    worker = accounts.worker_name(office) + ":bench"
    seat = accounts.take_seat(office, "demo", system, worker, only="bot1")
    assert seat is not None
    seconds: dict[str, list[float]] = {"by hand": [], "form": [], "protocol": []}
    cpu: dict[str, list[float]] = {"by hand": [], "form": [], "protocol": []}
    with browser() as chromium:
        page = _page_by_hand(chromium, url)
        clerk = Clerk(office, "demo", system, "invoice", form, seat, lambda: Session(chromium, system, url), worker)
        session = clerk.log_in()
        for turn in range(rounds + 1):
            add_ready(office, *[invoice_payload(f"P{turn}-{n}") for n in range(size)])
            marks = [_now()]
            for n in range(size):
                by_hand(page, f"H{turn}-{n}")
            marks.append(_now())
            for n in range(size):
                record = invoice_record(invoice_payload(f"F{turn}-{n}"), office.settings)
                runner = Runner(session, system, record, frame=form.frame)
                session.fresh_item(str)
                runner.do(form.steps)
                session.press(form.frame, _save(runner, form), loads=form.save.loads)
            marks.append(_now())
            for _ in range(size):
                with office.records.begin() as tx:
                    item = work_items.claim(
                        tx, "invoices", states=["ready"], limit=1, lease=_lease(system), worker=worker
                    )[0]
                assert Held(clerk, item).enter() == "entered"
            marks.append(_now())
            if turn:  # the first round warms all three up
                for name, before, after in zip(seconds, marks, marks[1:], strict=False):
                    seconds[name].append((after[0] - before[0]) / size)
                    cpu[name].append((after[1] - before[1]) / size)
        clerk.end()
    accounts.give_back(office, seat)
    return {"seconds an item": _compared(seconds), "CPU seconds an item": _compared(cpu)}


def _now() -> tuple[float, float]:
    return time.perf_counter(), cpu_seconds()


def _compared(found: dict[str, list[float]]) -> dict[str, float]:
    """Medians, and the medians of the rounds' own ratios."""
    ratios = {
        f"{name} / by hand": statistics.median(
            ours / hand for ours, hand in zip(found[name], found["by hand"], strict=True)
        )
        for name in ("form", "protocol")
    }
    return {name: round(statistics.median(values), 3) for name, values in found.items()} | {
        name: round(value, 2) for name, value in ratios.items()
    }


def _save(runner: Runner, form: Form) -> Ladder:
    return ladder_of(form.save.press, "press", runner.record)


def _lease(system: System) -> timedelta:
    return timedelta(seconds=system.limits.lease)


def gains(folder: Path, url: str, items: int, turns: int) -> dict[str, object]:
    """Two accounts against one: seconds an item of whole runs, by the robot and by hand."""
    runs: dict[str, list[list[float]]] = {"robot": [], "by hand": []}
    for turn in range(turns):
        runs["robot"].append([accounts_together(folder / f"{turn}-{many}", items, many) for many in (1, 2)])
        runs["by hand"].append([hands_together(url, items, hands, f"T{turn}") for hands in (1, 2)])
    return {
        who: {
            "one, two accounts (s an item)": [
                round(statistics.median(seconds), 3) for seconds in zip(*pairs, strict=True)
            ],
            "two / one": round(statistics.median(two / one for one, two in pairs), 3),
        }
        for who, pairs in runs.items()
    }


def accounts_together(folder: Path, items: int, parallel: int) -> float:
    """Seconds an item of a whole run with so many accounts, start of browsers included."""
    make_config(folder, {"settle": 2}, parallel=parallel)
    with (office := open_office(folder)).records:
        add_ready(office, *[invoice_payload(f"A{folder.name}-{n}") for n in range(items)])
        report = enter(office, "demo")
        assert report.outcomes["entered"] == items, report
        return report.seconds / items


def hands_together(url: str, items: int, hands: int, name: str) -> float:
    """Seconds an item of so many hand-written scripts at once, each with a thread, a browser and an account."""
    started = time.perf_counter()

    def script(number: int) -> None:
        with browser() as chromium:
            page = _page_by_hand(chromium, url, ("bot1", "bot2")[number])
            for n in range(items // hands):
                by_hand(page, f"{name}-{hands}{number}-{n}")

    with ThreadPoolExecutor(hands) as pool:
        for done in [pool.submit(script, number) for number in range(hands)]:
            done.result()
    return (time.perf_counter() - started) / items


def main() -> int:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--size", type=int, default=10)
    parser.add_argument("--items", type=int, default=60, help="of each run of accounts; 0 for none")
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="oficio-bench-"))
    with legacy_system(folder / "legacy.db") as url:
        os.environ["OFICIO_SYSTEM_DEMO_URL"] = url
        make_config(folder / "one", {"settle": 2})
        found = measure(folder / "one", url, options.rounds, options.size) if options.rounds else {}
        if options.items:
            found["accounts"] = gains(folder, url, options.items, options.turns)
        found["in the legacy system"] = len(Store(folder / "legacy.db").invoices())
    found["load of the machine"] = os.getloadavg()[0]
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
