"""`oficio demo`: the whole job on a small company, offline; twice enters nothing twice."""

from __future__ import annotations

import os
import time
from pathlib import Path

from config.settings import load_settings
from console import demonstration
from console.signals import stops_as_told
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
        plain: without a Prefect server, as `oficio run` does it.
        seed: of the generated documents.
        reset: start over from nothing.

    Returns:
        0 when the day's work is done, 1 when a system failed, 4 when the audit log does not verify.
    """
    started = time.monotonic()
    home = home.resolve()
    if reset:
        demonstration.remove(home)
    with stops_as_told(), demonstration.prepare(home, seed=seed, server=not plain) as office:
        os.environ.update(office.rig.environment)
        settings = load_settings(home, office.rig.config)
        before = demonstration.entered(office)
        with demonstration.watched() as watch:
            if office.server is None:
                report = demonstration.run_plain(settings, watch)
            else:
                report = run_flow(settings, "invoices", office.server.api_url, watch.line)
        code = demonstration.show(office, settings, report, new=demonstration.entered(office) - before)
        out.print(f"[dim]{time.monotonic() - started:.0f} s in all[/]")
        if serve:
            demonstration.keep_up(office)
    return code
