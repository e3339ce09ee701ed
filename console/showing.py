"""The end of a demo: what came and what happened to it, what was made, whether the log verifies, where to look next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from rich.markup import escape
from rich.rule import Rule
from rich.table import Table

from bots.auditor import heads_folder, kept_heads
from bots.auditor.reporting import export_bundle
from bots.auditor.seals import in_clear
from bots.office import Office
from config.errors import AuditBroken, Language
from config.settings import Settings
from console.commands.queue import described
from console.demonstration import DemoOffice
from console.phrases import say
from console.watching import STAGES
from console.words import out, state_text
from flows.desk import open_office
from records import Records, Transaction, WorkItem, audit, documents, reviews, work_items

__all__ = ["show"]

NARROW = 120
"""Columns of a terminal below which the least important things are left out."""


def show(demo: DemoOffice, settings: Settings, report: Mapping[str, Any], *, new: int, language: Language) -> int:
    """Print it all.

    Returns:
        0 as it should be, 1 a system failed a step, 4 the audit log does not verify.
    """
    with open_office(settings=settings, flow="demo") as office:
        _what_came(office, language)
        _what_was_made(office, language)
        verification = office.records.log.verify(kept_heads(heads_folder(office)))
    out.print()
    total = demo.entered()
    if new:
        words = say("{new} invoices entered, each once: the legacy system now holds {total}.", language)
    else:
        words = say("Nothing new was entered: the legacy system still holds its {total} invoices, each once.", language)
    out.print(f"[bold green]{words.format(new=new, total=total)}[/]", soft_wrap=True)
    if verification.ok:
        words = say("The audit log is verified: {size} events, and a signed head over all of them.", language)
        out.print(f"[bold green]{words.format(size=verification.size)}[/]", soft_wrap=True)
    else:
        words = say("The audit log is BROKEN: {why}", language)
        out.print(f"[bold red]{escape(words.format(why=verification))}[/]", soft_wrap=True)
    failed = [step for step in report["steps"] if step["error"]]
    for step in failed:
        code = step["error"]["code"]
        words = say("{step} was stopped: {code}", language).format(step=say(STAGES[step["step"]], language), code=code)
        out.print(f"[red]{words}[/] (oficio explain {code})")
    _how_to_look_further(demo, language)
    return AuditBroken.exit_code if not verification.ok else 1 if failed else 0


def _what_came(office: Office, language: Language) -> None:
    wide = out.width >= NARROW
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(say("document", language), overflow="ellipsis", no_wrap=True, max_width=30 if wide else 22)
    if wide:
        table.add_column(say("from", language), no_wrap=True)
        table.add_column(say("number", language), no_wrap=True)
    table.add_column(say("amount", language), no_wrap=True, justify="right")
    table.add_column(say("what happened", language), no_wrap=True)
    table.add_column(say("why", language), overflow="fold")
    with office.records.read() as tx:
        items = work_items.find(tx, "invoices")
        for item in items:
            name, brought = _arrival(tx, item)
            _, number, amount = described(item)
            more = [say(brought, language), escape(number)] if wide else []
            why = escape(_why(tx, item, language))
            table.add_row(escape(name), *more, amount, state_text(item.state, language), why)
        for subject in _without_document(tx, office.records, language):
            more = [say("mail", language), ""] if wide else []
            why = say("a mail without any document", language)
            table.add_row(escape(subject), *more, "", say("kept", language), why, style="dim")
    counts = Counter(item.state for item in items)
    out.print(Rule(say("what came, and what happened to it", language), style="dim"))
    out.print(table)
    out.print(*(f"[bold]{count}[/] {say(state, language)} " for state, count in counts.most_common()))


def _arrival(tx: Transaction, item: WorkItem) -> tuple[str, str]:
    source = next((document.sha256 for document in item.documents if document.role == "source"), None)
    arrivals = documents.arrivals(tx, source) if source else []
    name = str(item.payload.get("facts", {}).get("file") or (arrivals[0].name if arrivals else item.id))
    return name, arrivals[0].source if arrivals else ""


def _why(tx: Transaction, item: WorkItem, language: Language) -> str:
    waiting = [task for task in reviews.of_item(tx, item.id) if task.state == "open"]
    if waiting:
        persons = f" ({say('two persons', language)})" if waiting[0].needs > 1 else ""
        return waiting[0].reasons[0].text(language) + persons
    return item.reason.text(language) if item.reason else ""


def _without_document(tx: Transaction, records: Records, language: Language) -> Iterator[str]:
    """Subjects of the mails that brought none."""
    start = 0
    while events := audit.read(tx, start):
        passed = [event for event in events if event.action == "mail.no_document"]
        for event in in_clear(records, passed, language):
            yield str(event.body["after"].get("subject", ""))
        start = events[-1].seq + 1


def _what_was_made(office: Office, language: Language) -> None:
    home = office.settings.home
    workbooks = sorted((home / "out").rglob("*.xlsx"), key=lambda path: path.stat().st_mtime)
    with office.records.read() as tx:
        shots = sum(
            _screenshots(tx, item) for item in work_items.find(tx, "invoices", states=["entered", "reconciled"])
        )
    bundle = home / "audit" / f"{office.now():%Y-%m-%d-%H%M%S}"
    export_bundle(office.records, bundle, language=language)
    words = say("{count}, and every original, in {folder}", language)
    out.print(Rule(say("what was made", language), style="dim"))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row(say("reconciliation workbook", language), str(workbooks[-1]) if workbooks else "-")
    table.add_row(say("screenshots", language), words.format(count=shots, folder=home / "archive"))
    table.add_row(say("audit log for the auditor", language), str(bundle / "report.html"))
    out.print(table)


def _screenshots(tx: Transaction, item: WorkItem) -> int:
    kinds = [shown["kind"] for event in audit.of_item(tx, item.id) for shown in event.body.get("evidence", ())]
    return sum(1 for kind in kinds if kind.startswith("screenshot"))


def _how_to_look_further(demo: DemoOffice, language: Language) -> None:
    out.print(Rule(say("look further", language), style="dim"))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row(f"[bold]export OFICIO_HOME={escape(str(demo.rig.home))}[/]", say("then:", language))
    for command, words in (
        ("review", "what waits for a person, and decide it"),
        ("audit show ITEM", "one document's whole life"),
        ("audit verify", "check every event and signature"),
        ("demo --serve", "keep the legacy system and the mailbox up to play with"),
    ):
        table.add_row(f"uv run oficio {command}", say(words, language))
    out.print(table)
