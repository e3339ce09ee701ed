"""Try a system without saving: is every locator there once, does the login work, what would be typed (dry run)."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bots.data_entry import accounts, drift
from bots.data_entry.entries import own_key
from bots.data_entry.ladders import ladder_of
from bots.data_entry.login import log_in
from bots.data_entry.looking import look_up, pages
from bots.data_entry.runner import Runner
from bots.data_entry.stage import base_url, browser, load_system
from bots.data_entry.values import known, needs, render
from bots.office import Office
from config.errors import ApplicationException, BusinessException, OficioError, Reason
from config.systems import Form, System, Wants
from connectors.browser.har import mask_har
from connectors.browser.session import Session, Submission

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["LoggedIn", "Trial", "check_system", "dry_run"]


@dataclass
class Trial:
    """What a try found.

    Attributes:
        steps: (what, detail) of everything that was done, in order.
        problem: what stopped it.
        picture: the page as it was then.
        rungs: locator -> rung used (0 is the preferred one).
        drift: locators that were found by a lower rung than when the system was last worked in.
        warnings: what works today and should be looked at.
        writes: requests that changed nothing but the session (logins, drafts the description names).
        blocked: writes that were stopped in the network layer.
        saved: whether anything is there under the record's key that was not there before.
    """

    steps: list[tuple[str, str]] = field(default_factory=list)
    problem: Reason | None = None
    picture: Path | None = None
    rungs: dict[str, int] = field(default_factory=dict)
    drift: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    saved: bool = False

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "steps": [list(step) for step in self.steps],
            "problem": self.problem.to_json() if self.problem else None,
            "picture": str(self.picture) if self.picture else None,
            "rungs": self.rungs, "warnings": self.warnings, "drift": self.drift, "writes": self.writes,
            "blocked": self.blocked, "saved": self.saved,
        }  # fmt: skip


def check_system(
    office: Office,
    name: str,
    form: str | None = None,
    record: Mapping[str, Any] | None = None,
    har: Path | None = None,
    folder: Path = Path(),
) -> Trial:
    """The description is read, the login tried, each list read, and with a record its form filled and not saved.

    Without a record each form's look-up is tried with a key that cannot be there, and its read-back on the first entry
    that the list shows, if it shows any.

    Args:
        har: where the pages are kept, for `replaying`; without the password, readable by the office alone.
        folder: where the paths of files to be uploaded begin.

    Raises:
        ConfigError: the description is wrong, with file and line.
    """
    system = load_system(office, name)
    if record is not None:
        return dry_run(office, name, form or next(iter(system.forms)), record, har, folder)
    trial = Trial([("description", f"{len(system.forms)} forms, {len(system.accounts)} accounts")])
    with LoggedIn(office, name, trial, har=har) as session:
        if session is not None:
            for list_name, listing in system.lists.items():
                runner = Runner(session, system, {})
                runner.do(listing.steps)
                rows = session.rows(listing.rows.frame, listing.rows)
                trial.steps.append((f"list {list_name}", f"{len(rows)} rows on the first page"))
            for form_name, one in system.forms.items():
                if form in (None, form_name):
                    _look_for_nothing(trial, session, form_name, one)
    return trial


def _look_for_nothing(trial: Trial, session: Session, name: str, form: Form) -> None:
    """Whether a look-up says with certainty that something is not there: on that the protocol rests."""
    runner = Runner(session, session.system, _Absent(), frame=form.frame)
    try:
        hits = look_up(runner, form.look_up)
    except BusinessException as error:
        if error.code != "OF506":  # a date or a table's value in the look-up: that takes a sample
            raise
        trial.warnings.append(f"look-up of {name}: try it with --sample")
        return
    trial.steps.append((f"look-up {name}", f"{len(hits)} rows for a key that cannot be there"))
    if hits:
        trial.warnings.append(f"look-up of {name}: `match` does not tell entries apart")
    if not form.look_up.rows.empty:
        trial.warnings.append(f"look-up of {name}: say under `empty` what the page shows when it finds nothing")
    _read_some_entry(trial, session, name, form)


def _read_some_entry(trial: Trial, session: Session, name: str, form: Form) -> None:
    """Whether the read-back finds its fields, on the first entry that the look-up's list shows, if it shows any."""
    runner = Runner(session, session.system, _Absent(), frame=form.frame)
    runner.do(form.look_up.steps)
    rows = next(pages(runner, form.look_up.rows), [])
    if not rows:
        return
    for column, template in form.look_up.match.items():
        if named := re.fullmatch(r"\{(\w+)\}", template):
            runner.record[named[1]] = rows[0][column]
    try:
        runner.record |= {"hit": 1, **rows[0]}
        runner.do(form.read_back.steps)
        wants = form.read_back.fields
        shown = [
            session.look(want.frame or form.frame, [ladder_of(want.find, "any", runner.record)])[0] for want in wants
        ]
        lines = next(pages(runner, form.read_back.rows), []) if form.read_back.rows is not None else []
    except OficioError as error:
        trial.warnings.append(f"read-back of {name}, tried on the list's first entry: {error}")
        return
    found = sum(one.rung >= 0 for one in shown)
    more = f", {len(lines)} lines" if form.read_back.rows is not None else ""
    trial.steps.append((f"read-back {name}", f"{found} of {len(wants)} fields on the list's first entry{more}"))
    for want, one in zip(wants, shown, strict=True):
        if one.rung < 0:
            trial.warnings.append(f"read-back of {name}: the list's first entry does not show {_caption(want)}")


def _caption(want: Wants) -> str:
    return str(want.find.rungs()[0][1])


class _Absent(dict[str, Any]):
    """A record whose every value is one that no entry has."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return "0FIC10CHECK00"


def dry_run(
    office: Office,
    name: str,
    form_name: str,
    record: Mapping[str, Any],
    har: Path | None = None,
    folder: Path = Path(),
) -> Trial:
    """Everything up to the save, then the save itself with its request blocked in the network layer; then a look.

    What is found there twice, before and after, is the proof that nothing was saved.
    """
    system = load_system(office, name)
    form = known(system, "form", system.forms, form_name)
    trial = Trial([("description", form.title or form_name)])
    with LoggedIn(office, name, trial, har=har) as session:
        if session is None:
            return trial
        values = {"key": own_key(record), **record}
        values["key"] = render(form.key, values)
        needs(values, form.needs, form.title)
        before = len(look_up(Runner(session, system, dict(values), frame=form.frame), form.look_up))
        trial.steps.append(("look-up", f"key {values['key']}: {before} there"))
        runner = Runner(
            session, system, dict(values), frame=form.frame, lane=form.lane,
            files=lambda name: (folder / name).read_bytes(),
        )  # fmt: skip
        try:
            runner.do(form.steps)
            runner.believe()
        finally:
            trial.rungs |= runner.rungs
            trial.drift += drift.compare(drift.remembered(office.settings.home / "systems", name), trial.rungs)
        for want, shown, wanted, good in runner.shown(form.check, runner.record):
            trial.steps.append(("check", f"{want.find.rungs()[0][1]}: {shown}{'' if good else f', not {wanted}'}"))
            if not good:
                raise BusinessException("OF531", form.title, field=want.find.rungs()[0][1], shown=shown, wanted=wanted)
        _press_save(trial, session, form, runner)
    check = Trial()
    with LoggedIn(office, name, check) as session:
        if session is not None:
            after = len(look_up(Runner(session, system, dict(values), frame=form.frame), form.look_up))
            trial.saved = after != before
            trial.steps.append(("look-up again", f"{after} there"))
    return trial


Opened = Callable[["Browser", System], Session]


def _press_save(trial: Trial, session: Session, form: Form, runner: Runner) -> None:
    submission = Submission()
    save = ladder_of(form.save.press, "press", runner.record)
    try:
        session.submit(
            form.save.frame or form.frame, save, loads=form.save.loads, guard=lambda: None, paths=form.save.requests,
            submission=submission,
        )  # fmt: skip
    except OficioError:
        if not submission.blocked:  # else the page misses its answer
            raise
    trial.steps.append(("save", f"pressed; {submission.blocked} request(s) blocked, {submission.sent} sent"))
    if submission.blocked > 1 and form.save.writes is None:
        trial.warnings.append("the save sends several requests: if one is another's double, set `save: {writes: 1}`")
    if not submission.blocked:
        trial.warnings.append("the save sent nothing: does a GET request save? Name it under `save: requests`")


class LoggedIn:
    """A dry session of any account, logged in; None when that failed, with the trial's problem set.

    Args:
        opened: makes another session than a dry one of the system.
        har: where the pages are kept.
    """

    def __init__(self, office: Office, name: str, trial: Trial, opened: Opened | None = None, har: Path | None = None):
        self.office, self.name, self.trial, self.har = office, name, trial, har
        self.system = load_system(office, name)
        self.opened = opened or self._dry

    def _dry(self, started: Browser, system: System) -> Session:
        return Session(started, system, base_url(self.name, system), dry=True, har=self.har)

    def __enter__(self) -> Session | None:
        worker = accounts.worker_name(self.office) + ":try"
        self.seat = accounts.take_seat(self.office, self.name, self.system, worker)
        if self.seat is None:
            raise ApplicationException("OF515", self.system.title, system=self.name)
        self.chromium = browser()
        started = self.chromium.__enter__()
        self.session = self.opened(started, self.system)
        try:
            log_in(self.session, self.system, self.seat)
        except OficioError as error:
            self.trial.problem = error.reason
            self._show()
            return None
        self.trial.steps.append(("login", f"as {self.seat.account.user}"))
        return self.session

    def _show(self) -> None:
        """Keep a picture of the page that stopped it, when the page still gives one."""
        path = self.office.settings.home / "systems" / f"{self.name}-check.jpg"
        with contextlib.suppress(OficioError):
            picture = self.session.picture()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(picture)
            self.trial.picture = path

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, OficioError):
            self._show()
        self.trial.blocked += self.session.traffic.blocked
        self.trial.writes += self.session.traffic.writes
        self.session.close()
        if self.har is not None and self.seat is not None:
            mask_har(self.har, self.seat.secrets)
        self.chromium.__exit__(None, None, None)
        if self.seat is not None:
            accounts.give_back(self.office, self.seat)
        if isinstance(error, OficioError):
            self.trial.problem = error.reason
            return True
        return False
