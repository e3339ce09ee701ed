"""Serve the deployments of prefect.yaml from this process, with limits and automations applied first."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from prefect import aserve
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron, Interval, Schedule

from config.settings import Settings, load_settings
from flows.automations import apply_automations
from flows.limits import apply_limits

__all__ = ["deployments", "main"]

PREFECT_YAML = Path(__file__).parent.parent / "prefect.yaml"


def deployments(parameters: dict[str, Any], path: Path = PREFECT_YAML) -> list[RunnerDeployment]:
    """The deployments of prefect.yaml, to be served; `parameters` go to every flow."""
    return [_deployment(entry, parameters) for entry in yaml.safe_load(path.read_text("utf-8"))["deployments"]]


def _deployment(entry: dict[str, Any], parameters: dict[str, Any]) -> RunnerDeployment:
    path, _, name = entry["entrypoint"].partition(":")
    flow = getattr(importlib.import_module(path.removesuffix(".py").replace("/", ".")), name)
    deployment: RunnerDeployment = flow.to_deployment(
        name=entry["name"],
        description=entry["description"],
        tags=entry["tags"],
        parameters=entry["parameters"] | parameters,
        schedules=[_schedule(**one) for one in entry["schedules"]],
        concurrency_limit=entry["concurrency_limit"]["limit"],
    )
    return deployment


def _schedule(interval: float | None = None, cron: str = "", timezone: str | None = None) -> Schedule:
    return Interval(interval, timezone=timezone) if interval else Cron(cron, timezone=timezone)


async def serve_office(settings: Settings, served: Sequence[RunnerDeployment]) -> None:
    """Apply limits and automations, then serve until this process is told to stop."""
    await apply_limits(settings.systems)
    await apply_automations()
    await aserve(*served, pause_on_shutdown=False, limit=2)


def main() -> None:
    """Entry point of `python -m flows.serve`, as `oficio up` starts it."""
    settings = load_settings()
    served = deployments({"home": str(settings.home), "config": str(settings.directory)})
    try:
        asyncio.run(serve_office(settings, served))
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
