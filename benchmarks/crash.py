"""Kill the main job at every named point and at random moments, run it again, and count what is wrong. It must be 0.

    python -m benchmarks.crash [--random 100] [--invoices 3] [--seed 1] [--keep rounds.jsonl]

Each round: a fresh office with invoices in its mailbox and its watched folder; `oficio run invoices` is killed
(SIGKILL) at the point or the moment; then it is run again until nothing is left to do.  Then: every good invoice is in
the legacy system's database exactly once with its figures, every document that arrived is a work item or is written
down as refused, and the audit log verifies.  With `--keep`, rounds that stand in the file are not run again.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from benchmarks.small_office import SmallOffice, small_office
from config import crashpoints

__all__ = ["Round", "main", "run_round"]

MOST_RUNS = 12
SECONDS = 1800
"""Of one run at most, on a machine that has much else to do."""


@dataclass
class Round:
    """What came of one round."""

    kill: str
    killed: bool = False
    runs: int = 0
    duplicates: int = 0
    lost: int = 0
    wrong: int = 0
    log_broken: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.duplicates or self.lost or self.wrong or self.log_broken)


def run_round(folder: Path, kill: str, *, invoices: int = 5, seed: int = 1) -> Round:
    """One round: `kill` is a named point (`entry.submitted`, `entry.submitted:2`) or seconds (`1.75`)."""
    outcome = Round(kill)
    with small_office(folder, invoices=invoices, seed=seed) as office:
        outcome.killed = _killed_run(office, kill)
        while outcome.runs < MOST_RUNS:
            outcome.runs += 1
            code, out = _run(office)
            if code not in (0, 3):
                outcome.notes.append(f"run {outcome.runs}: exit {code}: {out[-300:]}")
            if code in (0, 3) and not office.unfinished():
                break
        _judge(office, outcome)
    return outcome


def _killed_run(office: SmallOffice, kill: str) -> bool:
    with _started(office, {} if _is_moment(kill) else {"OFICIO_CRASH_AT": kill}) as process:
        if not _is_moment(kill):
            return process.wait(SECONDS) == -signal.SIGKILL
        try:
            process.wait(float(kill))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return True
        return False


def _run(office: SmallOffice) -> tuple[int, str]:
    with _started(office, {}) as process:
        _, err = process.communicate(timeout=SECONDS)
        return process.returncode, err.decode(errors="replace")


@contextmanager
def _started(office: SmallOffice, more: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "console", "run", "invoices", "--json"]
    environment = {**os.environ, **office.rig.environment, **more}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def _judge(office: SmallOffice, outcome: Round) -> None:
    rows = Counter(row["number"] for row in office.rig.entered())
    outcome.duplicates = sum(count - 1 for count in rows.values())
    outcome.lost = sum(1 for number in office.good if number not in rows) + office.documents_missing()
    totals = {row["number"]: row["total"] for row in office.rig.entered()}
    outcome.wrong = sum(
        1 for number, gross in office.good.items() if number in totals and _amount(totals[number]) != Decimal(gross)
    )
    verification = office.verify()
    outcome.log_broken = not verification.ok
    if not verification.ok:
        outcome.notes.append(str(verification))


def _amount(shown: str) -> Decimal:
    """The legacy system keeps its totals as it shows them: 1.234,50."""
    return Decimal(shown.replace(".", "").replace(",", "."))


def _is_moment(kill: str) -> bool:
    return kill.replace(".", "", 1).isdigit()


def kills(moments: int, seed: int) -> list[str]:
    """Every named point, then so many random moments as shares of a run's length."""
    chance = random.Random(seed).sample(range(200, 9800), moments)
    return [*crashpoints.POINTS, *(f"random {share / 10_000:.4f}" for share in chance)]


def _at_random(folder: Path, share: float, longest: float, invoices: int, seed: int) -> tuple[Round, float]:
    """A round killed at that share of a run; a run that ended before was quicker than thought, and is tried again."""
    while True:
        outcome = run_round(folder, f"{share * longest:.2f}", invoices=invoices, seed=seed)
        if outcome.killed or not outcome.good:
            return outcome, longest
        shutil.rmtree(folder)
        longest *= 0.7


def main() -> int:
    """Run all rounds that are not kept yet and print a line each; 0 when nothing was wrong in any."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--random", type=int, default=100, help="random moments")
    parser.add_argument("--invoices", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", default="1/1", help="run every n-th round only, such as 1/2 and 2/2 side by side")
    parser.add_argument("--keep", type=Path, help="a line of JSON a round; what stands there is not run again")
    arguments = parser.parse_args()
    part, parts = (int(number) for number in arguments.part.split("/"))
    mine = list(enumerate(kills(arguments.random, arguments.seed)))[part - 1 :: parts]
    done = _kept(arguments.keep)
    left = [(number, kill) for number, kill in mine if kill not in done]
    base = Path(tempfile.mkdtemp(prefix="oficio-crash-"))
    for outcome in _rounds(base, left, arguments.invoices, arguments.seed):
        done[outcome.kill] = outcome
        _print(outcome)
        if arguments.keep:
            with arguments.keep.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(vars(outcome)) + "\n")
    rounds = [done[kill] for _, kill in mine]
    sums = {name: sum(getattr(r, name) for r in rounds) for name in ("duplicates", "lost", "wrong", "log_broken")}
    print(f"{len(rounds)} rounds, {sum(r.killed for r in rounds)} killed:", json.dumps(sums))
    return 0 if all(r.good for r in rounds) else 1


def _kept(path: Path | None) -> dict[str, Round]:
    if path is None or not path.exists():
        return {}
    rounds = [Round(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]
    return {outcome.kill: outcome for outcome in rounds}


def _rounds(base: Path, left: Sequence[tuple[int, str]], invoices: int, seed: int) -> Iterator[Round]:
    """Run the rounds; the folder of one in which something was wrong stays, to be looked at."""
    longest = _longest(base / "measure", invoices, seed) if left else 0.0
    for number, kill in left:
        folder = base / str(number)
        if kill.startswith("random"):
            outcome, longest = _at_random(folder, float(kill.split()[1]), longest, invoices, seed)
            outcome.kill = kill
        else:
            outcome = run_round(folder, kill, invoices=invoices, seed=seed)
        if outcome.good:
            shutil.rmtree(folder)
        else:
            outcome.notes.append(f"left in {folder}")
        yield outcome


def _print(outcome: Round) -> None:
    state = "ok" if outcome.good else f"WRONG {vars(outcome)}"
    print(f"{outcome.kill:<22} {'killed' if outcome.killed else 'ended ':<6} runs {outcome.runs} {state}", flush=True)
    for note in outcome.notes:
        print(f"       {note}")


def _longest(folder: Path, invoices: int, seed: int) -> float:
    with small_office(folder, invoices=invoices, seed=seed) as office:
        started = time.monotonic()
        code, out = _run(office)
        if code not in (0, 3):
            raise SystemExit(f"the job does not run: exit {code}\n{out}")
        return time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
