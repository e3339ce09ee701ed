"""`oficio secrets`: store the passwords that config/ names; they are typed unseen and never shown."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

import cyclopts

from config.settings import default_home
from connectors.secrets import Secret, keep_secret
from console.words import out

__all__ = ["app"]

app = cyclopts.App(name="secrets", help="Store the passwords that config/ names.")


@app.command(name="set")
def set_secret(name: str, /, *, home: Path | None = None) -> None:
    """Store a secret; it is asked for, or read from standard input when that is not a terminal.

    Args:
        name: as `secret:` in config/ names it.
        home: the office's home; OFICIO_HOME, else .oficio.
    """
    value = getpass.getpass(f"{name}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    path = keep_secret(name, Secret(value), home or default_home())
    out.print(f"kept in {path}, readable by you only")
