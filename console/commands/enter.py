"""`oficio enter`: the records of a file into a form of a legacy system, each exactly once."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import FrameType

from rich.text import Text

from bots.data_entry import enter as enter_items
from bots.data_entry import load_system
from bots.data_entry.entries import add_records, differs, outcomes, process_of, put_off, read_records, waiting
from bots.data_entry.trying import dry_run
from bots.data_entry.values import known
from bots.office import Office
from config.errors import ApplicationException, ConfigError, Language, Reason
from console.commands.systems import print_trial
from console.watching import ProgressView
from console.words import out, print_error_reason, print_json, state_text
from flows.desk import open_office
from records import WorkItem

__all__ = ["enter"]

_ROUNDS = 20
_LONGEST_WAIT = timedelta(minutes=2)


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
        0 when all are in and read back, 1 when the system failed so that some are not, 3 when some wait for a person.
    """
    records = read_records(input, _names(map or []))
    with open_office(home, config, flow="enter") as office:
        description = load_system(office, system)
        known(description, "form", description.forms, form)
        if dry_run:
            return _try(office, system, form, records[0], input.parent, json)
        items = add_records(office, system, description, form, records, input.parent)
        started = time.monotonic()
        stopped = _enter(office, system, form, quiet=json)
        rows = [
            _row(item, differs(item, record))
            for item, record in zip(outcomes(office, items), records, strict=True)
        ]  # fmt: skip
        language = office.settings.language
    _show(rows, time.monotonic() - started, language, json)
    if stopped is not None:
        print_error_reason(stopped, language)
    ends = {row.ends for row in rows}
    return 1 if stopped is not None or "waits" in ends else 3 if "person" in ends else 0


def _enter(office: Office, system: str, form: str, *, quiet: bool) -> Reason | None:
    """Enter what waits, older files' records too; what stopped it all, if something did."""
    process = process_of(system, form)
    count = waiting(office, process)
    stop = threading.Event()
    _drain_when_told(stop)
    with ProgressView(quiet=quiet) as view:
        watched = replace(office, progress=_Watched(view, count))
        for _ in range(_ROUNDS):
            try:
                report = enter_items(watched, system, form=form, process=process, limit=3 * count, stop=stop)
            except ApplicationException as error:
                return error.reason
            if report.stopped is not None:
                return report.stopped
            if not _waited(office, process, stop):
                return None if report.outcomes or stop.is_set() else _kept_by_another(office, system, process)
    return None


def _kept_by_another(office: Office, system: str, process: str) -> Reason | None:
    """Why nothing was done though something waits: another run has the accounts; None when nothing waits for now."""
    if put_off(office, process) is not None or not waiting(office, process):
        return None
    return Reason("OF515", facts={"system": system})


def _waited(office: Office, process: str, stop: threading.Event) -> bool:
    """Wait for what was put off for a moment; whether there is something to go on with."""
    wait = put_off(office, process)
    if wait is None or wait > _LONGEST_WAIT:
        return False
    return not stop.wait(wait.total_seconds())


@dataclass(frozen=True)
class _Row:
    """One record's result."""

    item: str
    key: str
    state: str
    record: str
    reason: Reason | None

    @property
    def ends(self) -> str:
        """`in` and read back, with a `person`, or it still `waits`."""
        if self.state == "entered" and self.reason is None:
            return "in"
        return "waits" if self.state in ("ready", "entering", "uncertain", "failed") else "person"


def _row(item: WorkItem, differs: Reason | None) -> _Row:
    record = str(item.payload.get("entry", {}).get("record", ""))
    return _Row(item.id, item.key, item.state, record, differs or (item.reason if item.state != "entered" else None))


def _try(office: Office, system: str, form: str, record: dict[str, object], folder: Path, json: bool) -> int:
    trial = dry_run(office, system, form, record, folder=folder)
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


def _drain_when_told(stop: threading.Event) -> None:
    """SIGTERM and Ctrl+C: the item in hand is finished, no other is begun; a second Ctrl+C ends at once."""

    def told(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)


def _show(rows: Sequence[_Row], seconds: float, language: Language, json: bool) -> None:
    if json:
        print_json(
            {"items": [{**asdict(row), "reason": row.reason.to_json() if row.reason else None} for row in rows],
             "seconds": f"{seconds:.1f}"}
        )  # fmt: skip
        return
    width = max((len(row.key) for row in rows), default=0)
    for row in rows:
        why = f"  {row.reason.code}: {row.reason.text(language)}" if row.reason else ""
        line = Text(f"{row.key:<{width}}  ").append(state_text(row.state, language)).append(f"  {row.record}{why}")
        out.print(line, soft_wrap=True)
    entered = sum(row.ends == "in" for row in rows)
    out.print(f"[dim]{entered}/{len(rows)} · {seconds:.1f} s · {len(rows) / max(seconds, 0.001):.1f}/s[/]")
