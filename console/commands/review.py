"""`oficio review`: what the bots are not sure of, with the reasons; decide it here."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import cyclopts
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from bots import reviewer
from bots.office import Office
from config.errors import ConfigError
from console.commands.queue import described, invoice_columns
from console.phrases import say
from console.words import out, print_json, state_text
from flows.desk import open_office
from records import WorkItem, reviews, work_items
from records.reviews import Decision, ReviewTask

__all__ = ["app"]

app = cyclopts.App(name="review", help="List and decide what the bots are not sure of.")
Home = Annotated[Path | None, cyclopts.Parameter(name="--home", help="The office's home; OFICIO_HOME, else .oficio.")]
Who = Annotated[str | None, cyclopts.Parameter(name="--as", help="Who decides; you, when left out.")]


@app.default
def list_tasks(*, home: Home = None, json: bool = False) -> int:
    """List the open tasks with their reasons.

    Args:
        json: print JSON.
    """
    with open_office(home, flow="review") as office, office.records.read() as tx:
        tasks = [(task, work_items.get(tx, task.item_id)) for task in reviews.list_open(tx)]
    language = office.settings.language
    if json:
        print_json([_as_json(task, item, office) for task, item in tasks])
        return 3 if tasks else 0
    if not tasks:
        out.print(say("Nothing waits for a person.", language))
        return 0
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(say("task", language), no_wrap=True)
    invoice_columns(table, language)
    for task, item in tasks:
        why = "\n".join(f"[yellow]{r.code}[/] {escape(r.text(language))}" for r in task.reasons)
        persons = f" [dim]({say('two persons', language)})[/]" if task.needs > 1 else ""
        table.add_row(_short(task.id), *(escape(text) for text in described(item)), why + persons)
    out.print(table)
    out.print(
        "[dim]oficio review show TASK · accept TASK · correct TASK field=value ... · reject TASK --comment WHY[/]"
    )
    return 3


@app.command
def show(task: str, /, *, home: Home = None, json: bool = False) -> None:
    """Show a task: what was read, why a person is asked, and what to do.

    Args:
        task: the task's or its item's id, or the beginning or end of it.
        json: print JSON.
    """
    with open_office(home, flow="review") as office, office.records.read() as tx:
        found = reviewer.find_task(tx, task)
        item = work_items.get(tx, found.item_id)
    if json:
        print_json(_as_json(found, item, office))
        return
    language = office.settings.language
    lines = [
        f"[yellow]{r.code}[/] {escape(r.text(language))}\n      [dim]{escape(r.mend(language))}[/]"
        for r in found.reasons
    ]
    title = f"{say('why a person is asked', language)} · {_short(found.id)}"
    out.print(Panel("\n".join(lines), title=title, title_align="left"))
    headings = (say(name, language) for name in ("field", "value", "from"))
    table = Table(*headings, box=None, header_style="bold", pad_edge=False)
    seen = item.payload.get("reading", {}).get("fields", {})
    for name, value in item.payload.get("invoice", {}).get("fields", {}).items():
        place = seen.get(name, {})
        page = f", page {place['page']}" if "page" in place else ""
        table.add_row(name, escape(value), f"[dim]{place.get('source', 'person')}{page}[/]")
    for name, value in item.payload.get("suggestion", {}).items():
        table.add_row(name, escape(" ".join(value) if isinstance(value, list) else value), "")
    out.print(table)
    for document in item.documents:
        out.print(f"[dim]{document.role}: {office.records.archive.path(document.sha256)}[/]")


@app.command
def accept(task: str, /, *, comment: str = "", who: Who = None, home: Home = None) -> None:
    """Accept an item as it is.

    Args:
        task: the task's or its item's id, or the beginning or end of it.
        comment: a note; required when a bank account changed (who was called, on which number).
    """
    _decide(task, "accept", who, home, comment=comment)


@app.command
def correct(task: str, /, *changes: str, comment: str = "", who: Who = None, home: Home = None) -> None:
    """Correct fields of an item.

    Args:
        task: the task's or its item's id, or the beginning or end of it.
        changes: field=value, such as gross_total=121.00; field= takes it out.
        comment: a note.
    """
    parsed: dict[str, str | None] = {}
    for change in changes:
        name, sign, value = change.partition("=")
        if not sign:
            raise ConfigError("OF108", change)
        parsed[name.strip()] = value.strip() or None
    _decide(task, "correct", who, home, comment=comment, changes=parsed)


@app.command
def reject(task: str, /, *, comment: str, who: Who = None, home: Home = None) -> None:
    """Reject an item; nothing of it is entered.

    Args:
        task: the task's or its item's id, or the beginning or end of it.
        comment: why.
    """
    _decide(task, "reject", who, home, comment=comment)


@app.command
def postpone(task: str, /, *, comment: str = "", who: Who = None, home: Home = None) -> None:
    """Put a task off until tomorrow.

    Args:
        task: the task's or its item's id, or the beginning or end of it.
        comment: a note.
    """
    _decide(task, "postpone", who, home, comment=comment)


@app.command
def retry(item: str, /, *, who: Who = None, home: Home = None) -> None:
    """Put a failed item back to work, when the cause is mended.

    Args:
        item: its id.
    """
    with open_office(home, flow="review") as office:
        moved = reviewer.retry(office, item, person=who or getpass.getuser())
    out.print("back to", state_text(moved.state))


def _decide(
    task: str,
    decision: Decision,
    who: str | None,
    home: Path | None,
    *,
    comment: str = "",
    changes: dict[str, str | None] | None = None,
) -> None:
    with open_office(home, flow="review") as office:
        person = who or getpass.getuser()
        decided, item = reviewer.decide(office, task, decision, person=person, changes=changes, comment=comment)
    if decided.state == "open" and decision == "accept":
        out.print("accepted; a second person must accept it too")
    else:
        out.print(f"{decision}ed:" if decision != "postpone" else "postponed:", "the item is", state_text(item.state))


def _short(task_id: str) -> str:
    return task_id[-8:]


def _as_json(task: ReviewTask, item: WorkItem, office: Office) -> dict[str, object]:
    language = office.settings.language
    return {
        "task": task.id,
        "item": item.id,
        "needs": task.needs,
        "role": task.role,
        "reasons": [{**r.to_json(), "text": r.text(language), "mend": r.mend(language)} for r in task.reasons],
        "invoice": item.payload.get("invoice"),
        "documents": [document.sha256 for document in item.documents],
    }
