"""A local Prefect server of the office's own: started in the background, waited for, stopped without a trace."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.errors import ApplicationException
from flows.environment import server_environment

__all__ = ["LocalServer", "answers", "end_group", "free_port", "running_server", "start_server"]

START_SECONDS = 120
STOP_SECONDS = 15


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(api_url: str) -> bool:
    """Whether a Prefect server answers at this address, as PREFECT_API_URL names it."""
    try:
        with urllib.request.urlopen(f"{api_url}/health", timeout=2):  # noqa: S310 - an address of the configuration
            return True
    except (urllib.error.URLError, OSError, ValueError):
        return False


@dataclass
class LocalServer:
    """A server process that was started and may not answer yet."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def api_url(self) -> str:
        """What clients set as PREFECT_API_URL."""
        return f"http://127.0.0.1:{self.port}/api"

    def wait(self, seconds: float = START_SECONDS) -> None:
        """Wait until the server answers.

        Raises:
            ApplicationException: OF801 when it ended or did not answer in time; its log tells why.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise ApplicationException("OF801", str(self.log), why=f"it ended with code {self.process.returncode}")
            if answers(self.api_url):
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.2)
        raise ApplicationException("OF801", str(self.log), why=f"no answer within {seconds:.0f} s")

    def stop(self) -> None:
        """End the server and all its processes; nothing is left running."""
        end_group(self.process)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads its group, and the group with it: asked first, then killed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            break
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # children that outlived it


def start_server(home: Path, *, port: int | None = None, ui: bool = False) -> LocalServer:
    """Start a server on 127.0.0.1 with its database in `home`/prefect; returns at once."""
    folder = home / "prefect"
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    log = folder / "server.log"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("ab") as sink:
        process = subprocess.Popen(
            command if ui else [*command, "--no-ui"],
            env={**os.environ, **server_environment(home)},
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    return LocalServer(process, port, log)


@contextlib.contextmanager
def running_server(home: Path, *, port: int | None = None, ui: bool = False) -> Iterator[LocalServer]:
    """A server for the length of a block."""
    server = start_server(home, port=port, ui=ui)
    try:
        server.wait()
        yield server
    finally:
        server.stop()
