"""What `oficio demo` does: set the office up, run the job with progress, and show what came of it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.rule import Rule
from rich.table import Table

from bots.auditor import heads_folder, kept_heads
from bots.office import Office
from config.settings import CONFIG, Settings, load_settings
from console.commands.queue import described
from console.words import err, out, state_text
from demo.company import build
from demo.rig import Rig, open_rig
from flows.desk import open_office
from flows.processes import RunReport, process_named, steps
from flows.server import LocalServer, start_server
from records import WorkItem, audit, documents, reviews, work_items

__all__ = ["DemoOffice", "Watch", "entered", "keep_up", "prepare", "remove", "run_plain", "show", "watched"]

STAGES = {
    "collect": "collecting mail and files",
    "read": "reading documents",
    "check": "checking them",
    "enter": "entering in the legacy system",
    "reconcile": "reconciling with list and bank",
    "seal": "sealing the audit log",
}
MARKER = "oficio-demo-office"


@dataclass(frozen=True)
class DemoOffice:
    """The running demo office; `server` is None when it runs without Prefect."""

    rig: Rig
    server: LocalServer | None


def remove(home: Path) -> None:
    """Remove a demo office; nothing else, even when the path was mistyped."""
    if (home / MARKER).exists():
        shutil.rmtree(home)


@contextmanager
def prepare(home: Path, *, seed: int, server: bool) -> Iterator[DemoOffice]:
    """Set the office up: its company, mailbox and legacy system; the Prefect server starts meanwhile."""
    home.mkdir(parents=True, exist_ok=True)
    (home / MARKER).touch()
    with ExitStack() as running:
        prefect = start_server(home) if server else None
        if prefect is not None:
            running.callback(prefect.stop)
        with err.status("setting up the office: its mailbox, its legacy system, a Prefect server"):
            build(home, seed)
            suppliers = load_settings(home, CONFIG).suppliers.values()
            codes = {supplier.legacy_code: supplier.name for supplier in suppliers if supplier.legacy_code}
            rig = running.enter_context(open_rig(home, config=CONFIG, suppliers=codes))
            if prefect is not None:
                prefect.wait()
        yield DemoOffice(rig, prefect)


class Watch:
    """Progress of the stages as one line each, from callbacks or from JSON lines of another process."""

    def __init__(self, bars: Progress):
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int | None, note: str) -> None:
        """A `bots.office.Progress`."""
        if stage not in self._tasks:
            for task in self._tasks.values():
                self._bars.update(task, total=1, completed=1, note="")
            self._tasks[stage] = self._bars.add_task(STAGES.get(stage, stage), total=total, note="")
        self._bars.update(self._tasks[stage], completed=done, total=total, note=f"{done} {note}"[:60])

    def line(self, line: Mapping[str, Any]) -> None:
        """One JSON line of `flows.desk.progress_lines`."""
        self(str(line.get("stage")), int(line.get("done", 0)), line.get("total"), str(line.get("note", "")))


@contextmanager
def watched() -> Iterator[Watch]:
    """A watch on the terminal; without a terminal it says nothing."""
    columns = (SpinnerColumn(finished_text="[green]✓"), TextColumn("{task.description:<32}"), BarColumn(bar_width=20))
    more = (TimeElapsedColumn(), TextColumn("[dim]{task.fields[note]}"))
    with Progress(*columns, *more, console=err, disable=not err.is_terminal) as bars:
        yield Watch(bars)


def run_plain(settings: Settings, watch: Callable[[str, int, int | None, str], None]) -> dict[str, Any]:
    """The job without any server, as `oficio run` does it."""
    report = RunReport("invoices")
    with open_office(settings=settings, flow="invoices", progress=watch) as office:
        for result in steps(office, process_named("invoices")):
            report.results.append(result)
    return report.to_json()


def entered(office: DemoOffice) -> int:
    """How many invoices the legacy system's own database holds."""
    return len(office.rig.entered())


def show(demo: DemoOffice, settings: Settings, report: Mapping[str, Any], *, new: int) -> int:
    """The table of what came, what happened and why; the files that were made; the log's verification.

    Returns:
        0 as it should be, 1 a system failed a step, 4 the audit log does not verify.
    """
    with open_office(settings=settings, flow="demo") as office:
        _what_came(office)
        _what_was_made(office, demo)
        verification = office.records.log.verify(kept_heads(heads_folder(office)))
    total = entered(demo)
    if new:
        out.print(f"\n[bold green]{new} invoices entered[/], each once: the legacy system now holds {total}.")
    else:
        out.print(
            f"\n[bold green]Nothing new was entered[/]: the legacy system still holds its {total} invoices, each once."
        )
    mark = "[bold green]verified[/]" if verification.ok else "[bold red]BROKEN[/]"
    out.print(f"Audit log: {mark}: {verification}")
    failed = [step for step in report["steps"] if step["error"]]
    for step in failed:
        out.print(
            f"[red]{step['step']} was stopped: {step['error']['code']}[/] (oficio explain {step['error']['code']})"
        )
    _how_to_look_further(demo)
    return 4 if not verification.ok else 1 if failed else 0


def _what_came(office: Office) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False, show_lines=False)
    for column in ("document", "from", "number", "amount"):
        table.add_column(column, overflow="ellipsis", no_wrap=True, max_width=30)
    table.add_column("what happened", no_wrap=True)
    table.add_column("why", overflow="fold")
    with office.records.read() as tx:
        items = work_items.find(tx, "invoices")
        for item in items:
            waiting = [task for task in reviews.of_item(tx, item.id) if task.state == "open"]
            name, brought = _arrival(tx, item)
            _, number, amount = described(item)
            why = _why(item, waiting, office)
            table.add_row(name, brought, number, amount, state_text(item.state), why)
        for event in _without_document(tx):
            table.add_row(f"[dim]{event[0]}[/]", "mail", "", "", "[dim]kept[/]", event[1])
    counts = Counter(item.state for item in items)
    out.print(Rule("what came, and what happened to it", style="dim"))
    out.print(table)
    out.print("  ".join(f"[bold]{count}[/] {state}" for state, count in counts.most_common()))


def _arrival(tx: Any, item: WorkItem) -> tuple[str, str]:
    source = next((document.sha256 for document in item.documents if document.role == "source"), None)
    arrivals = documents.arrivals(tx, source) if source else []
    name = str(item.payload.get("facts", {}).get("file") or (arrivals[0].name if arrivals else item.id))
    return name, arrivals[0].source if arrivals else ""


def _why(item: WorkItem, waiting: list[reviews.ReviewTask], office: Office) -> str:
    language = office.settings.language
    if waiting:
        persons = " [dim](two persons)[/]" if waiting[0].needs > 1 else ""
        return waiting[0].reasons[0].text(language) + persons
    return item.reason.text(language) if item.reason else ""


def _without_document(tx: Any) -> Iterator[tuple[str, str]]:
    start = 0
    while events := audit.read(tx, start):
        for event in events:
            if event.action == "mail.no_document":
                after = event.body.get("after", {})
                yield str(after.get("subject", "")), "a mail without any document"
        start = events[-1].seq + 1


def _what_was_made(office: Office, demo: DemoOffice) -> None:
    home = demo.rig.home
    workbooks = sorted((home / "out").rglob("*.xlsx"), key=lambda path: path.stat().st_mtime)
    shots = 0
    with office.records.read() as tx:
        for item in work_items.find(tx, "invoices", states=["entered", "reconciled"]):
            for event in audit.of_item(tx, item.id):
                shots += sum(1 for shown in event.body.get("evidence", ()) if shown["kind"].startswith("screenshot"))
    out.print(Rule("what was made", style="dim"))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("reconciliation workbook", str(workbooks[-1]) if workbooks else "-")
    table.add_row("evidence", f"{shots} screenshots and every original, in {home / 'archive'}")
    table.add_row("audit log's signed heads", str(heads_folder(office)))
    out.print(table)


def _how_to_look_further(demo: DemoOffice) -> None:
    home = demo.rig.home
    out.print(Rule("look further", style="dim"))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row(f"[bold]export OFICIO_HOME={home}[/]", "[dim]then (uv run):[/]")
    table.add_row("oficio review", "what waits for a person, and decide it")
    table.add_row("oficio audit show ITEM", "one document's whole life")
    table.add_row("oficio audit verify", "check every event and signature")
    table.add_row("oficio demo --serve", "keep the legacy system and the mailbox up to play with")
    out.print(table)


def keep_up(demo: DemoOffice) -> None:
    """Keep the servers up until Ctrl+C, and say where they are."""
    rig = demo.rig
    out.print(Rule("still running, until Ctrl+C", style="dim"))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("legacy system", f"{rig.legacy_url}  user maria, password maria-1984")
    table.add_row("mailbox (IMAP)", f"{rig.mailbox.host}:{rig.mailbox.port}  user invoices, password demo-buzon-1984")
    table.add_row("watched folder", str(rig.home / "inbox"))
    if demo.server is not None:
        table.add_row("Prefect's API", demo.server.api_url)
    for name, value in sorted(rig.environment.items()):
        table.add_row(f"[dim]export {name}[/]", f"[dim]{value}[/]")
    out.print(table)
    try:
        rig.mailbox.process.wait()
    except KeyboardInterrupt:
        out.print("stopped")
