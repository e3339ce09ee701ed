"""`oficio queue`: how much work there is in each state, and which."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from config.errors import Language, catalogue
from config.money import format_minor
from console.phrases import say
from console.words import out, print_json, state_text
from flows.desk import open_office
from records import WorkItem, work_items
from records.statistics import Statistics, statistics

__all__ = ["described", "invoice_columns", "print_statistics", "queue"]


def queue(
    state: str | None = None,
    /,
    *,
    process: str = "invoices",
    limit: int = 50,
    stats: bool = False,
    days: int = 30,
    home: Path | None = None,
    config: Path | None = None,
    json: bool = False,
) -> None:
    """Show work items.

    Args:
        state: only those in this state; counts of all states when left out.
        process: whose items.
        limit: at most so many.
        stats: the figures instead: age, throughput, straight-through rate, exceptions by cause.
        days: what was finished within so many days counts.
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
        json: print JSON.
    """
    with open_office(home, config, flow="queue") as office, office.records.read() as tx:
        if stats:
            figures = statistics(tx, process, since=tx.now - timedelta(days=days))
            print_statistics(figures, days, tx.now, office.settings.language, json=json)
            return
        counts = work_items.counts(tx, process)
        items = work_items.find(tx, process, states=[state] if state else None, limit=limit)
        language = office.settings.language
    if json:
        rows = [{"id": i.id, "state": i.state, "reason": i.reason.to_json() if i.reason else None} for i in items]
        print_json({"counts": dict(counts), "items": rows})
        return
    if not items:
        out.print(say("no work items yet", language))
        return
    out.print(*(f"[bold]{count}[/] {say(name, language)} " for name, count in sorted(counts.items())))
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("item", "state"):
        table.add_column(say(name, language), no_wrap=True)
    invoice_columns(table, language)
    for item in items:
        why = item.reason.text(language) if item.reason else ""
        row = (escape(text) for text in (*described(item), why))
        table.add_row(item.id[:13], state_text(item.state, language), *row)
    out.print(table)


def print_statistics(figures: Statistics, days: int, now: datetime, language: Language, *, json: bool = False) -> None:
    """The figures of a process, a line each; the causes of exceptions in words below."""
    if json:
        print_json(asdict(figures))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    states = ", ".join(f"{count} {say(name, language)}" for name, count in figures.states.items())
    oldest = _age(now - figures.oldest) if figures.oldest else "-"
    share = f"{100 * Decimal(figures.straight_through):.1f} %" if figures.straight_through else "-"
    for name, value in (
        ("in each state", states or "-"),
        ("oldest unfinished", oldest),
        ("overdue", str(figures.overdue)),
        ("finished within {days} days", f"{figures.finished} ({figures.finished / days:.1f} / {say('day', language)})"),
        ("straight through", share),
        ("median time to the end", _age(figures.median_age) if figures.median_age is not None else "-"),
    ):
        table.add_row(say(name, language).format(days=days), value)
    out.print(table)
    for code, count in sorted(figures.exceptions.items(), key=lambda pair: (-pair[1], pair[0])):
        what = catalogue()[code].what[language] if code in catalogue() else ""
        what = what.format_map(defaultdict(lambda: "…"))  # many items: the facts of each are its own
        out.print(f"  [yellow]{code}[/] {count}  [dim]{escape(what)}[/]", soft_wrap=True)


def _age(span: timedelta) -> str:
    """A span in its two largest units."""
    minutes = int(span.total_seconds() // 60)
    hours, minutes = divmod(minutes, 60)
    whole_days, hours = divmod(hours, 24)
    return f"{whole_days} d {hours} h" if whole_days else f"{hours} h {minutes} min"


def invoice_columns(table: Table, language: Language) -> None:
    """The columns of an invoice (see `described`), and why; they stay on one line but for the last."""
    table.add_column(say("supplier", language), no_wrap=True, overflow="ellipsis", max_width=max(16, out.width // 5))
    table.add_column(say("number", language), no_wrap=True)
    table.add_column(say("amount", language), no_wrap=True, justify="right")
    table.add_column(say("why", language), overflow="fold")


def described(item: WorkItem) -> tuple[str, str, str]:
    """Supplier, number and amount of an invoice as far as they are known; of a suggestion its rules come first."""
    if "suggestion" in item.payload:
        name, number = item.payload["rules"], item.payload["suggestion"]["reference"]
        return name, number, f"{format_minor(item.amount or 0, item.currency or '')} {item.currency}"
    fields = item.payload.get("invoice", {}).get("fields", {})
    amount = f"{format_minor(item.amount, item.currency)} {item.currency}" if item.amount and item.currency else ""
    name = fields.get("seller_name") or item.payload.get("facts", {}).get("file", "")
    return name, fields.get("invoice_number", ""), amount
