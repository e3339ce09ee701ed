"""`oficio run PROCESS`: the stages of a process, once, without any server."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from config.errors import Language, Reason
from console.phrases import say
from console.signals import stops_as_told
from console.watching import ProgressView
from console.words import err, out, print_error_reason, print_json
from flows.desk import open_office
from flows.processes import RunReport, process_named, steps
from records import Transaction, reviews, work_items

__all__ = ["print_report", "run"]

OPEN = ("received", "read", "checked", "ready", "entering", "uncertain", "entered", "failed")
"""States in which a system's fault keeps an item from going on."""


def run(
    process: str = "invoices", /, *, home: Path | None = None, config: Path | None = None, json: bool = False
) -> int:
    """Run a process once.

    Args:
        process: its name (invoices, reconcile, seal).
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
        json: print JSON.

    Returns:
        0 when all is done, 1 when a system failed a step or an item, 3 when review tasks wait for people.
    """
    wanted = process_named(process)
    report = RunReport(process)
    with (
        stops_as_told(),
        ProgressView(quiet=json) as view,
        open_office(home, config, flow=process, progress=view) as office,
    ):
        for result in steps(office, wanted):
            report.results.append(result)
        with office.records.read() as tx:
            waiting = len(reviews.list_open(tx))
            faults = _faults(tx, process) if report.failed else {}
        language = office.settings.language
    if json:
        counts = {reason.code: count for reason, count in faults.values()}
        print_json(report.to_json() | {"waiting": waiting, "faults": counts})
    else:
        print_report(report, language)
        for result in report.results:
            if result.error:
                print_error_reason(result.error, language)
        for reason, count in faults.values():
            print_error_reason(reason, language)
            words = say("{count} items wait for it, or were set aside:", language).format(count=count)
            err.print(f"      [dim]{words} oficio queue[/]")
        if waiting:
            out.print(say("{count} wait for a person:", language).format(count=waiting), "[bold]oficio review[/]")
    return 1 if report.failed else 3 if waiting else 0


def _faults(tx: Transaction, process: str) -> dict[str, tuple[Reason, int]]:
    """Why items are postponed or were set aside: for each code the first reason, and how many items have it."""
    faults: dict[str, tuple[Reason, int]] = {}
    for item in work_items.find(tx, process, states=OPEN):
        if item.reason is not None and item.attempts:
            reason, count = faults.get(item.reason.code, (item.reason, 0))
            faults[item.reason.code] = (reason, count + 1)
    return faults


def print_report(report: RunReport, language: Language = "en") -> None:
    """A row a step: what went where, and how long it took."""
    headings = (say(name, language) for name in ("step", "items", "outcome", "time"))
    table = Table(*headings, box=None, header_style="bold", pad_edge=False)
    for result in report.results:
        counts = sorted(result.report.outcomes.items())
        outcomes = ", ".join(f"{count} {say(state, language)}" for state, count in counts)
        stopped = f"[red]{result.error.code}[/] " if result.error else ""
        table.add_row(
            result.step, str(result.report.total), stopped + (outcomes or "-"), f"{result.report.seconds:.1f} s"
        )
    out.print(table)
