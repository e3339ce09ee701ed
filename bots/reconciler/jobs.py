"""A reconciliation of two files inside the office: its files are kept, its event is logged, its questions are asked.

One work item a run, in the process `reconciliations`: `open` -> `review` while a person has the workbook -> `done`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bots.office import Office
from bots.reconciler.exports import summary
from bots.reconciler.matching import Step
from bots.reconciler.running import Run, reconcile_files
from config.errors import OficioError, Reason
from config.reconciliation_rules import Rules
from records import Actor, DocumentRef, Evidence, Transaction, WorkItem, processes, reviews, work_items

__all__ = ["RECONCILIATIONS", "run_job"]

RECONCILIATIONS = processes.declare(
    processes.Process(
        "reconciliations",
        initial="open",
        transitions={"open": frozenset({"review", "done"}), "review": frozenset({"done"}), "done": frozenset({"open"})},
        by_person={"review": frozenset({"done", "open"})},
        final=frozenset({"done"}),
    )
)
_KEPT = ("workbook", "groups", "suggestions", "open", "summary")


def _unwatched(step: str, done: int, total: int) -> None:
    """Nobody watches."""


def run_job(
    office: Office,
    rules: Rules,
    left: Path,
    right: Path,
    *,
    carried: Path | None = None,
    decided: Path | None = None,
    undo: Sequence[int] = (),
    person: str = "",
    watch: Step = _unwatched,
) -> tuple[Run, WorkItem]:
    """Reconcile two files, keep inputs and results in the archive, and ask a person about what is not certain.

    The same inputs and rules are the same work item: a repeated run adds nothing; a run with a returned
    workbook, or one that takes groups back, closes the question and says who decided.

    Args:
        person: who decided, needed with `decided` and `undo`.

    Raises:
        OficioError: OF715, decisions without a person; else as `reconcile_files`.
    """
    if (decided or undo) and not person:
        raise OficioError("OF715", str(decided or ""), decision="reconcile")
    out = office.settings.out / "reconciliations" / rules.name
    made = reconcile_files(
        rules, left, right, out, now=office.now(), carried=carried, decided=decided, undo=undo, watch=watch
    )
    archive = office.records.archive
    evidence = [Evidence(archive.put(made.paths[name].read_bytes()), name) for name in _KEPT if name in made.paths]
    documents = [DocumentRef(archive.put(path.read_bytes())) for path in (left, right)]
    who = Actor("person", person) if person else None
    with office.records.begin() as tx:
        item = _item(tx, rules, made.name, documents)
        action = "reconciliation.decided" if decided or undo else "reconciliation.made"
        told = {key: value for key, value in summary(made.matching).items() if key != "control"}
        facts = {**told, "learned": {name: str(value) for name, value in made.matching.learned.items()}}
        asked = made.matching.suggestions.height
        if who or not asked:
            for task in reviews.of_item(tx, item.id):
                if task.state == "open" and who:
                    reviews.decide(tx, task, decision="accept", person=who, comment=action)
            item = work_items.get(tx, item.id)
            item = work_items.move(tx, item, "done", action=action, after=facts, evidence=evidence, actor=who)
        elif item.state == "open":
            item = work_items.move(tx, item, "open", action=action, after=facts, evidence=evidence)
            reason = Reason(
                "OF626", rules.name, {"count": str(asked), "workbook": str(made.paths.get("workbook", out))}
            )
            reviews.open(tx, item, reasons=[reason], routes=reviews.Routes("done", "done", "done"))
            item = work_items.get(tx, item.id)
    return made, item


def _item(tx: Transaction, rules: Rules, name: str, documents: Sequence[DocumentRef]) -> WorkItem:
    """The run's work item, created when it is new."""
    found = work_items.find(tx, RECONCILIATIONS.name, key=f"{rules.name}:{name}")
    if found:
        return found[0]
    payload = {"rules": rules.name, "digest": rules.digest(), "run": name}
    key = f"{rules.name}:{name}"
    return work_items.create(tx, process=RECONCILIATIONS.name, payload=payload, key=key, documents=documents)
