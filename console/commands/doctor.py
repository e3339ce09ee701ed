"""`oficio doctor`: everything the office needs, each line ok, warning or failure with the mend."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from console import checkups
from console.words import out, print_json

__all__ = ["doctor"]

MARKS = {"ok": "[green]✓ ok[/]", "warning": "[yellow]! warning[/]", "failure": "[red]✗ failure[/]"}


def doctor(*, deep: bool = False, home: Path | None = None, config: Path | None = None, json: bool = False) -> int:
    """Check the machine and the office.

    Args:
        deep: also compare the log with tables, archive, mailboxes and the legacy system; each difference becomes a
            review task (the nightly run does the same).
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
        json: print JSON.

    Returns:
        0 when nothing failed, 1 otherwise, 4 when the audit log is broken.
    """
    lines = list(checkups.examine(home, config))
    if deep:
        from console.inspections import deep_examine

        lines += deep_examine(home, config)
    if json:
        print_json([{"check": n.check, "status": n.status, "says": n.says, "mend": n.mend} for n in lines])
    else:
        table = Table("check", "", "found", "mend", box=None, header_style="bold", pad_edge=False)
        for line in lines:
            table.add_row(line.check, MARKS[line.status], escape(line.says), f"[dim]{escape(line.mend)}[/]")
        out.print(table)
    return max(line.exit_code for line in lines)
