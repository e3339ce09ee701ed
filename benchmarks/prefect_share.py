"""What Prefect costs: the same batch by `oficio run` and by the flow on a server, each in a fresh office.

    python -m benchmarks.prefect_share [--items 25 500]

The server is up before the clock starts.  Wall seconds are of the whole command; processor seconds are of the command
with all processes that it started, and of the server meanwhile.  On a machine that has other work to do, the wall
seconds are those of the other work too: there the share of processor time is the one to quote.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.small_office import SmallOffice, small_office
from config.settings import load_settings
from flows.child import run_flow
from flows.server import LocalServer, running_server

__all__ = ["main"]

MOST = 0.10
"""Prefect's share of the run's time, from LARGE items on."""
LARGE = 500


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of one run: by the clock, of the processor, and of the server's processor time in it."""

    wall: float
    processor: float
    server: float


def _measured(job: Callable[[], None], server: LocalServer) -> Cost:
    wall, own, serving = time.monotonic(), _of_children(), _of_process(server.process.pid)
    job()
    spent = _of_process(server.process.pid) - serving
    return Cost(time.monotonic() - wall, _of_children() - own + spent, spent)


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _of_process(pid: int) -> float:
    """Processor seconds of a living process (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _plain(office: SmallOffice) -> None:
    command = [sys.executable, "-m", "console", "run", "invoices", "--json"]
    environment = {**os.environ, **office.rig.environment}
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(done.stderr.decode(errors="replace"))


def _flow(office: SmallOffice, server: LocalServer) -> None:
    settings = load_settings(office.rig.home, office.rig.config)
    run_flow(settings, "invoices", server.api_url, lambda _: None, **office.rig.environment)


def _both(base: Path, size: int, server: LocalServer) -> tuple[Cost, Cost]:
    with small_office(base / f"plain-{size}", invoices=size) as office:
        plain = _measured(lambda: _plain(office), server)
        entered = _entered(office)
    with small_office(base / f"flow-{size}", invoices=size) as office:
        flow = _measured(lambda: _flow(office, server), server)
        if not entered or _entered(office) != entered:
            raise SystemExit(f"{len(entered)} and {len(_entered(office))} of {size} were entered: not the same work")
    return plain, flow


def _entered(office: SmallOffice) -> list[str]:
    return sorted(row["number"] for row in office.rig.entered())


def main() -> int:
    """Print a row a size; 1 when Prefect's share of the processor time at 500 items or more is over 10 %."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, nargs="+", default=[25, LARGE])
    sizes = parser.parse_args().items
    base = Path(tempfile.mkdtemp(prefix="oficio-prefect-"))
    over = False
    print(f"{'items':>6} {'':>10} {'oficio run':>11} {'flow':>9} {'difference':>11} {'share':>7}")
    with running_server(base / "server") as server:
        for size in sizes:
            plain, flow = _both(base, size, server)
            over |= size >= LARGE and _share(plain.processor, flow.processor) > MOST
            _print(size, "wall", plain.wall, flow.wall)
            _print(size, "processor", plain.processor, flow.processor, f"  server {flow.server:.1f} s")
    shutil.rmtree(base)
    return 1 if over else 0


def _share(plain: float, flow: float) -> float:
    return (flow - plain) / flow


def _print(size: int, what: str, plain: float, flow: float, more: str = "") -> None:
    row = f"{size:6d} {what:>10} {plain:9.1f} s {flow:7.1f} s {flow - plain:9.1f} s {100 * _share(plain, flow):6.1f}%"
    print(row + more, flush=True)


if __name__ == "__main__":
    sys.exit(main())
