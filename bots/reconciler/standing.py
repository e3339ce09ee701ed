"""The reconciliations that run by themselves: their rules say where both sides come from.

A run takes only files that no run before it has taken, and what the last one left open; so a new bank file touches only
what it can change. Under rules that say `whole` it compares all there is, when any of it has changed. Decisions that
persons have made meanwhile are applied to the last run first.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bots.office import Office, StageReport
from bots.reconciler import questions
from bots.reconciler.jobs import run_job
from bots.reconciler.places import all_items, fetch
from bots.reconciler.sources import file_sha256
from config.errors import ApplicationException, BusinessException, DocumentRefused
from config.reconciliation_rules import Rules, read_rules
from records import WorkItem
from records.processes import RECONCILIATIONS

__all__ = ["reconcile_standing"]


def reconcile_standing(office: Office) -> StageReport:
    """Run every reconciliation of config/reconciliations whose two sides have a place.

    Returns:
        For each: `matched`, `asked` (a person is asked about something), `unchanged` (nothing new); `refused` (a file
        or the rules are at fault) or `postponed` (a system is away): the audit log says why, the next run tries again.
    """
    report, started = StageReport("match"), time.monotonic()
    for path in sorted(office.settings.reconciliations.glob("*.yaml")):
        rules = read_rules(path)
        if rules.kind != "match" or not (rules.left.placed and rules.right.placed):
            continue
        try:
            outcome = _run(office, rules)
        except (BusinessException, DocumentRefused, ApplicationException) as error:
            away = isinstance(error, ApplicationException)
            outcome = "postponed" if away else "refused"
            why = {"rules": rules.name, "reason": error.reason.to_json()}
            office.note(f"reconciliation.{outcome}", why, outcome="failed" if away else "refused")
        report.outcomes[outcome] += 1
        office.progress(report.stage, report.total, None, f"{rules.name}: {outcome}")
    report.seconds = time.monotonic() - started
    return report


def _run(office: Office, rules: Rules) -> str:
    with office.records.read() as tx:
        earlier = list(all_items(tx, RECONCILIATIONS.name, tags={"rules": rules.name}))
        answers = questions.has_answers(tx, rules)
    outcome = "unchanged"
    with tempfile.TemporaryDirectory() as scratch:
        if earlier and answers:
            outcome = _again(office, rules, earlier[-1], Path(scratch))
        left, right = (
            fetch(office, source, Path(scratch) / side)
            for side, source in (("left", rules.left), ("right", rules.right))
        )
        taken = earlier[-1:] if rules.whole else earlier
        seen = {sha256 for item in taken for side in ("left", "right") for _, sha256 in item.payload[side]}
        fresh = [path for path in (*left, *right) if file_sha256(path) not in seen]
        if not fresh:
            return outcome
        carried = Path(earlier[-1].payload["out"]) if earlier and not rules.whole else None
        if not rules.whole:
            left, right = ([path for path in side if path in fresh] for side in (left, right))
        out = office.settings.out / "reconciliations" / rules.name / f"{len(earlier) + 1:04d}"
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


class _Watcher:
    """Hands the matching's steps on to who watches the office."""

    def __init__(self, office: Office) -> None:
        self.office, self.started = office, time.monotonic()

    def __call__(self, step: str, done: int, total: int) -> None:
        rate = total / max(time.monotonic() - self.started, 0.001)
        self.office.progress("match", done, total, f"{step}, {rate:,.0f} rows/s")
