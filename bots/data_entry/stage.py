"""The stage: take work items in state `ready` and enter them, with as many accounts as the system allows."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bots.data_entry import accounts, drift
from bots.data_entry.clerk import Clerk
from bots.data_entry.login import log_in
from bots.data_entry.looking import canonical_row, pages
from bots.data_entry.pace import Pace
from bots.data_entry.protocol import Held
from bots.data_entry.runner import Runner
from bots.data_entry.values import known
from bots.office import Office, StageReport
from bots.stages import settle_failure
from config.errors import ApplicationException, ConfigError, OficioError
from config.systems import System
from config.yaml_file import read_yaml
from connectors.browser.chromium import Chromium
from connectors.browser.session import Session
from records import Evidence, WorkItem, work_items

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["base_url", "enter", "list_entries", "load_system"]

STATES = ("ready", "entering", "uncertain")


def load_system(office: Office, name: str) -> System:
    """The description `config/systems/NAME.yaml`.

    Raises:
        ConfigError: OF503 there is none of that name; OF102, OF103 with file and line.
    """
    path = office.settings.systems / f"{name}.yaml"
    if not path.exists():
        known_names = ", ".join(sorted(path.stem for path in office.settings.systems.glob("*.yaml")))
        raise ConfigError("OF503", str(path), name=name, known=known_names)
    return read_yaml(path, System)


def base_url(name: str, system: System) -> str:
    """The system's address; OFICIO_SYSTEM_<NAME>_URL in the environment replaces the description's."""
    variable = "OFICIO_SYSTEM_" + "".join(c if c.isalnum() else "_" for c in name.upper()) + "_URL"
    return os.environ.get(variable) or system.url


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser in this thread."""
    with Chromium() as chromium:
        yield chromium.browser


@dataclass
class _Run:
    """What the robots of one run share."""

    office: Office
    name: str
    system: System
    form_name: str
    process: str
    left: int
    report: StageReport
    stop: threading.Event
    pace: Pace
    done: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    errors: list[OficioError] = field(default_factory=list)

    def over(self) -> bool:
        """Whether no further item is to be begun."""
        return self.left <= 0 or self.stop.is_set() or self.done.is_set()

    def take(self) -> bool:
        """Whether there is room for one more item."""
        with self.lock:
            if self.left <= 0 or self.stop.is_set():
                return False
            self.left -= 1
            return True

    def note(self, outcome: str) -> None:
        """Count an outcome, and tell who watches."""
        with self.lock:
            self.report.outcomes[outcome] += 1
            self.office.progress(self.report.stage, self.report.total, None, outcome)


def enter(
    office: Office,
    system_name: str,
    *,
    form: str | None = None,
    process: str = "invoices",
    limit: int | None = None,
    stop: threading.Event | None = None,
) -> StageReport:
    """Enter the work items of a process that are `ready`, and settle those that an earlier run left open.

    Args:
        system_name: of `config/systems/`.
        form: of the system; the one that the process's settings name when left out.
        limit: at most so many items.
        stop: when set, the item in hand is finished and no other is begun.

    Raises:
        ConfigError: OF503, OF504, OF500, OF514: what operations wrote is wrong.
        ApplicationException: the system or the browser cannot be reached at all.
    """
    system = load_system(office, system_name)
    form_name = form or office.settings.invoices.form
    known(system, "form", system.forms, form_name)
    report = StageReport("enter")
    started = time.monotonic()
    run = _Run(
        office, system_name, system, form_name, process, limit if limit is not None else office.settings.invoices.batch,
        report, stop or threading.Event(), Pace(min(system.parallel, len(system.accounts))),
    )  # fmt: skip
    waiting = _waiting(run)
    if waiting:
        robots = min(run.pace.most, waiting)
        with ThreadPoolExecutor(robots, thread_name_prefix="robot") as pool:
            futures = [pool.submit(_robot, run, number) for number in range(robots)]
            try:
                for future in futures:
                    future.result()
            except BaseException:  # Ctrl+C: the items in hand come to their end, no other is begun
                run.done.set()
                raise
    report.seconds = time.monotonic() - started
    if run.errors:
        if not report.outcomes:
            raise run.errors[0]
        report.stopped = run.errors[0].reason
    return report


def _waiting(run: _Run) -> int:
    with run.office.records.read() as tx:
        return len(work_items.find(tx, run.process, states=STATES, limit=run.left))


def _robot(run: _Run, number: int) -> None:
    """One account's robot, with a browser of its own, until there is nothing more to do."""
    worker = f"{accounts.worker_name(run.office)}:{number}"
    try:
        seat = accounts.take_seat(run.office, run.name, run.system, worker)
        if seat is None:
            return
        try:
            with Chromium() as chromium:
                _work(run, seat, number, worker, chromium)
        finally:
            accounts.give_back(run.office, seat)
    except OficioError as error:
        run.office.log.warning("robot %s stopped: %s", number, error)
        run.errors.append(error)


def _work(run: _Run, seat: accounts.Seat, number: int, worker: str, chromium: Chromium) -> None:
    system, url = run.system, base_url(run.name, run.system)

    def opened() -> Session:
        limits = system.limits
        ready = chromium.ready(limits.browser_mb, limits.items_per_context)
        return Session(ready, system, url, watchdog=chromium.watchdog)

    clerk = Clerk(
        run.office, run.name, system, run.form_name, system.forms[run.form_name], seat, opened, worker
    )  # fmt: skip
    try:
        while _may_go_on(run, number, seat) and run.take():
            item = _claim(run, worker)
            if item is None:
                run.done.set()
                return
            run.note(_one(run, clerk, item))
            chromium.served += 1
    finally:
        clerk.end()
        _report_drift(run, clerk)


def _may_go_on(run: _Run, number: int, seat: accounts.Seat) -> bool:
    """Wait for the pause that the system needs, and while it bears fewer robots; False when there is nothing left."""
    until = time.monotonic() + run.pace.pause
    while not run.over() and (number >= run.pace.allowed or time.monotonic() < until):
        run.stop.wait(0.1)
        accounts.keep_seat(run.office, seat, run.system)
    return not run.over()


def _report_drift(run: _Run, clerk: Clerk) -> None:
    with run.lock:
        sunk = drift.remember(run.office.settings.home / "systems", run.name, clerk.rungs)
    for locator, (before, now) in sunk.items():
        run.office.log.warning(
            "drift in %s: %s is found by rung %d, not %d: the page has changed", run.name, locator, now + 1, before + 1
        )


def _claim(run: _Run, worker: str) -> WorkItem | None:
    """The next item; when the last ones are held by robots of this machine that died, their leases are awaited."""
    lease = timedelta(seconds=run.system.limits.lease)
    deadline = time.monotonic() + run.system.limits.lease + 1
    while True:
        with run.office.records.begin() as tx:
            items = work_items.claim(tx, run.process, states=STATES, limit=1, lease=lease, worker=worker)
            if items:
                return items[0]
            held = work_items.find(tx, run.process, states=STATES)
        if not any(accounts.is_dead(item.held_by) for item in held) or time.monotonic() > deadline:
            return None
        if run.stop.wait(0.2) or run.done.is_set():
            return None


def _one(run: _Run, clerk: Clerk, item: WorkItem) -> str:
    """One item's boundary: whatever went wrong with it, the batch goes on."""
    held = Held(clerk, item)
    try:
        outcome = held.enter()
    except Exception as error:
        if isinstance(error, ConfigError) or _out_of_reach(clerk, error):
            with run.office.records.begin() as tx:
                work_items.release(tx, held.item)
            raise
        return _failed(run, held, error)
    _note_pace(run, clerk)
    return outcome


def _out_of_reach(clerk: Clerk, error: Exception) -> bool:
    """Whether nobody could even log in: the system is down, which no item has to answer for with an attempt."""
    inside = clerk.session is not None and clerk.session.inside
    return isinstance(error, ApplicationException) and error.code == "OF510" and not inside


def _failed(run: _Run, held: Held, error: Exception) -> str:
    """Keep what shows how an item failed, put it aside, and let the next one start from a new login."""
    clerk = held.clerk
    status = error.reason.facts.get("status", "") if isinstance(error, OficioError) else ""
    _note_pace(run, clerk, status)
    taken_over = isinstance(error, OficioError) and error.code == "OF702"
    evidence = [] if taken_over else held.at_failure(error)
    clerk.close()
    return "taken over" if taken_over else _put_aside(run, held, error, evidence)


def _note_pace(run: _Run, clerk: Clerk, status: str = "") -> None:
    waits = clerk.session.waits if clerk.session is not None else []
    if run.pace.note(waits, status):
        run.office.log.warning(
            "%s is slow or asks for less: %d robot(s), %.1f s between items",
            run.name, run.pace.allowed, run.pace.pause,
        )  # fmt: skip
    waits.clear()


def _put_aside(run: _Run, held: Held, error: Exception, evidence: list[Evidence]) -> str:
    try:
        return settle_failure(run.office, held.item, error, evidence)
    except OficioError as lost:
        if lost.code != "OF702":
            raise
        return "taken over"


def list_entries(office: Office, system_name: str, *, name: str = "entries") -> list[dict[str, Any]]:
    """A list of the system, read whole through its pages: one dict a row, dates and amounts in canonical form.

    Raises:
        ConfigError: OF503, OF504.
        ApplicationException: OF515, all accounts are at work; OF510 and others when the system fails.
    """
    system = load_system(office, system_name)
    listing = known(system, "list", system.lists, name)
    worker = accounts.worker_name(office) + ":list"
    seat = accounts.take_seat(office, system_name, system, worker)
    if seat is None:
        raise ApplicationException("OF515", system.title, system=system_name)
    try:
        with browser() as chromium:
            session = Session(chromium, system, base_url(system_name, system))
            log_in(session, system, seat)
            runner = Runner(session, system, {}, beat=lambda: accounts.keep_seat(office, seat, system))
            runner.do(listing.steps)
            return [canonical_row(row, listing.rows, runner) for page in pages(runner, listing.rows) for row in page]
    finally:
        accounts.give_back(office, seat)
