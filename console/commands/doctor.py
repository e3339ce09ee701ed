"""`oficio doctor`: everything the office needs, each line ok, warning or failure with the mend."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from config.errors import Language, OficioError
from config.settings import load_settings
from console import checkups
from console.phrases import say
from console.words import out, print_json, spoken

__all__ = ["doctor"]

MARKS = {"ok": ("green", "✓ ok"), "warning": ("yellow", "! warning"), "failure": ("red", "✗ failure")}

_NAMED = ("mailbox ", "folder ")
"""Check-ups of which there are several, each with its name."""


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
        language = _language(home, config)
        heads = (say("check", language), "", say("found", language), say("mend", language))
        table = Table(*heads, box=None, header_style="bold", pad_edge=False)
        for line in lines:
            style, mark = MARKS[line.status]
            what, _, which = line.check.partition(" ") if line.check.startswith(_NAMED) else (line.check, "", "")
            check = f"{say(what, language)} {which}".strip()
            shown = Text(say(mark, language), style)
            table.add_row(check, shown, escape(line.says), f"[dim]{escape(line.mend)}[/]")
        out.print(table)
    return max(line.exit_code for line in lines)


def _language(home: Path | None, config: Path | None) -> Language:
    """The office's, else the terminal's: a configuration that cannot be read is one of the findings."""
    try:
        return load_settings(home, config).language
    except OficioError:
        return spoken()
