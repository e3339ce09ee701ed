"""`oficio demo`: the whole job on a small company, offline; twice enters nothing twice."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from pathlib import Path

from config.settings import load_settings
from console import demonstration
from console.words import out
from flows.child import run_flow

__all__ = ["demo"]


def demo(
    *, home: Path = Path(".demo"), serve: bool = False, plain: bool = False, seed: int = 2026, reset: bool = False
) -> int:
    """Run the main job on the demo company: mailbox, watched folder, legacy system, bank and all.

    Args:
        home: where the demo office lives; a second run finds it as the first left it.
        serve: keep the legacy system and the mailbox up afterwards, to play with.
        plain: without a Prefect server (`oficio run`'s way).
        seed: of the generated documents.
        reset: start over from nothing.

    Returns:
        0 when the day's work is done as expected, 1 when a system failed, 4 when the audit log does not verify.
    """
    started = time.monotonic()
    if reset:
        demonstration.remove(home)
    with ExitStack() as running:
        office = demonstration.prepare(home.resolve(), seed=seed, running=running, server=not plain)
        settings = load_settings(office.home, office.config)
        os.environ.update(office.environment)
        before = demonstration.entered_rows(office)
        with demonstration.progress() as view:
            if office.server is None:
                report = demonstration.run_plain(settings, view)
            else:
                office.server.wait()
                report = run_flow(settings, "invoices", office.server.api_url, view.line)
        code = demonstration.show(office, settings, report, new=demonstration.entered_rows(office) - before)
        out.print(f"\n[dim]{time.monotonic() - started:.0f} s in all[/]")
        if serve:
            demonstration.keep_up(office)
    return code
