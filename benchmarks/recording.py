"""One two-line invoice recorded by hand (a script plays the person), then many others entered by what was written.

`python -m benchmarks.recording [--items N]`: the demo's legacy system; invoices of 1 to 20 lines; every field of every
record is compared with the system's own database.  Stated: entered, wrong fields, hand edits, seconds an item.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from bots.data_entry.entries import own_key
from bots.data_entry.stage import browser
from demo.legacy.app import create_app
from demo.legacy.server import serve
from demo.legacy.store import Store
from tests.entering.offices import make_config, open_office
from tests.recorder.demo_entries import differences, enter_all, install, invoice, recorded
from tests.recorder.people import SAMPLE, Clerk


def measure(folder: Path, items: int) -> dict[str, object]:
    """Record, write, enter, compare."""
    make_config(folder)
    chance = random.Random(4)
    records = [invoice(number, 1 + number % 20, chance) for number in range(items)]
    office = open_office(folder)
    with serve(create_app(folder / "legacy.db")) as url, office.records:
        with browser() as chromium:
            started = time.perf_counter()
            described = recorded(chromium, url, Clerk(own_key(SAMPLE)))
            seconds = time.perf_counter() - started
        install(described, office)
        started = time.perf_counter()
        states = enter_all(office, records)
        entering = time.perf_counter() - started
        saved = Store(folder / "legacy.db").invoices()[1:]  # the first is the sample
    return {
        "records": items,
        "lines": sum(len(record["taxes"]) for record in records),
        "entered": states.count("entered"),
        "fields wrong in the database": differences(records, saved),
        "hand edits": 0,
        "seconds to record (played by a script)": round(seconds, 1),
        "seconds an item": round(entering / items, 2),
    }


def main() -> int:
    """Print the figures as JSON; 1 when anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=50)
    found = measure(Path(tempfile.mkdtemp(prefix="oficio-recording-")), parser.parse_args().items)
    sys.stdout.write(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return 0 if found.get("entered") == found.get("records") and not found["fields wrong in the database"] else 1


if __name__ == "__main__":
    sys.exit(main())
