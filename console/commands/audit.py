"""`oficio audit`: verify the log, show a work item's life, the heads that were handed out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import cyclopts
from rich.table import Table

from bots.auditor import heads_folder, kept_heads, story
from config.errors import OficioError
from console.words import err, out, print_json
from flows.desk import open_office
from records import Records, Verification, work_items

__all__ = ["app", "print_verification"]

app = cyclopts.App(name="audit", help="Verify, show and export the audit log.", result_action="return_value")


@app.command
def verify(
    *, heads: Path | None = None, home: Path | None = None, config: Path | None = None, json: bool = False
) -> int:
    """Verify every event, every checkpoint, and every head that was handed out.

    Args:
        heads: folder with the auditor's own heads (*.note); the office's copy of them when left out.
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
        json: print JSON.

    Returns:
        0 when all is well, 4 when the log is broken.
    """
    with open_office(home, config, flow="audit") as office:
        verification = office.records.log.verify(kept_heads(heads or heads_folder(office)))
    if json:
        print_json({"ok": verification.ok, **asdict(verification)})
    else:
        print_verification(verification)
    return 0 if verification.ok else 4


def print_verification(verification: Verification) -> None:
    """The result of a verification in words."""
    if verification.ok:
        out.print(f"[green]verified[/]  {verification.size} events, {verification.checkpoints} checkpoints agree")
        if verification.covered < verification.size:
            out.print(
                f"[dim]{verification.size - verification.covered} events are not signed yet: `oficio run seal`[/]"
            )
        return
    for finding in verification.findings:
        err.print(f"[bold red]{finding.kind}[/]  {finding.says}", soft_wrap=True)


@app.command
def show(item: str, /, *, home: Path | None = None, config: Path | None = None, json: bool = False) -> int:
    """Tell a work item's whole life, from the log alone.

    Args:
        item: its id, the beginning of it, or its key.
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
        json: print JSON.
    """
    with open_office(home, config, flow="audit") as office:
        chapters = story(office.records, item_named(office.records, item), office.settings.language)
    if json:
        print_json([asdict(chapter) for chapter in chapters])
        return 0
    table = Table("event", "when", "who", "what", box=None, header_style="bold", pad_edge=False)
    for chapter in chapters:
        details = "".join(f"\n[dim]  {_plain(line)}[/]" for line in chapter.details)
        when = chapter.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        table.add_row(str(chapter.seq), when, chapter.who, _plain(chapter.what) + details)
    out.print(table)
    return 0


@app.command
def heads(*, home: Path | None = None, config: Path | None = None, json: bool = False) -> int:
    """Show the checkpoints that were signed, and what verifies them.

    Args:
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
        json: print JSON.
    """
    with open_office(home, config, flow="audit") as office:
        checkpoints = office.records.log.checkpoints()
        key, folder = str(office.records.log.key), heads_folder(office)
    if json:
        print_json({"key": key, "folder": str(folder), "checkpoints": [asdict(one) for one in checkpoints]})
        return 0
    table = Table("events", "root", box=None, header_style="bold", pad_edge=False)
    for one in checkpoints[-20:]:
        table.add_row(str(one.size), one.root)
    out.print(table)
    out.print(f"key     {key}", soft_wrap=True)
    out.print(f"folder  {folder}", soft_wrap=True)
    return 0


def item_named(records: Records, name: str) -> str:
    """The id of the item with that id, beginning of an id, or key.

    Raises:
        OficioError: OF707 none, OF721 several.
    """
    with records.read() as tx:
        found = work_items.find(tx, key=name, limit=2) or work_items.starting_with(tx, name.lower(), limit=2)
    if len(found) > 1:
        raise OficioError("OF721", name=name, first=found[0].id, second=found[1].id)
    return found[0].id if found else name


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
