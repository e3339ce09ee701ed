"""What Prefect costs: the same batch by `oficio run` and by the flow on a server, each in a fresh office.

    python -m benchmarks.prefect_share [--items 25 500]

The server is up before the clock starts.  Wall seconds of the whole command, and of the stages as the job itself
measured them; the difference is what starting and Prefect cost.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.small_office import SmallOffice, small_office
from config.settings import load_settings
from flows.child import run_flow
from flows.server import LocalServer, running_server

__all__ = ["main"]


def _plain(office: SmallOffice) -> float:
    started = time.monotonic()
    command = [sys.executable, "-m", "console", "run", "invoices", "--json"]
    environment = {**os.environ, **office.rig.environment}
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(done.stderr.decode(errors="replace"))
    return time.monotonic() - started


def _flow(office: SmallOffice, server: LocalServer) -> float:
    started = time.monotonic()
    settings = load_settings(office.rig.home, office.rig.config)
    run_flow(settings, "invoices", server.api_url, lambda _: None, **office.rig.environment)
    return time.monotonic() - started


def main() -> int:
    """Print a row a size; 1 when Prefect's share at 500 items or more is over 10 %."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, nargs="+", default=[25, 500])
    sizes = parser.parse_args().items
    base = Path(tempfile.mkdtemp(prefix="oficio-prefect-"))
    over = False
    print(f"{'items':>6} {'oficio run':>11} {'flow':>9} {'difference':>11} {'share':>7}")
    with running_server(base / "server") as server:
        for size in sizes:
            with small_office(base / f"plain-{size}", invoices=size) as office:
                plain = _plain(office)
                _check(office, size)
            with small_office(base / f"flow-{size}", invoices=size) as office:
                flow = _flow(office, server)
                _check(office, size)
            share = (flow - plain) / flow
            over |= size >= 500 and share > 0.10
            print(f"{size:6d} {plain:9.1f} s {flow:7.1f} s {flow - plain:9.1f} s {100 * share:6.1f}%", flush=True)
    shutil.rmtree(base)
    return 1 if over else 0


def _check(office: SmallOffice, size: int) -> None:
    rows = office.rig.entered()
    if len(rows) != size:
        raise SystemExit(f"{len(rows)} of {size} invoices were entered: the two runs are not the same work")


if __name__ == "__main__":
    sys.exit(main())
