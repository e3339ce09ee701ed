"""How the console speaks: one console for tables, one for what goes wrong; colours for states."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from rich.console import Console
from rich.text import Text

from config.errors import Language, OficioError, Reason
from config.states import state_words

__all__ = ["STATE_STYLES", "err", "out", "print_error", "print_error_reason", "print_json", "spoken", "state_text"]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

STATE_STYLES = {
    "received": "dim",
    "read": "dim",
    "checked": "dim",
    "ready": "cyan",
    "entering": "cyan",
    "entered": "green",
    "reconciled": "bold green",
    "review": "yellow",
    "uncertain": "yellow",
    "duplicate": "blue",
    "rejected": "magenta",
    "failed": "bold red",
}


def state_text(state: str, language: Language = "en") -> Text:
    """A state in its colour."""
    return Text(state_words(state, language), style=STATE_STYLES.get(state, ""))


def spoken() -> Language:
    """The language of who sits at the terminal: OFICIO_LANGUAGE, else the locale's; English for all others."""
    names = ("OFICIO_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    said = next((value for name in names if (value := os.environ.get(name))), "")
    return "es" if said.lower().startswith("es") else "en"


def print_error(error: OficioError, language: Language | None = None) -> None:
    """One of our own errors: what, where, and how to mend it; in the terminal's language when none is given."""
    print_error_reason(error.reason, language or spoken())


def print_error_reason(reason: Reason, language: Language = "en") -> None:
    """A reason as an error: one red line, and the mend below."""
    err.print(Text.assemble((f"{reason.code} ", "bold red"), (reason.text(language), "red")), soft_wrap=True)
    if mend := reason.mend(language):
        err.print(Text(f"      {mend}", style="dim"), soft_wrap=True)


def print_json(data: Any) -> None:
    """Machine-readable output, for `--json`."""
    json.dump(data, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")
