"""Run one flow in a process of its own, against a given server; progress and result are JSON lines on stdout.

The caller sees the office's own words only: what Prefect prints at start and shutdown stays in this process's stderr.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from config.errors import ApplicationException
from config.settings import Settings, load_settings
from flows.environment import client_environment

__all__ = ["main", "run_flow"]

_PATIENCE = 10.0
"""Seconds in which a flow that is told to stop may finish the item in hand."""


def run_flow(
    settings: Settings, name: str, api_url: str, progress: Callable[[Mapping[str, Any]], None], **environment: str
) -> dict[str, Any]:
    """Run a flow on the server at `api_url` and return its result.

    Args:
        progress: called with each progress line: stage, done, total, note.
        environment: more variables for the child process.

    Raises:
        ApplicationException: OF802 when the flow's process ended without a result; its log tells why.
    """
    log = settings.home / "prefect" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    variables = {**os.environ, **client_environment(settings.home, api_url), **environment, "OFICIO_PROGRESS": "json"}
    command = [sys.executable, "-m", "flows.child", name, str(settings.home), str(settings.directory)]
    with (
        log.open("ab") as sink,
        subprocess.Popen(
            command, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=sink, text=True
        ) as child,
    ):
        result = None
        try:
            for line in _json_lines(child):
                if "result" in line:
                    result = line["result"]
                else:
                    progress(line)
        except KeyboardInterrupt:
            _end(child)
            raise
    if result is None:
        raise ApplicationException("OF802", str(log), flow=name, status=child.returncode)
    return dict(result)


def _end(child: subprocess.Popen[str]) -> None:
    """End the flow's process and with it all that it started: Prefect may wait for a server that is no more.

    An item that it has in hand is settled by the next run, as after any death.
    """
    child.terminate()
    try:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_PATIENCE)
    finally:  # also when told again to stop
        child.kill()


def _json_lines(child: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    assert child.stdout is not None  # noqa: S101 - it was asked for as a pipe
    for line in child.stdout:
        with contextlib.suppress(json.JSONDecodeError):
            yield json.loads(line)


async def _flow(name: str, settings: Settings) -> dict[str, Any]:
    from flows import invoices
    from flows.limits import apply_limits

    await apply_limits(settings.systems)
    flows = {"invoices": invoices.invoices, "seal": invoices.seal}
    return await flows[name](home=str(settings.home), config=str(settings.directory))


def main() -> None:
    """`python -m flows.child FLOW HOME CONFIG`; the environment names the server (flows.environment)."""
    name, home, config = sys.argv[1:4]
    result = asyncio.run(_flow(name, load_settings(Path(home), Path(config))))
    sys.stdout.write(json.dumps({"result": result}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
