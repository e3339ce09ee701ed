"""Memory of a robot over thousands of items: flat, or does something grow?

`python -m benchmarks.entering_memory [--items 2000]`: one account enters the demo's form again and again, the whole
protocol with read-back and evidence.  Sampled each 20 items: this process (resident), Playwright's driver and the
browser (proportional, so that shared pages count once).  Stated: medians of the samples around item 200 and of the last
ones, and their ratio.  The legacy system is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from benchmarks.legacy_process import legacy_system
from benchmarks.process_tree import memory
from bots.data_entry import enter
from tests.entering.offices import add_ready, invoice_payload, make_config, open_office

EVERY = 20


def run(items: int, folder: Path) -> dict[str, object]:
    """Enter so many items; what was held when."""
    make_config(folder, {"lease": 60, "settle": 5, "load": 30, "step": 30}, parallel=1)
    samples: dict[str, list[tuple[int, int]]] = defaultdict(list)

    def sample(_stage: str, done: int, _total: int | None, _note: str) -> None:
        if done % EVERY == 0:
            for name, held in memory().items():
                samples[name].append((done, held))
            sys.stderr.write(
                f"{done} items, { ({name: held[-1][1] // 1_000_000 for name, held in samples.items()}) } MB\n"
            )

    started = time.monotonic()
    with legacy_system(folder / "legacy.db") as url, (office := open_office(folder)).records:
        os.environ["OFICIO_SYSTEM_DEMO_URL"] = url
        add_ready(office, *[invoice_payload(f"M-{n:05d}") for n in range(items)])
        report = enter(replace(office, progress=sample), "demo", limit=items)
    return {
        "items": dict(report.outcomes),
        "seconds": round(time.monotonic() - started),
        **{name: _growth(held, items) for name, held in samples.items()},
        "all": _growth([(n, sum(held[at][1] for held in samples.values())) for at, (n, _) in
                        enumerate(samples["python"])], items),
    }  # fmt: skip


def _growth(held: list[tuple[int, int]], items: int) -> dict[str, float]:
    early = statistics.median(size for n, size in held if 120 <= n <= 280)
    late = statistics.median(size for n, size in held if n > items - 180)
    most = max(size for n, size in held if n >= 120)
    return {"MB at 200": round(early / 1e6), "MB at the end": round(late / 1e6), "ratio": round(late / early, 3),
            "most": round(most / 1e6)}  # fmt: skip


def main() -> int:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=2000)
    options = parser.parse_args()
    if options.items < 400:
        parser.error("with fewer than 400 items there is nothing to compare with item 200")
    result = run(options.items, Path(tempfile.mkdtemp(prefix="oficio-memory-")))
    sys.stdout.write(json.dumps(result, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
