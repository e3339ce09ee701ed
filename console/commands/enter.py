"""`oficio enter`: the records of a file into a form of a legacy system, each exactly once."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import FrameType

from rich.table import Table

from bots.data_entry import enter as enter_items
from bots.data_entry import load_system
from bots.data_entry.entries import add_records, outcomes, process_of, read_records
from bots.data_entry.trying import dry_run
from bots.data_entry.values import known
from bots.office import Office
from config.errors import ConfigError
from console.commands.systems import print_trial
from console.watching import ProgressView
from console.words import out, print_json, state_text
from flows.desk import open_office
from records import WorkItem

__all__ = ["enter"]


def enter(
    *,
    system: str,
    form: str,
    input: Path,
    map: list[str] | None = None,
    dry_run: bool = False,
    home: Path | None = None,
    config: Path | None = None,
    json: bool = False,
) -> int:
    """Enter records; running it again enters nothing twice.

    Args:
        system: of config/systems/NAME.yaml.
        form: of the system.
        input: a file of records: json, jsonl, csv, xlsx.
        map: `our_name=Their column`, where names differ; may be given several times.
        dry_run: everything up to the save of the first record, its request blocked; nothing is entered.
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
        json: print JSON.

    Returns:
        0 when all are in and read back, 3 when some wait for a person, 1 when the system failed.
    """
    records = read_records(input, _names(map or []))
    with open_office(home, config, flow="enter") as office:
        description = load_system(office, system)
        known(description, "form", description.forms, form)
        if dry_run:
            return _try(office, system, form, records[0], json)
        items = add_records(office, system, description, form, records)
        stop = threading.Event()
        _drain_on_sigterm(stop)
        started = time.monotonic()
        with ProgressView(quiet=json) as view:
            watched = replace(office, progress=_Watched(view, len(items)))
            enter_items(watched, system, form=form, process=process_of(system, form), limit=len(items), stop=stop)
        items = outcomes(office, items)
        _show(items, time.monotonic() - started, json)
    entered = sum(item.state == "entered" for item in items)
    return 0 if entered == len(items) else 3 if any(item.state == "review" for item in items) else 1


def _try(office: Office, system: str, form: str, record: dict[str, object], json: bool) -> int:
    trial = dry_run(office, system, form, record)
    if json:
        print_json(trial.to_json())
    else:
        print_trial(trial)
        out.print("nothing was saved" if not trial.saved else "[red]something was saved[/]")
    return 1 if trial.problem or trial.saved else 0


class _Watched:
    """Progress with items a second and the time left."""

    def __init__(self, view: ProgressView, total: int):
        self.view, self.total, self.started = view, total, time.monotonic()

    def __call__(self, stage: str, done: int, _total: int | None, note: str) -> None:
        rate = done / max(time.monotonic() - self.started, 0.001)
        left = (self.total - done) / rate if rate else 0
        self.view(stage, done, self.total, f"{note} · {rate:.1f}/s · {left:.0f} s left")


def _names(pairs: list[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for pair in pairs:
        ours, sign, theirs = pair.partition("=")
        if not sign:
            raise ConfigError("OF553", "--map", pair=pair)
        names[ours.strip()] = theirs.strip()
    return names


def _drain_on_sigterm(stop: threading.Event) -> None:
    """The item in hand is finished, no other is begun."""

    def told(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)


def _show(items: list[WorkItem], seconds: float, json: bool) -> None:
    if json:
        rows = [
            {"item": i.id, "key": i.key, "state": i.state, "record": i.payload.get("entry", {}).get("record"),
             "reason": i.reason.to_json() if i.reason else None}
            for i in items
        ]  # fmt: skip
        print_json({"items": rows, "seconds": f"{seconds:.1f}"})
        return
    table = Table("key", "state", "record", "why", box=None, header_style="bold", pad_edge=False)
    for item in items:
        record = str(item.payload.get("entry", {}).get("record", ""))
        table.add_row(item.key, state_text(item.state), record, item.reason.text() if item.reason else "")
    out.print(table)
    out.print(f"[dim]{len(items)} records, {seconds:.1f} s, {len(items) / max(seconds, 0.001):.1f}/s[/]")
