"""Kill the robot at each point of the protocol, again and again, with faults of the server: none lost, none twice.

`python -m benchmarks.crash_entering --runs 1000`: each run adds an invoice and starts a robot in a process of its own
(forked from one that has imported everything) which is killed at a named point, or at a random moment; the next run
finds what it left.  40 % of the saves meet a fault.  In the end robots run without kills until nothing is left to do.
`--folder F` keeps all there and goes on where it stopped (a run that was cut short is one more kill); `--state` asks
how far it is and what is there by now, also while it runs.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bots.office import Office
from config import crashpoints
from demo.legacy.app import create_app
from demo.legacy.faults import Faults
from demo.legacy.server import serve
from demo.legacy.store import Store
from records import work_items
from tests.entering.offices import add_ready, invoice_payload, make_config, open_office

POINTS = [point for point in crashpoints.POINTS if point.startswith("entry.")]
_LIMITS = {"settle": 0.5, "lease": 3, "load": 6, "step": 5, "quiet_ms": 0}


def nursery(folder: Path) -> None:
    """Read orders from stdin, one JSON line each; fork a robot for each; answer with how it ended."""
    import playwright.sync_api  # noqa: F401 - imported once, here

    import bots.data_entry  # noqa: F401

    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _robot(folder, order["point"])
        if order["after"]:
            time.sleep(order["after"])  # a random moment is what is tried here
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _robot(folder: Path, point: str) -> None:
    os.setpgid(0, 0)
    crashpoints._name = point  # what OFICIO_CRASH_AT sets when a process starts
    from bots.data_entry import enter

    with (office := open_office(folder)).records:
        enter(office, "demo", limit=5)
    os._exit(0)


def run(folder: Path, runs: int, rate: float, seed: int) -> dict[str, object]:
    """All runs that the folder has not seen yet; what was found."""
    if not (folder / "config").exists():
        make_config(folder, _LIMITS, parallel=1)
    progress = _progress(folder)
    chance = random.Random(seed + progress["done"])
    faults = Faults(rate=rate, seed=seed + progress["done"], slow_seconds=0.3)
    kills = Counter(progress["kills"])
    started = time.monotonic() - progress["seconds"]
    with serve(create_app(folder / "legacy.db", faults=faults)) as url:
        os.environ["OFICIO_SYSTEM_DEMO_URL"] = url
        command = [sys.executable, "-m", "benchmarks.crash_entering", "--nursery", str(folder)]
        with (
            (office := open_office(folder)).records,
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process,
        ):
            assert process.stdin is not None
            assert process.stdout is not None
            for number in range(progress["done"], runs):
                if number > progress["done"] or not _is_there(office, f"K-{number:05d}"):
                    add_ready(office, invoice_payload(f"K-{number:05d}"))
                point = POINTS[number % len(POINTS)] if chance.random() < 0.8 else ""
                after = 0.0 if point else chance.uniform(0.8, 5)
                process.stdin.write(json.dumps({"point": point, "after": after}) + "\n")
                process.stdin.flush()
                ended = int(process.stdout.readline())
                kills[(point or "a random moment") if ended == -signal.SIGKILL else "not reached"] += 1
                _keep_progress(folder, number + 1, kills, time.monotonic() - started)
            faults.rate = 0
            _finish(office, process)
            return _verdict(office, Store(folder / "legacy.db"), kills, time.monotonic() - started, runs)


def _progress(folder: Path) -> dict[str, Any]:
    path = folder / "progress.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {"done": 0, "kills": {}, "seconds": 0.0}


def _keep_progress(folder: Path, done: int, kills: Counter[str], seconds: float) -> None:
    draft = folder / "progress.new"
    draft.write_text(json.dumps({"done": done, "kills": kills, "seconds": seconds}), "utf-8")
    draft.replace(folder / "progress.json")


def _is_there(office: Office, number: str) -> bool:
    with office.records.read() as tx:
        items = work_items.find(tx, "invoices", limit=100_000)
    return any(item.payload["invoice"]["fields"]["invoice_number"] == number for item in items)


def _finish(office: Office, process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    until = time.monotonic() + 900
    while time.monotonic() < until:
        with office.records.read() as tx:
            counts = work_items.counts(tx, "invoices")
        if not counts.keys() & {"ready", "entering", "uncertain"}:
            break
        process.stdin.write(json.dumps({"point": "", "after": 0}) + "\n")
        process.stdin.flush()
        process.stdout.readline()
    process.stdin.close()


def _verdict(office: Office, store: Store, kills: Counter[str], seconds: float, runs: int) -> dict[str, object]:
    entered = Counter(row["number"] for row in store.invoices())
    with office.records.read() as tx:
        items = work_items.find(tx, "invoices", limit=100_000)
    states = Counter(item.state for item in items)
    lost = [
        item.payload["invoice"]["fields"]["invoice_number"]
        for item in items
        if item.state == "entered" and entered[item.payload["invoice"]["fields"]["invoice_number"]] == 0
    ]
    reasons = Counter(item.reason.code for item in items if item.reason and item.state != "entered")
    verified = office.records.log.verify()
    return {
        "runs": runs,
        "duplicates": sum(count - 1 for count in entered.values()),
        "lost": len(lost) + max(0, runs - len(items)),
        "states": dict(states),
        "reasons of the others": dict(reasons),
        "kills": dict(kills),
        "audit log": str(verified)[:200],
        "seconds": round(seconds),
    }


def main() -> int:
    """0 when nothing was doubled or lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=0.4)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="kept, and gone on with")
    parser.add_argument("--state", action="store_true", help="only tell how far it is")
    parser.add_argument("--nursery", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.nursery:
        nursery(options.nursery)
        return 0
    folder = options.folder or Path(tempfile.mkdtemp(prefix="oficio-crash-"))
    if options.state:
        progress = _progress(folder)
        with (office := open_office(folder)).records:
            result = _verdict(
                office, Store(folder / "legacy.db"), Counter(progress["kills"]), progress["seconds"], progress["done"]
            )
    else:
        result = run(folder, options.runs, options.rate, options.seed)
    sys.stdout.write(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    return 0 if result["duplicates"] == result["lost"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
