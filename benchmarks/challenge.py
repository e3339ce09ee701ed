"""The RPA challenge's copy, solved by its YAML file: key by key, by filling, and a round's fields in one round trip.

`python -m benchmarks.challenge [--times 5]`: milliseconds between Start and the last answer as the page itself counts
them (median), and how many of the 70 fields arrived right; with `--late`, each round is drawn anew 50 ms after it came.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from pathlib import Path
from typing import get_args

from playwright.sync_api import Browser

from bots.data_entry.runner import Runner
from bots.data_entry.stage import browser
from config.systems import Lane, Step, System
from config.yaml_file import read_yaml
from connectors.browser.session import Session
from demo.challenge.app import LABELS, Rounds, create_app
from demo.legacy.server import serve

FILE = Path(__file__).parent.parent / "demo" / "challenge" / "challenge.yaml"
NAMES = ("first_name", "last_name", "company", "role", "address", "email", "phone")
WORDS = ("Carmen", "Iglesias", "Talleres Norte", "Buyer", "Rua Nova 12", "c.i@example.com", "40716543")
PEOPLE = [dict(zip(NAMES, (f"{word}{n}" for word in WORDS), strict=True)) for n in range(10)]
TRUTH = [dict(zip(LABELS, person.values(), strict=True)) for person in PEOPLE]


def solve(chromium: Browser, lane: Lane, late: bool) -> tuple[float, int]:
    """Milliseconds by the page's clock, and fields right of 70."""
    described = read_yaml(FILE, System)
    system = described.model_copy(
        update={"limits": described.limits.model_copy(update={"quiet_ms": 120 if late else 0})}
    )
    start, each = system.forms["rounds"].steps
    steps = tuple(step.model_copy(update={"when": None}) for step in each.steps)  # the last round is sent, too
    rounds = Rounds()
    with serve(create_app(rounds)) as address:
        session = Session(chromium, system, address)
        session.open(None, "/?late=50" if late else "/")
        runner = Runner(session, system, {"people": PEOPLE}, lane=lane)
        runner.do([start, each.model_copy(update={"steps": steps}), Step.model_validate({"wait": "Congratulations"})])
        session.close()
    right = sum(
        entered.get(label) == wanted[label]
        for entered, wanted in zip(rounds.entered, TRUTH, strict=True)
        for label in LABELS
    )
    return rounds.milliseconds, right


def main() -> int:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--late", action="store_true")
    options = parser.parse_args()
    found: dict[str, object] = {}
    with browser() as chromium:
        for lane in get_args(Lane):
            tries = [solve(chromium, lane, options.late) for _ in range(options.times)]
            found[lane] = {
                "milliseconds": round(statistics.median(taken for taken, _ in tries)),
                "fields right": f"{sum(right for _, right in tries)} of {70 * options.times}",
            }
    found["load of the machine"] = os.getloadavg()[0]
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
