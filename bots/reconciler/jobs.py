"""A reconciliation inside the office: its files are kept, its event is logged, its questions are asked.

One work item a run, in the process `reconciliations`: `open` while a suggestion of it waits for a person, then `done`.
Each suggestion is a work item of the process `reconciliation` with a review task; when there are too many for that, the
run itself waits in `review` for the workbook to come back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from bots.office import Office
from bots.reconciler import questions
from bots.reconciler.exports import summary
from bots.reconciler.matching import Step
from bots.reconciler.places import all_items
from bots.reconciler.running import Run, reconcile_files
from bots.reconciler.undoing import Undone, take_back
from config.errors import BusinessException, OficioError, Reason
from config.reconciliation_rules import Rules
from records import Actor, DocumentRef, Evidence, Transaction, WorkItem, audit, reviews, work_items
from records.processes import RECONCILIATIONS

__all__ = ["run_job", "undo_group"]

_KEPT = ("workbook", "groups", "suggestions", "open", "summary")


def _unwatched(step: str, done: int, total: int) -> None:
    """Nobody watches."""


def run_job(
    office: Office,
    rules: Rules,
    left: Path | Sequence[Path],
    right: Path | Sequence[Path],
    *,
    out: Path | None = None,
    carried: Path | None = None,
    decided: Path | None = None,
    undo: Sequence[int] = (),
    person: str = "",
    watch: Step = _unwatched,
) -> tuple[Run, WorkItem]:
    """Reconcile two sides, keep inputs and results in the archive, and ask a person about what is not certain.

    The same inputs and rules are the same work item: a repeated run adds nothing but what persons have decided since.

    Args:
        out: folder for what is written; out/reconciliations/NAME when left out.
        person: who decided, needed with `decided` and `undo`.

    Raises:
        OficioError: OF715, decisions without a person; else as `reconcile_files`.
    """
    if (decided or undo) and not person:
        raise OficioError("OF715", str(decided or ""), decision="reconcile")
    sides = {"left": _paths(left), "right": _paths(right)}

    def answers(suggestions: pl.DataFrame) -> Mapping[int, str]:
        with office.records.read() as tx:
            return questions.answered(tx, rules, suggestions)

    out = out or office.settings.out / "reconciliations" / rules.name
    made = reconcile_files(
        rules, sides["left"], sides["right"], out, now=office.now(), carried=carried, decided=decided, undo=undo,
        person=person, answers=answers, watch=watch,
    )  # fmt: skip
    archive = office.records.archive
    evidence = [Evidence(archive.put(made.paths[name].read_bytes()), name) for name in _KEPT if name in made.paths]
    kept = {side: [[path.name, archive.put(path.read_bytes())] for path in paths] for side, paths in sides.items()}
    payload = {"rules": rules.name, "digest": rules.digest(), "run": made.name, "out": str(out),
               "carried": str(carried or ""), **kept}  # fmt: skip
    with office.records.begin() as tx:
        item = _item(tx, payload)
        if person and decided:
            questions.decide_by_workbook(tx, rules, made.asked, made.decided, person)
            item = _workbook_came_back(tx, item, person)
        return made, _noted(tx, item, rules, made, evidence, Actor("person", person) if person else None)


def undo_group(office: Office, folder: Path, group: int, *, person: str, comment: str) -> Undone:
    """Take back a group of an earlier run: an event; its rows are open in the next run, which keeps them apart.

    Args:
        folder: where that run's results are.

    Raises:
        OficioError: OF715 without a person; OF645 no run of this office wrote there, or it has no such group.
    """
    if not person:
        raise OficioError("OF715", str(folder), decision="undo")
    with office.records.begin() as tx:
        runs = list(all_items(tx, RECONCILIATIONS.name))
        item = next((run for run in runs if Path(run.payload["out"]).resolve() == folder.resolve()), None)
        if item is None:
            raise BusinessException("OF645", str(folder), group=group)
        last = [run for run in runs if run.payload["rules"] == item.payload["rules"]][-1]
        undone = take_back(folder, group, Path(last.payload["out"]), person=person, comment=comment, now=office.now())
        audit.append(
            tx, action="reconciliation.undone", item=item, actor=Actor("person", person),
            before={"left": undone.left, "right": undone.right, "code": undone.code}, after={"comment": comment},
        )  # fmt: skip
    return undone


def _paths(side: Path | Sequence[Path]) -> list[Path]:
    return [side] if isinstance(side, Path) else list(side)


def _item(tx: Transaction, payload: Mapping[str, Any]) -> WorkItem:
    """The run's work item, created when it is new."""
    key = f"{payload['rules']}:{payload['run']}"
    found = work_items.find(tx, RECONCILIATIONS.name, key=key)
    documents = dict.fromkeys(sha256 for side in ("left", "right") for _, sha256 in payload[side])
    return found[0] if found else work_items.create(
        tx, process=RECONCILIATIONS.name, payload=payload, key=key, tags={"rules": payload["rules"]},
        documents=[DocumentRef(sha256) for sha256 in documents],
    )  # fmt: skip


def _workbook_came_back(tx: Transaction, item: WorkItem, person: str) -> WorkItem:
    for task in reviews.of_item(tx, item.id):
        if task.state == "open":
            reviews.decide(tx, task, decision="accept", person=person, comment="reconciliation.decided")
    return work_items.get(tx, item.id)


def _noted(
    tx: Transaction, item: WorkItem, rules: Rules, made: Run, evidence: Sequence[Evidence], who: Actor | None
) -> WorkItem:
    """Ask what is to be asked, note what was applied, and move the run to where it now stands."""
    questions.close_answered(tx, rules)
    left = made.matching.suggestions
    told = {key: value for key, value in summary(made.matching).items() if key != "control"}
    facts = {**told, "learned": {name: str(value) for name, value in made.matching.learned.items()}}
    action = "reconciliation.decided" if made.decided or who else "reconciliation.made"
    by_workbook = left.height > rules.most_questions
    if not by_workbook:
        questions.ask(tx, rules, made.name, left)
    done = left.is_empty() or (who is not None and by_workbook)
    if item.state == "review" and not done:
        return item
    state = "done" if done else "open"
    if state != item.state or action == "reconciliation.decided" or item.version == 1:
        item = work_items.move(tx, item, state, action=action, after=facts, evidence=evidence, actor=who)
    if by_workbook and not done and not any(task.state == "open" for task in reviews.of_item(tx, item.id)):
        workbook = str(made.paths.get("workbook", ""))
        reason = Reason("OF626", rules.name, {"count": str(left.height), "workbook": workbook})
        reviews.open(tx, item, reasons=[reason], routes=reviews.Routes("done", "done", "done"))
    return work_items.get(tx, item.id)
