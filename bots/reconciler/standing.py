"""The reconciliations that run by themselves: their rules say where both sides come from.

A run takes only files that no run before it has taken, and what the last one left open; so a new bank file touches only
what it can change. Decisions that persons have made meanwhile are applied to the last run first.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bots.office import Office, StageReport
from bots.reconciler import questions
from bots.reconciler.jobs import run_job
from bots.reconciler.sources import file_sha256
from config.errors import BusinessException, DocumentRefused
from config.reconciliation_rules import Rules, Source, read_rules
from connectors.database import save_query
from connectors.secrets import find_secret
from records import WorkItem, work_items
from records.processes import RECONCILIATIONS

__all__ = ["reconcile_standing"]


def reconcile_standing(office: Office) -> StageReport:
    """Run every reconciliation of config/reconciliations whose two sides have a place.

    Returns:
        For each: `matched`, `asked` (a person is asked about something), `unchanged` (nothing new), `refused` (a file
        or the rules are at fault: the audit log says why, and the next run tries again).
    """
    report, started = StageReport("match"), time.monotonic()
    for path in sorted(office.settings.reconciliations.glob("*.yaml")):
        rules = read_rules(path)
        if rules.kind != "match" or not (rules.left.placed and rules.right.placed):
            continue
        try:
            outcome = _run(office, rules)
        except (BusinessException, DocumentRefused) as error:
            office.note("reconciliation.refused", {"rules": rules.name, "reason": error.reason.to_json()},
                        outcome="refused")  # fmt: skip
            outcome = "refused"
        report.outcomes[outcome] += 1
        office.progress(report.stage, report.total, None, f"{rules.name}: {outcome}")
    report.seconds = time.monotonic() - started
    return report


def _run(office: Office, rules: Rules) -> str:
    with office.records.read() as tx:
        earlier = work_items.find(tx, RECONCILIATIONS.name, tags={"rules": rules.name})
        answers = questions.has_answers(tx, rules)
    outcome = "unchanged"
    with tempfile.TemporaryDirectory() as scratch:
        if earlier and answers:
            outcome = _again(office, rules, earlier[-1], Path(scratch))
        seen = {sha256 for item in earlier for side in ("left", "right") for _, sha256 in item.payload[side]}
        left = _fresh(_files(office, rules.left, Path(scratch) / "left"), seen)
        right = _fresh(_files(office, rules.right, Path(scratch) / "right"), seen)
        if not (left or right):
            return outcome
        out = office.settings.out / "reconciliations" / rules.name / f"{len(earlier) + 1:04d}"
        carried = Path(earlier[-1].payload["out"]) if earlier else None
        _, item = run_job(office, rules, left, right, out=out, carried=carried, watch=_Watcher(office))
    return "matched" if item.state == "done" else "asked"


def _again(office: Office, rules: Rules, last: WorkItem, scratch: Path) -> str:
    """The last run once more, from the inputs that the archive keeps, with what persons have decided."""
    sides: dict[str, list[Path]] = {"left": [], "right": []}
    for side, paths in sides.items():
        for number, (name, sha256) in enumerate(last.payload[side]):
            path = scratch / f"again-{side}" / str(number) / name
            path.parent.mkdir(parents=True)
            path.write_bytes(office.records.archive.get(sha256))
            paths.append(path)
    carried = Path(last.payload["carried"]) if last.payload["carried"] else None
    _, item = run_job(
        office, rules, sides["left"], sides["right"], out=Path(last.payload["out"]), carried=carried,
        watch=_Watcher(office),
    )  # fmt: skip
    return "matched" if item.state == "done" else "asked"


def _files(office: Office, source: Source, scratch: Path) -> list[Path]:
    """The files of a source as they are now; a query's rows become a file."""
    if source.files:
        return sorted(path for path in office.settings.home.glob(source.files) if path.is_file())
    scratch.mkdir(parents=True, exist_ok=True)
    path = scratch / f"{source.database}.csv"
    save_query(find_secret(source.database, office.settings.home), source.query, path)
    return [path]


def _fresh(paths: Sequence[Path], seen: set[str]) -> list[Path]:
    return [path for path in paths if file_sha256(path) not in seen]


class _Watcher:
    """Hands the matching's steps on to who watches the office."""

    def __init__(self, office: Office) -> None:
        self.office, self.started = office, time.monotonic()

    def __call__(self, step: str, done: int, total: int) -> None:
        rate = total / max(time.monotonic() - self.started, 0.001)
        self.office.progress("match", done, total, f"{step}, {rate:,.0f} rows/s")
