"""Enter one record exactly once.

Lease -> login (ends the account's older session: the fence) -> an open intent first: wait SETTLE, look -> look by
key -> write the intent, durably -> submit once -> look, read back every field -> confirm with evidence.  What cannot be
known is `uncertain` and is looked for before anything else; what cannot be decided goes to a person.
"""

from __future__ import annotations

import time
from typing import Any

from bots.data_entry import accounts
from bots.data_entry.book import Book
from bots.data_entry.clerk import Clerk
from bots.data_entry.evidence import at_failure
from bots.data_entry.ladders import ladder_of
from bots.data_entry.login import log_in
from bots.data_entry.looking import Difference, Hit, differences, look_up
from bots.data_entry.record import record_of
from bots.data_entry.runner import Runner
from bots.data_entry.values import needs, render
from config import crashpoints
from config.errors import ApplicationException, BusinessException, OficioError, Reason, UncertainOutcome
from connectors.browser.session import Submission
from records import Evidence, WorkItem, intents

__all__ = ["Held"]


class Held:
    """An item in a robot's hands: what the protocol does with it, in the order in which it does.

    Args:
        clerk: the robot.
        item: claimed by it.
    """

    def __init__(self, clerk: Clerk, item: WorkItem):
        self.clerk, self.book = clerk, Book(clerk, item)
        self.record: dict[str, Any] = {}
        self.deadline = 0.0
        self.runner: Runner | None = None
        self._shown: Exception | None = None

    @property
    def item(self) -> WorkItem:
        """The item as it is now."""
        return self.book.item

    def enter(self) -> str:
        """Take the item (ready, entering or uncertain) as far as it goes; the state it ends in.

        Raises:
            OficioError: what `stages.settle_failure` puts in its place; `item` is up to date by then.
        """
        clerk, form = self.clerk, self.clerk.form
        crashpoints.reach("entry.claimed")
        self.deadline = time.monotonic() + clerk.system.limits.item + 3 * clerk.system.limits.settle
        self.record = record_of(self.item.process, self.item.payload, clerk.office.settings)
        needs(self.record, form.needs, form.title)
        self.book.key = self.record["key"] = render(form.key, self.record)
        if (intent := self.book.open_intent()) is not None:
            return self._settle(intent, fence=True)
        clerk.ready_session()
        crashpoints.reach("entry.logged_in")
        try:
            hits = self._look()
        except ApplicationException as error:
            if error.code != "OF513":
                raise
            return self._anew()
        if hits:
            return self._found(hits, None)
        crashpoints.reach("entry.looked")
        return self._enter_new()

    def _new_runner(self) -> Runner:
        clerk = self.clerk
        session = clerk.ready_session()
        record = dict(self.record)
        session.fresh_item(lambda template: render(template, record))
        if self.item.attempts > 0 or self.book.tries > 0:
            session.begin_trace()
        self.runner = Runner(
            session, clerk.system, record, frame=clerk.form.frame, lane=clerk.form.lane,
            beat=self.book.beat, deadline=self.deadline, files=self._file,
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

    def _look_until_it_shows(self, seconds: float) -> list[Hit]:
        """Look again and again for so long: lists that are kept for a while show a new entry late."""
        until, pause = time.monotonic() + seconds, 0.5
        while True:
            last = time.monotonic() >= until
            hits = self._look()
            if hits or last:
                return hits
            self._wait(min(pause, max(until - time.monotonic(), 0)))
            pause *= 2

    # -- entering anew ---------------------------------------------------------------------------------------------

    def _enter_new(self) -> str:
        """Everything from the intent on."""
        clerk = self.clerk
        intent = self.book.intend(self.record)
        crashpoints.reach("entry.intended")
        submission, pressed = Submission(), False
        try:
            self._type()
            crashpoints.reach("entry.typed")
            pressed = True
            self._submit(submission)
            crashpoints.reach("entry.submitted")
        except OficioError as error:
            if error.code == "OF702":  # another robot has the item: what becomes of it is its business
                raise
            if submission.certainly_not:
                self.book.absent(intent, error.reason)
                if error.code == "OF513" and not pressed and self.book.tries < clerk.system.limits.attempts:
                    return self._anew()
                raise
            return self._uncertain(intent, error)
        try:
            hits = self._look_until_it_shows(clerk.system.limits.settle)
            if hits:
                return self._found(hits, intent)
        except ApplicationException as error:
            return self._uncertain(intent, error)
        return self._uncertain(intent, UncertainOutcome("OF536", clerk.session.url if clerk.session else ""))

    def _anew(self) -> str:
        """The session was lost while nothing had left: another login, a look, and the entry from its beginning."""
        self.clerk.log_in()
        crashpoints.reach("entry.logged_in")
        hits = self._look()
        if hits:
            return self._found(hits, None)
        crashpoints.reach("entry.looked")
        return self._enter_new()

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
        self.book.proofs.picture(runner.session, "before")
        self.book.proofs.text(runner.session, "before")

    def _submit(self, submission: Submission) -> None:
        assert self.runner is not None  # noqa: S101 - _type made it
        save = self.clerk.form.save
        runner = self.runner
        ladder = ladder_of(save.press, "press", runner.record)
        frame = save.frame or self.clerk.form.frame
        runner.session.submit(
            frame, ladder, loads=save.loads, guard=self._guard, paths=save.requests, most=save.writes,
            submission=submission,
            redraws=ladder_of(save.redraws, "any", runner.record) if save.redraws else None,
            done=ladder_of(save.done, "any", runner.record, itself=True) if save.done else None,
        )  # fmt: skip
        runner.do(self.clerk.form.after)
        self.book.proofs.files(runner.pictures)

    def _guard(self) -> None:
        """A write is about to leave: what was typed is shown durably, the item and the account are ours."""
        self.book.proofs.wait()
        self.book.still_ours()

    # -- knowing ---------------------------------------------------------------------------------------------------

    def _found(self, hits: list[Hit], intent: intents.Intent | None) -> str:
        """It is there: is it once, and right?"""
        clerk = self.clerk
        if len(hits) > 1:
            return self.book.to_person(
                intent, Reason("OF533", clerk.form.title, {"key": self.book.key, "count": str(len(hits))})
            )
        runner = self.runner
        assert runner is not None  # noqa: S101 - looking made it
        proofs, session = self.book.proofs, runner.session
        wrong = differences(runner, clerk.form.read_back, hits[0], shows=lambda: proofs.picture(session, "after"))
        proofs.files(runner.pictures)
        proofs.read_back(runner.record, wrong)
        proofs.text(session, "after")
        crashpoints.reach("entry.read_back")
        if wrong:
            return self.book.to_person(intent, self._differs(wrong[0], ours=intent is not None))
        self.book.confirm(intent, hits[0])
        crashpoints.reach("entry.confirmed")
        session.end_trace()
        clerk.done_here += 1
        return "entered"

    def _differs(self, wrong: Difference, *, ours: bool) -> Reason:
        facts = {"field": wrong.field, "shown": wrong.shown, "wanted": wrong.wanted, "key": self.book.key}
        return Reason("OF532" if ours else "OF537", self.clerk.form.title, facts)

    def _uncertain(self, intent: intents.Intent, error: OficioError) -> str:
        """A save left and its outcome is not known: say so durably, then find out."""
        self.book.uncertain(error, self.at_failure(error))
        return self._settle(intent, fence=False, error=error)

    def at_failure(self, error: Exception) -> list[Evidence]:
        """What the session shows of an error, once: by the next time it shows something else."""
        clerk = self.clerk
        if clerk.session is None or error is self._shown:
            return []
        self._shown = error
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
            return self.book.to_person(None, Reason("OF535", clerk.form.title, {"key": self.book.key}))
        reason = error.reason if error is not None else Reason("OF534", clerk.form.title, {"key": self.book.key})
        self.book.absent(intent, reason)
        if isinstance(error, BusinessException):
            raise error
        if self.book.tries >= clerk.system.limits.attempts:
            raise error if error is not None else ApplicationException("OF534", clerk.form.title, key=self.book.key)
        crashpoints.reach("entry.looked")
        return self._enter_new()

    def _fenced(self) -> bool | None:
        """Whether nothing of the other robot can still arrive; None when that must wait for its account."""
        clerk, entry = self.clerk, self.book.entry
        if accounts.is_dead(str(entry.get("worker", ""))):
            return True
        if clerk.system.sessions != "one":
            return False
        user = entry.get("account", clerk.seat.account.user)
        if user == clerk.seat.account.user:
            return True
        seat = accounts.take_seat(clerk.office, clerk.name, clerk.system, clerk.worker + ":fence", only=user)
        if seat is None:
            self.book.defer()
            return None
        session = clerk.opened()
        try:
            log_in(session, clerk.system, seat)
        finally:
            session.close()
            accounts.give_back(clerk.office, seat)
        return True

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 1.0))
            self.book.beat()
