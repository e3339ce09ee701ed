"""`oficio demo`: the whole job on a small company, offline; twice enters nothing twice."""

from __future__ import annotations

import os
import time
from pathlib import Path

from config.errors import Language
from config.settings import CONFIG, load_settings
from console import demonstration
from console.phrases import say
from console.showing import show
from console.signals import stops_as_told
from console.watching import ProgressView
from console.words import out
from flows.child import run_flow

__all__ = ["demo"]


def demo(
    *,
    home: Path = Path(".demo"),
    serve: bool = False,
    plain: bool = False,
    seed: int = 2026,
    reset: bool = False,
    language: Language | None = None,
) -> int:
    """Run the main job on the demo company: mailbox, watched folder, legacy system, bank and all.

    Args:
        home: where the demo office lives; a second run finds it as the first left it.
        serve: keep the legacy system and the mailbox up afterwards, to play with.
        plain: without a Prefect server, as `oficio run` does it.
        seed: of the generated documents.
        reset: start over from nothing.
        language: en or es; that of config/oficio.yaml when left out.

    Returns:
        0 when the day's work is done, 1 when a system failed, 4 when the audit log does not verify.
    """
    started = time.monotonic()
    home = home.resolve()
    if reset:
        demonstration.remove(home)
    tongue = language or load_settings(home, CONFIG).language
    with (
        stops_as_told(),
        demonstration.prepare(home, seed=seed, server=not plain, language=tongue) as office,
    ):
        os.environ.update(office.rig.environment)
        settings = load_settings(home, office.rig.config)
        before = office.entered()
        with ProgressView(keep=True, language=tongue) as progress:
            if office.server is None:
                report = demonstration.run_plain(settings, progress)
            else:
                report = run_flow(settings, "invoices", office.server.api_url, progress.line)
        code = show(office, settings, report, new=office.entered() - before, language=tongue)
        seconds = f"{time.monotonic() - started:.0f}"
        out.print(f"[dim]{say('{seconds} s in all', tongue).format(seconds=seconds)}[/]")
        if serve:
            demonstration.keep_up(office, tongue)
    return code
