"""`oficio up`: a local Prefect server and the schedules of prefect.yaml, until Ctrl+C."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from config.settings import load_settings
from console.signals import stops_as_told
from console.words import err, out
from flows.environment import client_environment
from flows.server import end_group, running_server

__all__ = ["up"]


def up(*, port: int = 4200, home: Path | None = None, config: Path | None = None) -> int:
    """Start a local server and serve the office's flows on their schedules.

    Args:
        port: of the server, on 127.0.0.1.
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
    """
    settings = load_settings(home, config)
    with stops_as_told(), ExitStack() as running:
        with err.status("starting the server"):
            server = running.enter_context(running_server(settings.home, port=port, ui=True))
        out.print(f"Prefect's pages: [link]http://127.0.0.1:{server.port}[/link]   stop with Ctrl+C")
        environment = {
            **os.environ,
            **client_environment(settings.home, server.api_url),
            "OFICIO_HOME": str(settings.home),
            "OFICIO_CONFIG": str(settings.directory),
        }
        return _serve(environment)


def _serve(environment: dict[str, str]) -> int:
    worker = subprocess.Popen([sys.executable, "-m", "flows.serve"], env=environment, start_new_session=True)
    try:
        return worker.wait()
    except KeyboardInterrupt:
        out.print("stopping")
        return 0
    finally:
        end_group(worker)
