"""`oficio run PROCESS`: the stages of a process, once, without any server."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from console.watching import ProgressView
from console.words import out, print_error_reason, print_json
from flows.desk import open_office
from flows.processes import RunReport, process_named, steps
from records import reviews

__all__ = ["print_report", "run"]


def run(
    process: str = "invoices", /, *, home: Path | None = None, config: Path | None = None, json: bool = False
) -> int:
    """Run a process once.

    Args:
        process: its name (invoices, seal).
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
        json: print JSON.

    Returns:
        0 when all is done, 1 when a system failed a step, 3 when review tasks wait for people.
    """
    wanted = process_named(process)
    report = RunReport(process)
    with ProgressView(quiet=json) as view, open_office(home, config, flow=process, progress=view) as office:
        for result in steps(office, wanted):
            report.results.append(result)
        with office.records.read() as tx:
            waiting = len(reviews.list_open(tx))
        language = office.settings.language
    if json:
        print_json(report.to_json() | {"waiting": waiting})
    else:
        print_report(report)
        for result in report.results:
            if result.error:
                print_error_reason(result.error, language)
        if waiting:
            out.print(f"[yellow]{waiting}[/] wait for a person: [bold]oficio review[/]")
    return 1 if report.failed else 3 if waiting else 0


def print_report(report: RunReport) -> None:
    """A row a step: what went where, and how long it took."""
    table = Table("step", "items", "outcome", "time", box=None, header_style="bold", pad_edge=False)
    for result in report.results:
        outcomes = ", ".join(f"{count} {state}" for state, count in sorted(result.report.outcomes.items()))
        stopped = f"[red]{result.error.code}[/] " if result.error else ""
        table.add_row(
            result.step, str(result.report.total), stopped + (outcomes or "-"), f"{result.report.seconds:.1f} s"
        )
    out.print(table)
