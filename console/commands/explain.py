"""`oficio explain CODE`: what a code means and how to mend it."""

from __future__ import annotations

from rich.panel import Panel
from rich.table import Table

from config.errors import ConfigError, catalogue
from config.errors import explain as explanation
from console.words import out, print_json

__all__ = ["explain"]


def explain(code: str | None = None, /, *, json: bool = False) -> None:
    """Explain an error code, or list them all.

    Args:
        code: such as OF203; all codes when left out.
        json: print JSON.
    """
    if code is None:
        _list(json)
        return
    try:
        entry = explanation(code)
    except KeyError:
        known = ", ".join(catalogue())
        raise ConfigError("OF105", thing="code", name=code, known=known) from None
    if json:
        print_json({"code": entry.code, "what": dict(entry.what), "mend": dict(entry.mend)})
        return
    for language, title in (("en", "English"), ("es", "Español")):
        text = f"{entry.what[language]}\n\n[dim]{entry.mend[language]}[/dim]"
        out.print(Panel(text, title=f"{entry.code} · {title}", title_align="left"))


def _list(json: bool) -> None:
    entries = catalogue().values()
    if json:
        print_json([{"code": e.code, "what": dict(e.what), "mend": dict(e.mend)} for e in entries])
        return
    table = Table("code", "what", box=None, header_style="bold")
    for entry in entries:
        table.add_row(entry.code, entry.what["en"])
    out.print(table)
