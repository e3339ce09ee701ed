"""`oficio reconcile`: match two spreadsheets, ledgers or bank files; propose rules; read decisions back."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import cyclopts
from rich.table import Table

from bots.reconciler.matching import Matching, Step
from bots.reconciler.running import Run, reconcile_files
from bots.reconciler.undoing import take_back
from config.errors import Language, catalogue
from config.money import format_minor
from config.reconciliation_rules import Rules, read_rules
from console.words import err, print_json
from console.words import out as console

__all__ = ["app"]

_FACT = re.compile(r"\{\w+\}")

app = cyclopts.App(name="reconcile", help="Match two spreadsheets, ledgers or bank files.")


@app.default
def reconcile(
    *,
    rules: str,
    left: Path,
    right: Path,
    out: Path | None = None,
    carried: Path | None = None,
    decided: Path | None = None,
    undo: Annotated[list[int] | None, cyclopts.Parameter(negative=())] = None,
    home: Path | None = None,
    person: str = "",
    json: bool = False,
    quiet: bool = False,
    strict: bool = False,
) -> int:
    """Match two files and write the workbook, groups.jsonl, suggestions.jsonl, open.csv and summary.json.

    Args:
        rules: a YAML file, or the name of one in config/reconciliations.
        left: the ledger, list or statement whose items are to be settled.
        right: the bank file or list that settles them.
        out: folder for what is written; out/NAME when left out.
        carried: folder of the last period's reconciliation, whose open items come first.
        decided: the workbook of this run with decisions filled in: they are checked and applied.
        undo: number of an accepted group to take back; may be given several times.
        home: an office's home: inputs and results are kept in its archive, the run is an event of its audit log, what
            is not certain is a review task; results are written below the home.
        person: who decided or took back; needed with --home and --decided or --undo.
        json: print the summary as JSON.
        quiet: no progress.
        strict: exit with 3 when something is left for a person.
    """
    chosen, watch = read_rules(rules), _silent if quiet else _Progress()
    if home is None:
        made = reconcile_files(
            chosen, left, right, out or Path("out") / chosen.name, now=datetime.now(UTC), carried=carried,
            decided=decided, undo=undo or (), person=person, watch=watch,
        )  # fmt: skip
    else:
        made = _in_office(home, chosen, left, right, carried, decided, undo or [], person, watch)
    if json:
        print_json({**_brief(made), "files": {name: str(path) for name, path in made.paths.items()}})
    else:
        _show(made)
    return 3 if strict and not made.matching.suggestions.is_empty() else 0


@app.command
def undo(
    folder: Path, groups: list[int], /, *, into: Path | None = None, home: Path | None = None, person: str = "",
    comment: str = "",
) -> int:  # fmt: skip
    """Take back groups that an earlier run accepted: their rows are open in the next run and not matched so again.

    Args:
        folder: the results of the run that accepted them.
        groups: their numbers, as on the sheet Matched.
        into: the results of the last run, from which the next one carries on; the same folder when left out.
        home: an office's home, when the run was made in one: an event of its audit log says who and why.
        person: who takes them back.
        comment: why.
    """
    if home is None:
        for group in groups:
            take_back(folder, group, into or folder, person=person, comment=comment, now=datetime.now(UTC))
    else:
        from bots.reconciler.jobs import undo_group
        from flows.desk import open_office

        with open_office(home, flow="reconcile") as office:
            clerk = office.acting("reconciler")
            for group in groups:
                undo_group(clerk, folder, group, person=person, comment=comment)
    console.print(f"{folder}: {len(groups)} taken back")
    return 0


@app.command
def suggest(left: Path, right: Path, /, *, out: Path | None = None) -> int:
    """Propose rules for two files: which column is what, and how much they settle.

    Args:
        left: the ledger, list or statement whose items are to be settled.
        right: the bank file or list that settles them.
        out: file for the rules; printed when left out.
    """
    from bots.reconciler.suggesting import propose

    proposal = propose(left, right)
    if out is None:
        sys.stdout.write(proposal.text)
    else:
        out.write_text(proposal.text, "utf-8")
        console.print(f"{out}: settles {proposal.settled:,} of {proposal.left:,} left rows")
    return 0


@app.command(name="three-way")
def three_way(*, orders: Path, deliveries: Path, invoices: Path, out: Path, rules: str = "three-way") -> int:
    """Match orders, delivery notes and invoices line by line.

    Args:
        orders: the order lines: order, article, quantity, unit price.
        deliveries: the delivery lines: order, article, quantity.
        invoices: the invoice lines: order, article, quantity, unit price.
        out: folder for what is written.
        rules: a YAML file, or the name of one in config/reconciliations.
    """
    from bots.reconciler.papers import match_papers

    lines, paths = match_papers(read_rules(rules), orders, deliveries, invoices, out, now=datetime.now(UTC))
    table = Table("status", "order line", "why", box=None, header_style="bold", pad_edge=False)
    for row in lines.iter_rows(named=True):
        table.add_row(row["status"], f"{row['order']} {row['article']}", row["reason"])
    console.print(table)
    return _said(paths)


@app.command
def versions(before: Path, after: Path, /, *, out: Path, rules: str = "versions") -> int:
    """Compare two versions of a table, cell by cell.

    Args:
        before: the old version.
        after: the new version.
        out: folder for what is written.
        rules: a YAML file, or the name of one in config/reconciliations.
    """
    from bots.reconciler.papers import compare_files

    changes, paths = compare_files(read_rules(rules), before, after, out, now=datetime.now(UTC))
    table = Table("row", "column", "before", "after", box=None, header_style="bold", pad_edge=False)
    for cells in changes.cells.head(50).iter_rows():
        table.add_row(*(str(cell or "") for cell in cells))
    console.print(table)
    counts = (
        f"{changes.cells.height} cells changed, {changes.added.height} rows added, {changes.removed.height} removed"
    )
    console.print(f"{counts}, {changes.same} the same")
    return _said(paths)


def _said(paths: Mapping[str, Path]) -> int:
    for name, path in paths.items():
        console.print(f"[dim]{name:<14}[/] {path}", soft_wrap=True)
    return 0


def _in_office(
    home: Path, rules: Rules, left: Path, right: Path, carried: Path | None, decided: Path | None, undo: list[int],
    person: str, watch: Step,
) -> Run:  # fmt: skip
    from bots.reconciler.jobs import run_job
    from flows.desk import open_office

    with open_office(home, flow="reconcile") as office:
        clerk = office.acting("reconciler")
        made, _ = run_job(
            clerk, rules, left, right, carried=carried, decided=decided, undo=undo, person=person, watch=watch
        )
    return made


class _Progress:
    """Tells on the error stream how many rows are settled, and how many a second."""

    def __init__(self) -> None:
        self.start = datetime.now(UTC)

    def __call__(self, step: str, done: int, total: int) -> None:
        seconds = max((datetime.now(UTC) - self.start).total_seconds(), 0.001)
        err.print(f"[dim]{step:<22} {done:>10,} of {total:,} rows   {total / seconds:>10,.0f} rows/s[/]")


def _silent(step: str, done: int, total: int) -> None:
    """Nobody watches."""


def _brief(made: Run) -> dict[str, object]:
    matching = made.matching
    return {
        "groups": matching.groups.height,
        "suggestions": matching.suggestions.height,
        "by_reason": dict(matching.counts()),
        "control": matching.control.to_dicts(),
        "seconds": round(made.seconds, 3),
    }


def _show(made: Run) -> None:
    matching, language = made.matching, made.matching.rules.workbook.language
    _show_reasons(matching, language)
    _show_control(matching)
    _said(made.paths)
    console.print(f"[dim]{made.seconds:.1f} s[/]")


def _show_reasons(matching: Matching, language: Language) -> None:
    table = Table("groups", "why", box=None, header_style="bold", pad_edge=False)
    for code, count in sorted(matching.counts().items(), key=lambda pair: -pair[1]):
        table.add_row(f"{count:,}", _FACT.sub("…", catalogue()[code].what[language]))
    table.add_row(f"[yellow]{matching.suggestions.height:,}[/]", "[yellow]for a person: To review[/]")
    console.print(table)


def _show_control(matching: Matching) -> None:
    table = Table("", "left", "right", "settled", "open left", "open right", "control", box=None, header_style="bold")
    for row in matching.control.iter_rows(named=True):
        currency = row["currency"]
        figures = (
            row["left"], row["right"], row["left_matched"] - row["residual"],
            row["left_open"] + row["left_suggested"] + row["residual"], row["right_open"] + row["right_suggested"],
            row["off"],
        )  # fmt: skip
        table.add_row(currency, *(format_minor(figure, currency) for figure in figures))
    console.print(table)
