"""`oficio watch`: take in mails and files as they arrive, and set the work going, until Ctrl+C."""

from __future__ import annotations

import contextlib
import signal
import uuid
from collections.abc import Iterator
from json import dumps
from pathlib import Path

from bots.intake.watch import Pace, Watch
from bots.office import Office, StageReport
from console.words import err, out, print_error_reason
from flows.desk import open_office
from flows.processes import perform, process_named
from records import work_items

__all__ = ["watch"]

PROCESS = "invoices"
_WAITING = ("received", "read", "ready")
_HIDDEN = {"busy", "waiting", "not taken"}


def watch(
    *,
    deployment: str = "",
    poll: float = 60.0,
    once: bool = False,
    home: Path | None = None,
    config: Path | None = None,
    json: bool = False,
) -> int:
    """Watch mailboxes and folders, and work as things arrive.

    Args:
        deployment: start a run of this Prefect deployment (invoices/office) for each batch, on the server that
            PREFECT_API_URL names; without it the work is done here.
        poll: seconds between two looks; news wakes it earlier.
        once: look once, work, and end.
        home: the office's home; OFICIO_HOME, else .oficio.
        config: its configuration; OFICIO_CONFIG, else config/.
        json: print a line of JSON for each batch.
    """
    with open_office(home, config, flow="watch") as office, Watch(office.acting("intake"), Pace(poll=poll)) as watched:
        hand_over = _Server(deployment) if deployment else _Here(office)
        places = [place.name for place in watched.places]
        if not json:
            out.print(
                f"Watching {', '.join(places) or 'nothing: config/ names no mailbox and no folder'}; Ctrl+C ends it."
            )
        with _until_told_to_stop(watched):
            for report in watched.batches():
                done = hand_over.batch(report.outcomes.get("received", 0) > 0)
                _tell(office, report, done, json=json)
                if once:
                    return 1 if report.outcomes.get("unavailable") else 0
    return 0


class _Here:
    """The work is done in this process, by the steps of the process after the intake."""

    def __init__(self, office: Office):
        self.office = office

    def batch(self, _news: bool) -> dict[str, str]:
        """Do what waits, for whatever reason; what each step came to."""
        with self.office.records.read() as tx:
            counts = work_items.counts(tx, PROCESS)
        if not any(counts.get(state) for state in _WAITING):
            return {}
        done: dict[str, str] = {}
        for step in process_named(PROCESS).steps:
            if step.name == "collect":
                continue
            result = perform(self.office, step)
            if result.error is not None:
                print_error_reason(result.error, self.office.settings.language)
            done[step.name] = ", ".join(f"{n} {state}" for state, n in sorted(result.report.outcomes.items()))
        return {name: outcome for name, outcome in done.items() if outcome}


class _Server:
    """The work is done by a run of a Prefect deployment: one a batch, however often it has to be asked for."""

    def __init__(self, deployment: str):
        self.deployment = deployment
        self._owed = ""

    def batch(self, news: bool) -> dict[str, str]:
        """Start a run when something came, or when the one before could not be started."""
        if news:
            self._owed = self._owed or str(uuid.uuid4())
        if not self._owed:
            return {}
        from httpx import HTTPError
        from prefect.deployments import run_deployment
        from prefect.exceptions import PrefectException

        try:
            run = run_deployment(self.deployment, timeout=0, idempotency_key=self._owed, as_subflow=False)
        except (HTTPError, OSError, PrefectException, RuntimeError) as error:
            # The items are in the records: the schedule takes them, and so does the next attempt with the same key.
            err.print(f"[yellow]no run of {self.deployment} could be started:[/] {error}", soft_wrap=True)
            return {}
        self._owed = ""
        return {"run": str(getattr(run, "name", run))}


def _tell(office: Office, report: StageReport, done: dict[str, str], *, json: bool) -> None:
    came = {outcome: count for outcome, count in sorted(report.outcomes.items()) if outcome not in _HIDDEN and count}
    if not came and not done:
        return
    if json:
        out.out(dumps({"at": office.now().isoformat(), "came": came, "done": done}, ensure_ascii=False))
        return
    words = [", ".join(f"{count} {outcome}" for outcome, count in came.items())] if came else []
    words += [f"{step}: {outcome}" for step, outcome in done.items()]
    out.print(f"[dim]{office.now().astimezone():%H:%M:%S}[/] " + " · ".join(words), soft_wrap=True)


@contextlib.contextmanager
def _until_told_to_stop(watched: Watch) -> Iterator[None]:
    """SIGINT and SIGTERM let the batch in hand come to its end."""
    before = {number: signal.signal(number, lambda *_: watched.stop()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
