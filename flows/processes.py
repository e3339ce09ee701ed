"""The business processes as plain steps, without Prefect: what runs in which order, and what a run reports.

`oficio run` performs them as they are; the Prefect flows wrap the very same steps.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bots.office import Office, StageReport
from bots.stages import as_fault
from config.errors import ApplicationException, ConfigError, OficioError, Reason

__all__ = ["PROCESSES", "Process", "RunReport", "Step", "StepResult", "perform", "process_named", "run"]

log = logging.getLogger("oficio.flows")


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a process: the clerk who does it, and what is called."""

    name: str
    clerk: str
    work: Callable[[Office], StageReport]


@dataclass(frozen=True, slots=True)
class Process:
    """A business process: its steps in order; each takes what is there, so that none waits for all of another."""

    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class StepResult:
    """What a step did; `error` says why it stopped, when a system failed it."""

    step: str
    report: StageReport
    error: Reason | None = None

    def to_json(self) -> dict[str, Any]:
        """For the run's event, `--json` and Prefect's results."""
        return {
            "step": self.step,
            "outcomes": dict(sorted(self.report.outcomes.items())),
            "milliseconds": round(self.report.seconds * 1000),
            "error": self.error.to_json() if self.error else None,
        }


@dataclass
class RunReport:
    """What a run did, step by step."""

    process: str
    results: list[StepResult] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether a system failed a step or an item: `postponed` ones are tried again, `failed` ones are set aside."""
        return any(
            result.error or result.report.outcomes["postponed"] or result.report.outcomes["failed"]
            for result in self.results
        )

    def to_json(self) -> dict[str, Any]:
        """For the run's event and `--json`."""
        return {"process": self.process, "steps": [result.to_json() for result in self.results]}


def _collect(office: Office) -> StageReport:
    from bots.intake import collect

    return collect(office)


def _read(office: Office) -> StageReport:
    from bots.reader.stage import read_received

    return read_received(office)


def _check(office: Office) -> StageReport:
    from bots.checker.stage import check_read

    return check_read(office)


def _enter(office: Office) -> StageReport:
    from bots.data_entry import enter

    return enter(office, office.settings.invoices.system)


def _reconcile(office: Office) -> StageReport:
    from bots.reconciler import reconcile

    return reconcile(office)


def _match(office: Office) -> StageReport:
    from bots.reconciler.standing import reconcile_standing

    return reconcile_standing(office)


def _seal(office: Office) -> StageReport:
    from bots.auditor import seal

    return seal(office)


def _inspect(office: Office) -> StageReport:
    from bots.auditor import inspect

    return inspect(office)


def _dispose(office: Office) -> StageReport:
    from bots.auditor import dispose_expired

    return dispose_expired(office)


PROCESSES = {
    process.name: process
    for process in (
        Process(
            "invoices",
            (
                Step("collect", "intake", _collect),
                Step("read", "reader", _read),
                Step("check", "checker", _check),
                Step("enter", "data_entry", _enter),
                Step("reconcile", "reconciler", _reconcile),
                Step("seal", "auditor", _seal),
            ),
        ),
        Process("reconcile", (Step("match", "reconciler", _match), Step("seal", "auditor", _seal))),
        Process("seal", (Step("seal", "auditor", _seal),)),
        Process(
            "night",
            (
                Step("inspect", "auditor", _inspect),
                Step("dispose", "auditor", _dispose),
                Step("seal", "auditor", _seal),
            ),
        ),
    )
}


def process_named(name: str) -> Process:
    """The process of that name; ConfigError OF105 when there is none."""
    try:
        return PROCESSES[name]
    except KeyError:
        raise ConfigError("OF105", thing="process", name=name, known=", ".join(PROCESSES)) from None


def perform(office: Office, step: Step) -> StepResult:
    """Do one step; a failing system ends the step and not the run, and is recorded."""
    started = time.monotonic()
    try:
        report = step.work(office.acting(step.clerk))
        error = report.stopped
    except (ApplicationException, OSError) as failure:
        fault = as_fault(failure)
        if not isinstance(fault, ApplicationException):
            raise
        report, error = StageReport(step.name), fault.reason
    if error is not None:
        log.warning("%s stopped: %s %s", step.name, error.code, error.text())
        office.note("step.failed", {"step": step.name, "reason": error.to_json()}, outcome="failed")
    report.seconds = time.monotonic() - started
    return StepResult(step.name, report, error)


def run(office: Office, name: str) -> RunReport:
    """Run a process once, without any server.

    Raises:
        OficioError: anything but a failing system (those are in the report): wrong configuration, a broken log.
    """
    process = process_named(name)
    report = RunReport(name)
    for result in steps(office, process):
        report.results.append(result)
    return report


def steps(office: Office, process: Process) -> Iterator[StepResult]:
    """Perform a process step by step, with the run's first and last event around it."""
    office.note("run.started", {"process": process.name})
    report = RunReport(process.name)
    try:
        for step in process.steps:
            result = perform(office, step)
            report.results.append(result)
            yield result
    except OficioError as error:
        office.note("run.ended", report.to_json() | {"error": error.reason.to_json()}, outcome="failed")
        raise
    office.note("run.ended", report.to_json(), outcome="failed" if report.failed else "ok")
