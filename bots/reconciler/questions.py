"""A suggestion as a question to a person: one work item and one review task each, answered once.

A question is known by its rules and rows, not by its run: what a person has decided is not asked again next month.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import polars as pl

from bots.reconciler.reasons import money_text
from config.errors import Reason
from config.reconciliation_rules import Rules
from records import Transaction, WorkItem, reviews, work_items
from records.processes import SUGGESTIONS

__all__ = ["answered", "ask", "close_answered", "decide_by_workbook", "has_answers", "waiting"]

_DECISIONS = {"accepted": "accept", "rejected": "reject"}


def key_of(rules: Rules, row: Mapping[str, Any]) -> str:
    """What names the question whether these rows belong together."""
    rows = "\n".join([*sorted(row["left"]), "", *sorted(row["right"])])
    return f"{rules.name}:{hashlib.sha256(rows.encode()).hexdigest()[:32]}"


def answered(tx: Transaction, rules: Rules, suggestions: pl.DataFrame) -> dict[int, str]:
    """Number of a suggestion -> accept or reject, for those that a person has decided."""
    found = {}
    for row in suggestions.iter_rows(named=True):
        item = _item(tx, rules, row)
        if item is not None and (decision := _decision(item)):
            found[int(row["group"])] = decision
    return found


def has_answers(tx: Transaction, rules: Rules) -> bool:
    """Whether a person has decided something that no run has applied."""
    return bool(work_items.find(tx, SUGGESTIONS.name, states=_DECISIONS, tags={"rules": rules.name}, limit=1))


def ask(tx: Transaction, rules: Rules, run: str, suggestions: pl.DataFrame) -> int:
    """Open a task for every suggestion that nobody has been asked about; returns how many are new."""
    texts = _facts(suggestions)
    new = 0
    for row, facts in zip(suggestions.iter_rows(named=True), texts, strict=True):
        if _item(tx, rules, row) is not None:
            continue
        payload = {
            "run": run,
            "rules": rules.name,
            "suggestion": {"left": row["left"], "right": row["right"], "code": row["code"], **facts},
        }
        item = work_items.create(
            tx, process=SUGGESTIONS.name, payload=payload, key=key_of(rules, row), currency=row["currency"],
            amount=row["left_total"] or row["right_total"], tags={"rules": rules.name, "run": run},
        )  # fmt: skip
        routes = reviews.Routes(accept="accepted", correct="accepted", reject="rejected")
        reviews.open(tx, item, reasons=[Reason(row["code"], rules.name, facts)], routes=routes)
        new += 1
    return new


def decide_by_workbook(
    tx: Transaction, rules: Rules, suggestions: pl.DataFrame, decisions: Mapping[int, str], person: str
) -> None:
    """Give the decisions of a returned workbook to the tasks that asked for them."""
    for row in suggestions.filter(pl.col("group").is_in(list(decisions))).iter_rows(named=True):
        item = _item(tx, rules, row)
        decision = decisions[int(row["group"])]
        for task in reviews.of_item(tx, item.id) if item else ():
            if task.state == "open" and decision == "accept":
                reviews.decide(tx, task, decision="accept", person=person)
            elif task.state == "open" and decision == "reject":
                reviews.decide(tx, task, decision="reject", person=person, comment="rejected in the workbook")


def close_answered(tx: Transaction, rules: Rules) -> None:
    """Note that every decision so far is applied."""
    for item in work_items.find(tx, SUGGESTIONS.name, states=_DECISIONS, tags={"rules": rules.name}):
        payload = {**item.payload, "decision": _DECISIONS[item.state]}
        work_items.move(tx, item, "applied", action="suggestion.applied", payload=payload)


def waiting(tx: Transaction, rules: Rules, run: str) -> int:
    """How many questions of a run are still open."""
    return len(work_items.find(tx, SUGGESTIONS.name, states=["review"], tags={"rules": rules.name, "run": run}))


def _item(tx: Transaction, rules: Rules, row: Mapping[str, Any]) -> WorkItem | None:
    found = work_items.find(tx, SUGGESTIONS.name, key=key_of(rules, row))
    return found[0] if found else None


def _decision(item: WorkItem) -> str:
    return str(_DECISIONS.get(item.state) or item.payload.get("decision", ""))


def _facts(suggestions: pl.DataFrame) -> list[dict[str, str]]:
    """What the catalogue's sentences name, as text."""
    if suggestions.is_empty():
        return []
    currencies = suggestions["currency"].unique().to_list()
    return suggestions.select(
        reference=pl.col("reference").fill_null("-"),
        difference=money_text("difference", "currency", currencies),
        residual=money_text("residual", "currency", currencies),
        currency="currency",
        paid_in="paid_in",
        days=pl.col("days").cast(pl.String).fill_null("?"),
        items=pl.col("left").list.len().cast(pl.String),
        lines=pl.col("right").list.len().cast(pl.String),
    ).to_dicts()
