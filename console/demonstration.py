"""What `oficio demo` does: set the office up, run the job, and keep it up to play with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.rule import Rule
from rich.table import Table

from bots.office import Progress
from config.errors import Language
from config.settings import CONFIG, Settings, load_settings
from console.phrases import say
from console.words import err, out
from demo.company import build
from demo.rig import Rig, open_rig
from flows.desk import open_office
from flows.processes import run
from flows.server import LocalServer, start_server

__all__ = ["DemoOffice", "keep_up", "prepare", "remove", "run_plain"]

MARKER = "oficio-demo-office"


@dataclass(frozen=True)
class DemoOffice:
    """The running demo office; `server` is None when it runs without Prefect."""

    rig: Rig
    server: LocalServer | None

    def entered(self) -> int:
        """How many invoices the legacy system's own database holds."""
        return len(self.rig.entered())


def remove(home: Path) -> None:
    """Remove a demo office; nothing else, even when the path was mistyped."""
    if (home / MARKER).exists():
        shutil.rmtree(home)


@contextmanager
def prepare(home: Path, *, seed: int, server: bool, language: Language = "en") -> Iterator[DemoOffice]:
    """Set the office up: its company, mailbox and legacy system; the Prefect server starts meanwhile."""
    home.mkdir(parents=True, exist_ok=True)
    (home / MARKER).touch()
    with ExitStack() as running:
        prefect = start_server(home) if server else None
        if prefect is not None:
            running.callback(prefect.stop)
        with err.status(say("setting up the office: its mailbox, its legacy system, a Prefect server", language)):
            build(home, seed)
            suppliers = load_settings(home, CONFIG).suppliers.values()
            codes = {supplier.legacy_code: supplier.name for supplier in suppliers if supplier.legacy_code}
            rig = running.enter_context(open_rig(home, config=CONFIG, suppliers=codes))
            if prefect is not None:
                prefect.wait()
        yield DemoOffice(rig, prefect)


def run_plain(settings: Settings, progress: Progress) -> dict[str, Any]:
    """The job without any server, as `oficio run` does it."""
    with open_office(settings=settings, flow="invoices", progress=progress) as office:
        return run(office, "invoices").to_json()


def keep_up(demo: DemoOffice, language: Language) -> None:
    """Keep the servers up until Ctrl+C, and say where they are."""
    rig = demo.rig
    out.print(Rule(say("still running, until Ctrl+C", language), style="dim"))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("legacy system", f"{rig.legacy_url}  user maria, password maria-1984")
    table.add_row("mailbox (IMAP)", f"{rig.mailbox.host}:{rig.mailbox.port}  user invoices, password demo-buzon-1984")
    table.add_row("watched folder", str(rig.home / "inbox"))
    if demo.server is not None:
        table.add_row("Prefect's API", demo.server.api_url)
    out.print(table)
    for name, value in sorted(rig.environment.items()):
        out.print(f"[dim]export {name}={value}[/]", soft_wrap=True)
    with suppress(KeyboardInterrupt):
        rig.mailbox.process.wait()
