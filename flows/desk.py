"""Open the office for one run: settings, records, who acts, and who watches."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from bots.office import Office, Progress
from config.settings import Settings, load_settings
from records import Actor, Records, RunInfo, Session
from records.takeover import release_dead, worker_name

__all__ = ["code_commit", "open_office", "progress_lines"]


def open_office(
    home: Path | None = None,
    config: Path | None = None,
    *,
    flow: str,
    run: str = "",
    actor: Actor | None = None,
    progress: Progress | None = None,
    settings: Settings | None = None,
    now: Callable[[], datetime] | None = None,
) -> Office:
    """The office with its records open; a context manager that closes them.

    Args:
        home, config: as `config.settings.load_settings` takes them; not used when `settings` are given.
        flow: what runs (a process, a command); goes into every event.
        run: the run's id, such as Prefect's flow run id; made when left out.
        actor: who acts; the flow itself when left out. Clerks act under their own names, see `Office.acting`.
        now: the clock of bots and records; the machine's when left out.
    """
    settings = settings or load_settings(home, config)
    info = RunInfo(id=run or str(uuid.uuid4()), flow=flow, commit=code_commit(), config=settings.fingerprint)
    session = Session(actor=actor or Actor("system", flow), run=info)
    clock = now or _machine_clock
    records = Records.open(settings.database_url, home=settings.home, session=session, now=clock)
    with records.begin() as tx:
        release_dead(tx)
    office = Office(settings=settings, records=records, worker=worker_name(info.id[:8]), now=clock)
    watcher = progress or (progress_lines if os.environ.get("OFICIO_PROGRESS") == "json" else None)
    return replace(office, progress=watcher) if watcher else office


def _machine_clock() -> datetime:
    return datetime.now(UTC)


def progress_lines(stage: str, done: int, total: int | None, note: str) -> None:
    """Progress as JSON lines on stdout, for the process that started this one."""
    sys.stdout.write(json.dumps({"stage": stage, "done": done, "total": total, "note": note}) + "\n")
    sys.stdout.flush()


@cache
def code_commit() -> str:
    """The commit of the code that runs, with `+` when the checkout was changed; "" outside a checkout."""
    checkout = Path(__file__).parent.parent
    if not (checkout / ".git").exists():
        return ""
    described = subprocess.run(
        ["git", "-C", str(checkout), "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"],
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip()
