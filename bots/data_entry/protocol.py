"""Enter one record exactly once.

Lease -> login (ends the account's older session: the fence) -> an open intent first: wait SETTLE, look -> look by
key -> write the intent, durably -> submit once -> look, read back every field -> confirm with evidence.  What cannot be
known is `uncertain` and is looked for before anything else; what cannot be decided goes to a person.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from bots.data_entry import accounts
from bots.data_entry.accounts import Seat
from bots.data_entry.evidence import Proofs, at_failure
from bots.data_entry.ladders import ladder_of
from bots.data_entry.login import log_in
from bots.data_entry.looking import Difference, Hit, differences, look_up
from bots.data_entry.record import record_of
from bots.data_entry.runner import Runner
from bots.data_entry.values import needs, render
from bots.office import Office
from config import crashpoints
from config.errors import ApplicationException, BusinessException, OficioError, Reason, UncertainOutcome
from config.systems import Form, System
from connectors.browser.page_rules import origin_of
from connectors.browser.session import Session, Submission
from records import Evidence, Where, WorkItem, intents, reviews, work_items

__all__ = ["Clerk"]

Opened = Callable[[], Session]
_AGAIN = Retrying(
    retry=retry_if_exception(lambda error: isinstance(error, ApplicationException) and error.code == "OF510"),
    stop=stop_after_attempt(3), wait=wait_random_exponential(0.5, max=2), reraise=True,
)  # fmt: skip
"""A system that answers nobody for a moment, as while it restarts."""


@dataclass
class Clerk:
    """One robot at one account, for one form.

    Attributes:
        name: of the system.
        form_name, form: what is entered.
        opened: makes a new session (context), not yet logged in.
        worker: names this robot in leases; `clerks` of one process differ.
    """

    office: Office
    name: str
    system: System
    form_name: str
    form: Form
    seat: Seat
    opened: Opened
    worker: str
    session: Session | None = None
    done_here: int = 0
    rungs: dict[str, int] = field(default_factory=dict)
    writers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, thread_name_prefix="evidence"))

    # -- sessions --------------------------------------------------------------------------------------------------

    def log_in(self) -> Session:
        """A new session; the one before is closed, and ended by the system where it allows one alone.

        Raises:
            ApplicationException: OF510, the system cannot be reached, also after a moment; others as `login.log_in`.
        """
        return _AGAIN(self._log_in)

    def _log_in(self) -> Session:
        self.close()
        accounts.keep_seat(self.office, self.seat, self.system, now=True)
        self.session = session = self.opened()
        self.done_here = 0
        log_in(session, self.system, self.seat, lambda: accounts.keep_seat(self.office, self.seat, self.system))
        accounts.keep_seat(self.office, self.seat, self.system, now=True)
        return session

    def ready_session(self) -> Session:
        """The session that is open; a new one at first and after so many items."""
        if self.session is None or self.done_here >= self.system.limits.items_per_context:
            return self.log_in()
        return self.session

    def close(self) -> None:
        """Close the session."""
        if self.session is not None:
            self.session.close()
            self.session = None

    # -- one item --------------------------------------------------------------------------------------------------

    def enter(self, item: WorkItem) -> str:
        """Take a claimed item (ready, entering or uncertain) as far as it goes; the state it ends in.

        Raises:
            OficioError: what `stages.settle_failure` puts in its place; the item given may be out of date by then, see
                `Held.item`.
        """
        held = Held(self, item)
        return held.enter()


@dataclass
class Held:
    """An item in this robot's hands."""

    clerk: Clerk
    item: WorkItem
    record: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    renewed: float = field(default_factory=time.monotonic)
    deadline: float = 0
    runner: Runner | None = None
    shown: Exception | None = None
    proofs: Proofs = field(init=False)

    def __post_init__(self) -> None:
        clerk = self.clerk
        self.proofs = Proofs(clerk.office.records, clerk.seat.secrets, clerk.writers)

    def enter(self) -> str:
        """See `Clerk.enter`."""
        clerk, form = self.clerk, self.clerk.form
        crashpoints.reach("entry.claimed")
        self.deadline = time.monotonic() + clerk.system.limits.item + 3 * clerk.system.limits.settle
        self.record = record_of(self.item.process, self.item.payload, clerk.office.settings)
        needs(self.record, form.needs, form.title)
        self.key = self.record["key"] = render(form.key, self.record)
        with clerk.office.records.read() as tx:
            open_ones = intents.find(tx, item=self.item.id, system=clerk.name, state="open")
        if open_ones:
            return self._settle(open_ones[-1], fence=True)
        clerk.ready_session()
        crashpoints.reach("entry.logged_in")
        try:
            hits = self._look()
        except ApplicationException as error:
            if error.code != "OF513":
                raise
            clerk.log_in()
            hits = self._look()
        if hits:
            return self._found(hits, None)
        crashpoints.reach("entry.looked")
        return self._enter_new()

    def _new_runner(self) -> Runner:
        clerk = self.clerk
        session = clerk.ready_session()
        record = dict(self.record)
        session.fresh_item(lambda template: render(template, record))
        if self.item.attempts > 0 or self._tries() > 0:
            session.begin_trace()
        self.runner = Runner(
            session, clerk.system, record, frame=clerk.form.frame, lane=clerk.form.lane,
            beat=self.beat, deadline=self.deadline, files=self._file,
        )  # fmt: skip
        return self.runner

    def _file(self, name: str) -> bytes:
        """A document of the item by role or hash, for uploads."""
        for document in self.item.documents:
            if name.rpartition("/")[2].startswith((document.role, document.sha256)):
                return self.clerk.office.records.archive.get(document.sha256)
        raise BusinessException("OF505", name=name, template="upload")

    def _look(self) -> list[Hit]:
        return look_up(self._new_runner(), self.clerk.form.look_up)

    # -- entering anew ---------------------------------------------------------------------------------------------

    def _enter_new(self) -> str:
        """Everything from the intent on."""
        clerk = self.clerk
        intent = self._intend()
        crashpoints.reach("entry.intended")
        submission = Submission()
        try:
            self._type()
            crashpoints.reach("entry.typed")
            self._submit(submission)
            crashpoints.reach("entry.submitted")
        except OficioError as error:
            if error.code == "OF702":  # another robot has the item: what becomes of it is its business
                raise
            if submission.certainly_not:
                self._absent(intent, error.reason)
                raise
            return self._uncertain(intent, error)
        try:
            hits = self._look()
            if hits:
                return self._found(hits, intent)
        except ApplicationException as error:
            return self._uncertain(intent, error)
        return self._uncertain(intent, UncertainOutcome("OF536", clerk.session.url if clerk.session else ""))

    def _intend(self) -> intents.Intent:
        clerk = self.clerk
        entry = {"system": clerk.name, "form": clerk.form_name, "key": self.key, "account": clerk.seat.account.user,
                 "worker": clerk.worker, "tries": self._tries()}  # fmt: skip
        values = hashlib.sha256(json.dumps(self.record, sort_keys=True, default=str).encode()).hexdigest()
        try:
            with clerk.office.records.begin() as tx:
                item = work_items.move(
                    tx, self.item, "entering", action="entry.started", payload={**self.item.payload, "entry": entry},
                    where=self._where(), keep=True,
                )  # fmt: skip
                intent = intents.open(
                    tx, item, system=clerk.name, form=clerk.form_name, key=self.key, values_hash=values
                )
        except OficioError as error:
            if error.code != "OF712":
                raise
            raise BusinessException("OF539", key=self.key, other=error.reason.facts.get("other", "")) from error
        self.item = item
        return intent

    def _type(self) -> None:
        clerk, runner = self.clerk, self._new_runner()
        runner.do(clerk.form.steps)
        runner.believe()
        for want, shown, wanted, good in runner.shown(clerk.form.check, runner.record):
            if not good:
                raise BusinessException(
                    "OF531", runner.session.page.url, field=want.find.rungs()[0][1], shown=shown, wanted=wanted
                )
        clerk.rungs |= runner.rungs
        self.proofs.pages(runner.session, "before")

    def _submit(self, submission: Submission) -> None:
        assert self.runner is not None  # noqa: S101 - _type made it
        save = self.clerk.form.save
        runner = self.runner
        ladder = ladder_of(save.press, "press", runner.record)
        frame = save.frame or self.clerk.form.frame
        runner.session.submit(
            frame, ladder, loads=save.loads, guard=self._guard, paths=save.requests, submission=submission,
            redraws=ladder_of(save.redraws, "any", runner.record) if save.redraws else None,
            done=ladder_of(save.done, "any", runner.record, itself=True) if save.done else None,
        )  # fmt: skip
        runner.do(self.clerk.form.after)
        self.proofs.files(runner.pictures)

    def _guard(self) -> None:
        """A write is about to leave: what was typed is shown durably, the item and the account are ours long enough."""
        self.proofs.wait()
        self.beat(now=True)

    # -- knowing ---------------------------------------------------------------------------------------------------

    def _found(self, hits: list[Hit], intent: intents.Intent | None) -> str:
        """It is there: is it once, and right?"""
        clerk = self.clerk
        if len(hits) > 1:
            return self._to_person(
                intent, Reason("OF533", clerk.form.title, {"key": self.key, "count": str(len(hits))})
            )
        runner = self.runner
        assert runner is not None  # noqa: S101 - looking made it
        wrong = differences(runner, clerk.form.read_back, hits[0])
        self.proofs.files(runner.pictures)
        self.proofs.read_back(runner.record, wrong)
        self.proofs.pages(runner.session, "after")
        crashpoints.reach("entry.read_back")
        if wrong:
            return self._to_person(intent, self._differs(wrong[0], ours=intent is not None))
        self._confirm(intent, hits[0])
        crashpoints.reach("entry.confirmed")
        runner.session.end_trace()
        clerk.done_here += 1
        return "entered"

    def _differs(self, wrong: Difference, *, ours: bool) -> Reason:
        facts = {"field": wrong.field, "shown": wrong.shown, "wanted": wrong.wanted, "key": self.key}
        return Reason("OF532" if ours else "OF537", self.clerk.form.title, facts)

    def _confirm(self, intent: intents.Intent | None, hit: Hit) -> None:
        row, evidence = dict(hit.row), self.proofs.taken()
        entry = {**self.item.payload.get("entry", {}), "system": self.clerk.name, "form": self.clerk.form_name,
                 "key": self.key, "row": row, "found": intent is None}  # fmt: skip
        if "record" in row:
            entry["record"] = row["record"]
        with self.clerk.office.records.begin() as tx:
            if intent is not None:
                intents.settle(tx, intent, outcome="confirmed", evidence=evidence, after=row, where=self._where())
            item = self.item
            if item.state == "ready":
                item = work_items.move(tx, item, "entering", action="entry.found_there", keep=True)
            work_items.move(
                tx, item, "entered", action="entry.confirmed", payload={**self.item.payload, "entry": entry},
                evidence=evidence, where=self._where(), after=row,
            )  # fmt: skip

    def _uncertain(self, intent: intents.Intent, error: OficioError) -> str:
        """A save left and its outcome is not known: say so durably, then find out."""
        proof = [*self.proofs.salvaged(), *self.at_failure(error)]
        with self.clerk.office.records.begin() as tx:
            item = work_items.move(
                tx, self.item, "uncertain", action="entry.uncertain", reason=error.reason, outcome="uncertain",
                evidence=proof, where=self._where(), keep=True,
            )  # fmt: skip
        self.item = item
        return self._settle(intent, fence=False, error=error)

    def at_failure(self, error: Exception) -> list[Evidence]:
        """What the session shows of an error, once: by the next time it shows something else."""
        clerk = self.clerk
        if clerk.session is None or error is self.shown:
            return []
        self.shown = error
        rungs = self.runner.rungs if self.runner is not None else {}
        return at_failure(clerk.office.records, clerk.session, clerk.seat.secrets, rungs)

    def _settle(self, intent: intents.Intent, *, fence: bool, error: OficioError | None = None) -> str:
        """Posted or not? A new login ends what still could post; wait longer than the slowest save; look.

        Args:
            fence: the intent is another robot's: only with a fence is what is not there known never to come.
        """
        clerk = self.clerk
        certain = not fence or self._fenced()
        if certain is None:
            return "deferred"
        clerk.log_in()
        crashpoints.reach("entry.logged_in")
        self._wait(clerk.system.limits.settle)
        hits = self._look()
        if hits:
            return self._found(hits, intent)
        if not certain:
            return self._to_person(None, Reason("OF535", clerk.form.title, {"key": self.key}))
        reason = error.reason if error is not None else Reason("OF534", clerk.form.title, {"key": self.key})
        self._absent(intent, reason)
        if isinstance(error, BusinessException):
            raise error
        if self._tries() >= clerk.system.limits.attempts:
            raise error if error is not None else ApplicationException("OF534", clerk.form.title, key=self.key)
        crashpoints.reach("entry.looked")
        return self._enter_new()

    def _fenced(self) -> bool | None:
        """Whether nothing of the other robot can still arrive; None when that must wait for its account."""
        clerk, entry = self.clerk, self.item.payload.get("entry", {})
        if accounts.is_dead(str(entry.get("worker", ""))):
            return True
        if clerk.system.sessions != "one":
            return False
        user = entry.get("account", clerk.seat.account.user)
        if user == clerk.seat.account.user:
            return True
        seat = accounts.take_seat(clerk.office, clerk.name, clerk.system, clerk.worker + ":fence", only=user)
        if seat is None:
            self._defer()
            return None
        session = clerk.opened()
        try:
            log_in(session, clerk.system, seat)
        finally:
            session.close()
            accounts.give_back(clerk.office, seat)
        return True

    def _defer(self) -> None:
        """The account that must be logged in as a fence is at work: come back when its lease may be free."""
        later = self.clerk.office.now() + timedelta(seconds=min(5.0, self.clerk.system.limits.lease))
        with self.clerk.office.records.begin() as tx:
            work_items.move(tx, self.item, self.item.state, action="entry.deferred", available_at=later)

    def _absent(self, intent: intents.Intent, reason: Reason) -> None:
        """It is not there and never will be: the intent is closed, the item may be entered anew."""
        evidence = self.proofs.salvaged()
        with self.clerk.office.records.begin() as tx:
            intents.settle(tx, intent, outcome="absent", after={"why": reason.code})
            entry = dict(self.item.payload.get("entry", {}))
            entry["tries"] = tries = self._tries() + 1
            item = work_items.move(
                tx, self.item, "ready", action="entry.absent", reason=reason, outcome="failed", keep=True,
                payload={**self.item.payload, "entry": entry}, where=self._where(), attempts=tries,
                evidence=evidence,
            )  # fmt: skip
        self.item = item

    def _tries(self) -> int:
        """How often an entry was begun that never arrived."""
        return int(self.item.payload.get("entry", {}).get("tries", 0))

    def _to_person(self, intent: intents.Intent | None, reason: Reason) -> str:
        evidence = self.proofs.taken()
        with self.clerk.office.records.begin() as tx:
            if intent is not None:
                intents.settle(tx, intent, outcome="conflict", evidence=evidence, where=self._where())
            item = work_items.move(
                tx, self.item, "review", action="entry.questioned", reason=reason, outcome="refused",
                evidence=evidence, where=self._where(),
            )  # fmt: skip
            reviews.open(tx, item, reasons=[reason], proposal=self.item.payload.get("invoice", {}))
        return "review"

    # -- staying alive ---------------------------------------------------------------------------------------------

    def beat(self, *, now: bool = False) -> None:
        """Renew the leases on the item and the account when a third has gone by.

        Raises:
            OficioError: OF702, one of them was taken over: nothing more may be done.
        """
        clerk, limits = self.clerk, self.clerk.system.limits
        if not now and time.monotonic() - min(self.renewed, clerk.seat.renewed) < limits.lease / 3:
            return
        ttl = timedelta(seconds=limits.lease)
        with clerk.office.records.begin() as tx:
            accounts.renew_seat(tx, clerk.seat, clerk.system)
            item = work_items.renew(tx, self.item, ttl)
        self.item = item
        self.renewed = clerk.seat.renewed = time.monotonic()

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 1.0))
            self.beat()

    def _where(self) -> Where:
        session = self.clerk.session
        return Where(self.clerk.name, origin_of(session.url) if session is not None else "", self.clerk.form_name)
