"""`oficio audit`: verify the log, show a work item's life, the heads that were handed out."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import cyclopts
from rich.table import Table

from bots.auditor import export_bundle, heads_folder, kept_heads, story
from config.errors import ConfigError, OficioError
from console.words import err, out, print_json
from flows.desk import open_office
from records import Records, Verification, work_items
from records.export import Choice
from records.replay import compare as replayed

__all__ = ["app", "print_verification"]

app = cyclopts.App(name="audit", help="Verify, show and export the audit log.", result_action="return_value")


@app.command
def verify(
    *,
    heads: Path | None = None,
    since: Path | None = None,
    item: str | None = None,
    home: Path | None = None,
    config: Path | None = None,
    json: bool = False,
) -> int:
    """Verify every event, every checkpoint, and every head that was handed out; or what came since, or one item.

    Args:
        heads: folder with the auditor's own heads (*.note); the office's copy of them when left out.
        since: only what came after this head (a .note file), which vouches for what lies before it.
        item: only the events of this work item (its id, the beginning of it, or its key), against the last head.
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
        json: print JSON.

    Returns:
        0 when all is well, 4 when the log is broken.
    """
    with open_office(home, config, flow="audit") as office:
        log, kept = office.records.log, kept_heads(heads or heads_folder(office))
        if since is not None:
            verification = log.verify_since(_read(since))
        elif item is not None:
            verification = log.verify_item(item_named(office.records, item), kept)
        else:
            verification = log.verify(kept)
    if json:
        print_json({"ok": verification.ok, **asdict(verification)})
    else:
        print_verification(verification)
    return 0 if verification.ok else 4


def _read(head: Path) -> str:
    try:
        return head.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("OF734", str(head), why=error) from error


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
        lines = [*chapter.details, *(f"{kind}: {sha256[:16]}" for kind, sha256 in chapter.files)]
        details = "".join(f"\n[dim]  {_plain(line)}[/]" for line in lines)
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


@app.command
def export(
    folder: Path,
    /,
    *,
    item: str | None = None,
    process: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    home: Path | None = None,
    config: Path | None = None,
    json: bool = False,
) -> int:
    """Write a bundle that a stranger can verify: events, tree, checkpoints, evidence, report, and the verifier.

    Args:
        folder: a new folder to write it into.
        item: only this work item: its id, the beginning of it, or its key.
        process: only work of this process.
        since: only from this day (or moment) on, UTC.
        until: only to before this day (or moment), UTC.
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
        json: print JSON.
    """
    with open_office(home, config, flow="audit") as office:
        one = item_named(office.records, item) if item else None
        choice = Choice(one, process, _utc(since), _utc(until))
        bundle = export_bundle(office.records, folder, choice, office.settings.language)
    facts = {"folder": str(folder), "events": len(bundle.events), "size": bundle.size, "evidence": bundle.evidence}
    if json:
        print_json(facts)
    else:
        out.print(f"{len(bundle.events)} of {bundle.size} events and {bundle.evidence} files in [bold]{folder}[/]")
        out.print(f"verify it anywhere: [bold]python {folder}/verify.py {folder}[/]", soft_wrap=True)
    return 0


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


@app.command(name="rotate-key")
def rotate_key(*, home: Path | None = None, config: Path | None = None) -> int:
    """Hand the log over to a new key; the old one is destroyed.

    Args:
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
    """
    with open_office(home, config, flow="audit") as office:
        key = office.records.log.rotate_key()
    out.print(f"the log's key is now {key}", soft_wrap=True)
    return 0


@app.command(name="key-to-keyring")
def key_to_keyring(*, home: Path | None = None, config: Path | None = None) -> int:
    """Keep the log's private key in the keyring of the operating system instead of a file.

    Args:
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
    """
    with open_office(home, config, flow="audit") as office:
        key = office.records.log.move_key_to_keyring()
    out.print(f"in the keyring: the key of {key}", soft_wrap=True)
    return 0


@app.command
def compare(*, home: Path | None = None, config: Path | None = None, json: bool = False) -> int:
    """Replay the log and compare it with the tables and the archive.

    Args:
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
        json: print JSON.

    Returns:
        0 when they agree, 4 when they do not.
    """
    with open_office(home, config, flow="audit") as office:
        differences = replayed(office.records)
    if json:
        print_json([asdict(one) for one in differences])
    elif not differences:
        out.print("[green]log, tables and archive agree[/]")
    for one in () if json else differences:
        err.print(
            f"[bold red]{one.about}[/]  {one.what}: the log says {one.log}, the office {one.office}", soft_wrap=True
        )
    return 4 if differences else 0


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
