"""The Prefect flows: thin, async, one task a stage; the truth about work is in the records, not here.

A rerun may repeat any step: work items, leases and intents decide what is still to do.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.concurrency.asyncio import concurrency
from prefect.runtime import flow_run

from bots.office import Office
from flows.desk import open_office
from flows.limits import system_limit
from flows.processes import RunReport, Step, StepResult, perform, process_named

__all__ = ["invoices", "night", "run_process", "seal"]

SLOT_SECONDS = 60
"""How long a killed run keeps its slot of a legacy system; a living one renews it (Prefect allows no less)."""


@task(task_run_name="{step.name}", cache_policy=NO_CACHE, persist_result=False)
async def perform_step(office: Office, step: Step) -> StepResult:
    """One stage in a thread of its own: Playwright's and the database's calls block."""
    return await asyncio.to_thread(perform, office, step)


@flow(name="invoices", persist_result=False)
async def invoices(home: str | None = None, config: str | None = None) -> dict[str, Any]:
    """Collect, read, check, enter and reconcile invoices, and seal the audit log.

    Args:
        home: the office's home; OFICIO_HOME when left out.
        config: its config/ directory; OFICIO_CONFIG when left out.
    """
    return await run_process("invoices", home, config)


@flow(name="seal", persist_result=False)
async def seal(home: str | None = None, config: str | None = None) -> dict[str, Any]:
    """Sign a checkpoint of the audit log and hand it out."""
    return await run_process("seal", home, config)


@flow(name="night", persist_result=False)
async def night(home: str | None = None, config: str | None = None) -> dict[str, Any]:
    """Compare log, tables, archive, mailboxes and legacy system; remove documents whose time is over; seal."""
    return await run_process("night", home, config)


async def run_process(name: str, home: str | None, config: str | None) -> dict[str, Any]:
    """Run a process as a flow: a task a step, the run's events around them, a table of what it did."""
    process, report = process_named(name), RunReport(name)
    run_id = str(flow_run.id or "")
    office = open_office(Path(home) if home else None, Path(config) if config else None, flow=name, run=run_id)
    with office:
        office.note("run.started", {"process": name})
        for step in process.steps:
            async with AsyncExitStack() as held:
                if step.name == "enter":  # the browser's slot, held once for the whole session
                    await held.enter_async_context(_slot(office))
                result = await perform_step(office, step)
            report.results.append(result)
            if result.error:
                get_run_logger().warning("%s stopped: %s", step.name, result.error.text())
        office.note("run.ended", report.to_json(), outcome="failed" if report.failed else "ok")
    await _artifact(report)
    return report.to_json()


def _slot(office: Office) -> AbstractAsyncContextManager[None]:
    """The legacy system's slot; a run that cannot renew it goes on: our own leases keep two robots apart, too."""
    limit = system_limit(office.settings.invoices.system)
    return concurrency(limit, lease_duration=SLOT_SECONDS, strict=True, raise_on_lease_renewal_failure=False)


async def _artifact(report: RunReport) -> None:
    rows = [
        {
            "step": result.step,
            "items": result.report.total,
            "outcomes": ", ".join(f"{count} {state}" for state, count in sorted(result.report.outcomes.items())),
            "seconds": f"{result.report.seconds:.1f}",
            "stopped by": result.error.text() if result.error else "",
        }
        for result in report.results
    ]
    await acreate_table_artifact(rows, key=f"{report.process}-run", description=f"What the run of {report.process} did")
