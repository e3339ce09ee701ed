"""The intake's stage: mailboxes and watched folders, each by one intake at a time, tried again when a server fails."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import tenacity

from bots.intake.drops import Look
from bots.intake.mails import Visit
from bots.intake.outbox import pay
from bots.intake.turns import Turn, lost, turn_at
from bots.office import Office, StageReport
from config.errors import ApplicationException, OficioError
from config.settings import Mailbox, WatchedFolder
from connectors.folders import DropFolder
from connectors.mail import Limits
from connectors.mail.mailbox import MailSession, open_mailbox
from connectors.secrets import find_secret

__all__ = ["collect", "collect_folder", "collect_mail"]

log = logging.getLogger("oficio.intake")
_HEALING = {"OF301", "OF303"}
"""Codes that may heal by themselves; a refused login is not tried again, or the account gets locked."""


def retries(attempts: int = 4, longest: float = 20.0) -> tenacity.Retrying:
    """Try again with exponential back-off and jitter while the mail server fails in a way that may heal."""
    return tenacity.Retrying(
        stop=tenacity.stop_after_attempt(attempts),
        wait=tenacity.wait_random_exponential(multiplier=0.5, max=longest),
        retry=tenacity.retry_if_exception(lambda e: isinstance(e, ApplicationException) and e.code in _HEALING),
        before_sleep=_say,
        reraise=True,
    )


def collect_mail(
    office: Office,
    mailbox: Mailbox,
    *,
    limit: int | None = None,
    session: MailSession | None = None,
    limits: Limits | None = None,
    password: Callable[[], str] | None = None,
    trying: tenacity.Retrying | None = None,
) -> StageReport:
    """Take in the new mails of a mailbox.

    Args:
        limit: at most so many mails.
        session: an open connection to use; a new one is opened (and tried again) without it.
        password: yields the password or token, instead of the secret that the settings name.
        trying: how to try again; `retries()` by default.

    Returns:
        Papers by the state they went to; mails that were `known` or had `no document`; `busy` when another intake
        is at this mailbox, which is no failure.

    Raises:
        ApplicationException: OF301 to OF305, the mailbox cannot be read now; whatever was committed stays.
        ConfigError: OF500, its secret is not set.
    """
    report = StageReport("collect")
    started = time.monotonic()
    with turn_at(office, f"mailbox:{mailbox.name}") as turn:
        if turn is None:
            report.outcomes["busy"] += 1
            return report
        try:
            if session is not None:
                _visit(office, mailbox, session, turn, report, limit, limits)
            else:
                word = password() if password else _secret(office, mailbox)
                for attempt in trying or retries():
                    with attempt, open_mailbox(mailbox, word) as opened:
                        turn.keep()
                        left = None if limit is None else limit - report.total
                        _visit(office, mailbox, opened, turn, report, left, limits)
        except OficioError as error:
            if not lost(error):
                raise
            report.outcomes["busy"] += 1
    report.seconds = time.monotonic() - started
    return report


def _secret(office: Office, mailbox: Mailbox) -> str:
    return find_secret(mailbox.secret, office.settings.home).reveal()


def _visit(
    office: Office,
    box: Mailbox,
    session: MailSession,
    turn: Turn,
    report: StageReport,
    limit: int | None,
    limits: Limits | None,
) -> None:
    """All folders; one that cannot be opened does not keep the others waiting."""
    visit = Visit(office, box, session, turn, report, limits or Limits())
    closed: ApplicationException | None = None
    pay(office, box.name, session)
    for folder in box.folders:
        try:
            visit.collect(folder, None if limit is None else limit - report.total)
        except ApplicationException as error:
            if error.code != "OF304":
                raise
            closed = closed or error
    if closed is not None:
        raise closed


def collect_folder(
    office: Office,
    folder: WatchedFolder,
    *,
    limit: int | None = None,
    wait: bool = True,
    drops: DropFolder | None = None,
    limits: Limits | None = None,
) -> StageReport:
    """Take in the complete files of a watched folder.

    Args:
        limit: at most so many files.
        wait: wait once for files that were changed just now to settle; without it they are counted as `waiting`.
        drops: the folder as it was looked at before, which remembers how files were then.

    Raises:
        ApplicationException: OF340, the folder cannot be used; OF341, a claimed file cannot be read.
    """
    report = StageReport("collect")
    started = time.monotonic()
    with turn_at(office, f"folder:{folder.name}") as turn:
        if turn is None:
            report.outcomes["busy"] += 1
            return report
        drops = drops or DropFolder(place_of(office, folder), folder.settle_seconds)
        try:
            Look(office, folder, drops, turn, report, limits or Limits()).collect(limit, wait=wait)
        except OficioError as error:
            if not lost(error):
                raise
            report.outcomes["busy"] += 1
    report.seconds = time.monotonic() - started
    return report


def place_of(office: Office, folder: WatchedFolder) -> Path:
    """Where a watched folder is: a relative path is below the office's home."""
    return office.settings.home / folder.path


def collect(office: Office) -> StageReport:
    """Take in everything that is configured; a mailbox or folder that fails does not keep the others waiting.

    Raises:
        ApplicationException: the first failure, after all others were visited.
    """
    report = StageReport("collect")
    failures: list[ApplicationException] = []
    settings = office.settings
    jobs: list[Callable[[], StageReport]] = [partial(collect_mail, office, box) for box in settings.mailboxes.values()]
    jobs += [partial(collect_folder, office, folder) for folder in settings.folders.values()]
    for job in jobs:
        try:
            done = job()
        except ApplicationException as error:
            log.warning("%s", error)
            failures.append(error)
            continue
        report.outcomes.update(done.outcomes)
        report.seconds += done.seconds
    if failures:
        raise failures[0]
    return report


def _say(state: tenacity.RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.warning("%s; attempt %s, again in %.1f s", error, state.attempt_number, state.upcoming_sleep)
