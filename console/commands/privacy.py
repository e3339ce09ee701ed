"""`oficio privacy`: what the log knows of a person, sealed, and how it is forgotten."""

from __future__ import annotations

from pathlib import Path

import cyclopts

from console.words import out, print_json
from flows.desk import open_office
from records.privacy import erase as forget

__all__ = ["app"]

app = cyclopts.App(name="privacy", help="Forget a person's sealed values.", result_action="return_value")


@app.command
def erase(
    subject: str, /, *, ground: str, home: Path | None = None, config: Path | None = None, json: bool = False
) -> int:
    """Forget a person's sealed values: the key goes, an event says so, and the log still verifies.

    Args:
        subject: the person, by what named them when the values were sealed: for a sender of mails, the address.
        ground: why, such as "GDPR art. 17(1)(a)".
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
        json: print JSON.
    """
    with open_office(home, config, flow="privacy") as office:
        erased = forget(office.records, subject, ground=ground)
    if json:
        print_json({"subject": erased.subject, "known": erased.known})
        return 0
    if not erased.known:
        out.print("[yellow]nothing was sealed under that name[/]: check how the person was named")
    out.print(f"erased; in the log this person is {erased.subject}", soft_wrap=True)
    return 0
