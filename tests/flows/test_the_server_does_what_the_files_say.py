"""A real server: schedules make runs, a run whose process is gone does not stay Running, the reconcile flow runs."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from config.settings import CONFIG
from flows.environment import client_environment
from flows.server import LocalServer, running_server
from tests.entering.offices import wait_until

pytestmark = pytest.mark.prefect
RULES = "name: bank\nleft: {files: ledger.csv}\nright: {files: bank.csv, sign: auto}\n"
LEDGER = "reference,supplier,date,amount,currency\nINV-1,Acero Norte S.L.,2026-03-01,100.00,EUR\n"
BANK = "date,counterparty,text,amount,currency\n" + "".join(
    f"2026-{day},ACERO NORTE,PAGO INV-1,100.00,EUR\n" for day in ("03-31", "04-02")
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    home = tmp_path_factory.mktemp("prefect")
    with pytest.MonkeyPatch.context() as patch, running_server(home) as server:
        for name, value in client_environment(home, server.api_url).items():
            patch.setenv(name, value)
        with temporary_settings({PREFECT_API_URL: server.api_url}):  # Prefect may have read the environment before
            yield server


def test_a_schedule_makes_runs(server: LocalServer) -> None:
    from prefect.client.orchestration import get_client

    from flows.serve import deployments

    async def scheduled(deployment: UUID) -> list[Any]:
        async with get_client() as client:
            return list(await client.get_scheduled_flow_runs_for_deployments([deployment]))

    office = next(one for one in deployments({"home": "/nowhere"}) if one.name == "office")
    made = asyncio.run(office.aapply())
    wait_until(lambda: bool(asyncio.run(scheduled(made))), 120)


def test_a_run_whose_process_is_gone_is_crashed_though_its_worker_is_started_again(server: LocalServer) -> None:
    from prefect import flow
    from prefect.client.orchestration import get_client
    from prefect.states import Running

    from flows.automations import apply_automations

    @flow
    async def job() -> None:
        """Work that nobody does."""

    async def started() -> UUID:
        await apply_automations(silent=timedelta(seconds=10))
        async with get_client() as client:
            run = await client.create_flow_run(job)
            await client.set_flow_run_state(run.id, Running(), force=True)
            return run.id

    async def state(run: UUID) -> str:
        async with get_client() as client:
            now = (await client.read_flow_run(run)).state
            return now.type.value if now else ""

    def seen(run: UUID) -> bool:
        wanted = {"filter": {"resource": {"id": [f"prefect.flow-run.{run}"]}}}
        answer = httpx.post(f"{server.api_url}/events/filter", json=wanted)
        return "prefect.flow-run.Running" in [event["event"] for event in answer.json()["events"]]

    run = asyncio.run(started())
    wait_until(lambda: seen(run), 60)
    asyncio.run(apply_automations(silent=timedelta(seconds=10)))  # as a worker does when it starts
    wait_until(lambda: asyncio.run(state(run)) == "CRASHED", 180)


def test_the_reconcile_flow_runs_on_it_matches_what_is_new_and_asks_what_is_not_certain(
    server: LocalServer, tmp_path: Path
) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowFilter, FlowFilterName

    config, home = tmp_path / "config", tmp_path / "home"
    shutil.copytree(CONFIG, config, ignore=shutil.ignore_patterns("*.py", "__pycache__", "reconciliations"))
    (config / "reconciliations").mkdir()
    (config / "reconciliations" / "bank.yaml").write_text(RULES, "utf-8")
    home.mkdir()
    (home / "ledger.csv").write_text(LEDGER, "utf-8")
    (home / "bank.csv").write_text(BANK, "utf-8")

    async def states() -> list[str]:
        async with get_client() as client:
            named = FlowFilter(name=FlowFilterName(any_=["reconcile"]))
            return [run.state.type.value for run in await client.read_flow_runs(flow_filter=named) if run.state]

    runs = [_run_of_its_own(home, config) for _ in range(2)]
    assert [run["steps"][0]["outcomes"] for run in runs] == [{"asked": 1}, {"unchanged": 1}]
    wait_until(lambda: asyncio.run(states()) == ["COMPLETED", "COMPLETED"], 60)
    folder = home / "out" / "reconciliations" / "bank" / "0001"
    assert (folder / "reconciliation.xlsx").is_file()
    assert "INV-1" in (folder / "groups.jsonl").read_text("utf-8")


_FLOW = """
import asyncio, json, sys
from flows.reconcile import reconcile
print(json.dumps(asyncio.run(reconcile(*sys.argv[1:]))))
"""


def _run_of_its_own(home: Path, config: Path) -> dict[str, Any]:
    """The flow in a process, as a worker runs it: here Prefect would leave client sockets to the collector."""
    command = [sys.executable, "-c", _FLOW, str(home), str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return dict(json.loads(done.stdout.splitlines()[-1]))
