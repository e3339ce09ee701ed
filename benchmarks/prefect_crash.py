"""Kill the flow, the worker and the server (SIGKILL) in the middle of a run, and see that work goes on.

    python -m benchmarks.prefect_crash [flow worker server]

Each round: an office with a few invoices, a server, and `flows.serve` as `oficio up` starts it.  After the kill:
the flow heals by itself (its next run takes over); worker and server are started again with the same one command.
Then: every invoice is entered once, and within the automation's window no run stays "Running".
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from benchmarks.small_office import SmallOffice, small_office
from flows.environment import client_environment
from flows.server import LocalServer, free_port, start_server

__all__ = ["KINDS", "main", "processes_of", "start_run"]

KINDS = ("flow", "worker", "server")
HEALED_WITHIN = 600
"""Seconds: the automation's window of 120 s, the slot's lease, the server's clock, and a slow machine."""


@contextmanager
def _serving(office: SmallOffice, server: LocalServer, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        **client_environment(office.rig.home, server.api_url),
        **office.rig.environment,
        **more,
    }
    with (office.rig.home / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.serve"], env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _call(api_url: str, path: str, body: dict[str, Any] | None = None) -> Any:
    answer = httpx.post(f"{api_url}{path}", json=body or {}, timeout=30)
    answer.raise_for_status()
    return answer.json()


def _until(seconds: float, what: str, check: Any) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            if found := check():
                return found
        time.sleep(1)
    raise SystemExit(f"not within {seconds:.0f} s: {what}")


def start_run(api_url: str) -> None:
    """Start a run of the office's deployment, as soon as the server at this address has it."""
    wanted = {"deployments": {"name": {"any_": ["office"]}}}
    found = _until(300, "the deployment is there", lambda: _call(api_url, "/deployments/filter", wanted))
    path, scheduled = f"/deployments/{found[0]['id']}/create_flow_run", {"state": {"type": "SCHEDULED"}}
    _until(60, "the run is made", lambda: _call(api_url, path, scheduled))  # a busy server answers 503


def _states(server: LocalServer) -> Counter[str]:
    runs = _call(server.api_url, "/flow_runs/filter", {"limit": 200})
    return Counter(run["state"]["type"] for run in runs if run["state"]["type"] != "SCHEDULED")


def run_round(folder: Path, kind: str) -> tuple[bool, str]:
    """One round; whether all is well, and what was seen."""
    with small_office(folder, invoices=4) as office:
        server = start_server(office.rig.home, port=free_port())
        try:
            server.wait()
            server = _disturb(office, server, kind)
            entered = _finish(office, server)
            left = _until(HEALED_WITHIN, "no run is Running", lambda: _calm(server))
            rows = Counter(row["number"] for row in office.rig.entered())
            good = rows == Counter(dict.fromkeys(office.good, 1)) and office.verify().ok
            return good, f"{entered:.0f} s until all was entered; runs: {left}"
        finally:
            server.stop()


def _calm(server: LocalServer) -> str:
    states = _states(server)
    return "" if states["RUNNING"] or states["PENDING"] else ", ".join(f"{n} {s}" for s, n in sorted(states.items()))


def _disturb(office: SmallOffice, server: LocalServer, kind: str) -> LocalServer:
    """Start a run and kill what is to be killed in the middle of it."""
    with _serving(office, server, OFICIO_CRASH_AT="entry.confirmed:2" if kind == "flow" else "") as worker:
        start_run(server.api_url)
        _until(240, "two invoices are entered", lambda: len(office.rig.entered()) >= 2)
        if kind == "flow":
            _until(60, "the killed run is Crashed", lambda: _states(server)["CRASHED"])
        elif kind == "worker":
            os.killpg(worker.pid, signal.SIGKILL)
            for child in processes_of(office.rig.home):
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
        elif kind == "server":
            os.killpg(server.process.pid, signal.SIGKILL)
            server.process.wait()
            server = start_server(office.rig.home, port=server.port)
            server.wait()
            _until(240, "all is entered", lambda: len(office.rig.entered()) >= len(office.good))
    return server


def processes_of(home: Path) -> list[int]:
    """Processes of this machine that work for the office of this home, other than this one."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            environment = (folder / "environ").read_bytes()
            if f"OFICIO_HOME={home}\0".encode() in environment and int(folder.name) != os.getpid():
                found.append(int(folder.name))
    return found


def _finish(office: SmallOffice, server: LocalServer) -> float:
    """The same command again, and how long until everything is entered."""
    started = time.monotonic()
    with _serving(office, server):
        start_run(server.api_url)
        _until(HEALED_WITHIN, "everything is entered", lambda: not office.unfinished())
        _until(HEALED_WITHIN, "the runs end", lambda: _calm(server))
    return time.monotonic() - started


def main() -> int:
    """A line a kind; 0 when all is well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="|".join(KINDS), help="all of them when left out")
    base = Path(tempfile.mkdtemp(prefix="oficio-prefect-"))
    good = True
    for kind in parser.parse_args().kinds or KINDS:
        well, says = run_round(base / kind, kind)
        good &= well
        print(f"kill -9 of the {kind:<7} {'ok' if well else 'WRONG'}: {says}", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
