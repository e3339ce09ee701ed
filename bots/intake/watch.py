"""Watch mailboxes and folders: news wakes the intake early, a look every minute is the truth.

One thread and one connection a mailbox: it idles (RFC 2177) while nothing happens and collects over the same
connection.  A file system event only wakes; servers without IDLE and folders without events are polled all the same.
"""

from __future__ import annotations

import os
import random
import select
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from bots.intake.stage import collect_folder, collect_mail, place_of
from bots.office import Office, StageReport
from config.errors import ApplicationException
from config.settings import Mailbox, WatchedFolder
from connectors.folders import DropFolder
from connectors.mail.mailbox import MailSession
from connectors.secrets import find_secret

__all__ = ["Pace", "Watch"]


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: between two looks; until IDLE is renewed (servers end it after ten minutes or more); of back-off."""

    poll: float = 60.0
    renew: float = 540.0
    longest_wait: float = 300.0


_NO_NEWS = {"busy", "waiting", "known", "unavailable", "not taken"}


class _Place(Protocol):
    """A mailbox or folder that is watched; `due` is when it is looked at next (monotonic seconds)."""

    due: float

    @property
    def name(self) -> str: ...
    def collect(self) -> StageReport: ...
    def failed(self) -> None: ...
    def fileno(self) -> int | None: ...
    def heard(self) -> None: ...
    def close(self) -> None: ...


class Watch:
    """All mailboxes and folders of an office; a context manager that ends connections and observers.

    Args:
        office: as the intake clerk.
        pace: how often to look.
    """

    def __init__(self, office: Office, pace: Pace | None = None):
        self.office = office
        self.pace = pace or Pace()
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._woken, False)
        self._stopped = False
        settings = office.settings
        self.places: list[_Place] = [_WatchedMailbox(office, box, self.pace) for box in settings.mailboxes.values()]
        self.places += [_Folder(office, one, self.pace, self.wake) for one in settings.folders.values()]

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        for place in self.places:
            place.close()
        os.close(self._woken)
        os.close(self._wake)

    def wake(self) -> None:
        """Look again now; may be called from other threads and from signal handlers."""
        with suppress(BlockingIOError, OSError):  # full: it is woken already; closed: nobody sleeps
            os.write(self._wake, b"x")

    def stop(self) -> None:
        """End `batches` after what it is doing."""
        self._stopped = True
        self.wake()

    def batches(self) -> Iterator[StageReport]:
        """What came, a report each time something did; an empty one at the start and each `poll` seconds; until `stop`.

        The empty ones are for work that waits for other reasons: decided by a person, postponed, taken over.
        A mailbox or folder that fails is tried again with back-off and jitter; the others are not kept waiting.
        """
        last = -self.pace.poll
        while not self._stopped:
            report = StageReport("collect")
            for place in self.places:
                if place.due <= time.monotonic() and not self._stopped:
                    report.outcomes.update(self._collect(place))
            if report.outcomes.keys() - _NO_NEWS or time.monotonic() >= last + self.pace.poll:
                last = time.monotonic()
                yield report
            self._sleep(last + self.pace.poll)

    def _collect(self, place: _Place) -> dict[str, int]:
        try:
            return place.collect().outcomes
        except ApplicationException as error:
            self.office.log.warning("%s: %s", place.name, error)
            place.failed()
            return {"unavailable": 1}

    def _sleep(self, until: float) -> None:
        """Wait for news, but no longer than until the next look is due."""
        descriptors = [(place.fileno(), place) for place in self.places]
        listening = {descriptor: place for descriptor, place in descriptors if descriptor is not None}
        seconds = min([until, *(place.due for place in self.places)]) - time.monotonic()
        if self._stopped:
            return
        readable, _, _ = select.select([self._woken, *listening], [], [], max(0.0, seconds))
        for descriptor in readable:
            if descriptor == self._woken:
                with suppress(BlockingIOError):
                    os.read(self._woken, 4_096)
            else:
                listening[descriptor].heard()


@dataclass
class _WatchedMailbox:
    """A mailbox with its one connection, which idles in the first folder between two looks."""

    office: Office
    box: Mailbox
    pace: Pace
    due: float = 0.0
    session: MailSession | None = None
    idle_since: float = 0.0
    failures: int = 0

    @property
    def name(self) -> str:
        return f"mailbox {self.box.name}"

    def collect(self) -> StageReport:
        session = self.session or self._connect()
        session.idle_done()
        report = collect_mail(self.office, self.box, session=session)
        self.failures = 0
        session.select(self.box.folders[0])
        session.idle()
        self.idle_since = time.monotonic()
        # What arrived between the look and IDLE is not announced by every server: the next look finds it.
        self.due = time.monotonic() + min(self.pace.poll, self.pace.renew)
        return report

    def _connect(self) -> MailSession:
        session = MailSession(self.box)
        session.connect(find_secret(self.box.secret, self.office.settings.home).reveal())
        self.session = session
        return session

    def failed(self) -> None:
        self.close()
        self.failures += 1
        wait = min(self.pace.longest_wait, self.pace.poll * 2 ** min(self.failures - 1, 10))
        self.due = time.monotonic() + wait * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, no secret

    def fileno(self) -> int | None:
        return self.session.fileno() if self.session is not None else None

    def heard(self) -> None:
        try:
            if self.session is not None and self.session.woken(0):
                self.due = 0.0
        except ApplicationException as error:
            self.office.log.warning("%s: %s", self.name, error)
            self.failed()

    def close(self) -> None:
        session, self.session = self.session, None
        if session is not None:
            session.close()


@dataclass
class _Folder:
    """A folder with its observer, if the file system has events."""

    office: Office
    folder: WatchedFolder
    pace: Pace
    wake: Callable[[], None]
    due: float = 0.0
    drops: DropFolder | None = None
    observer: BaseObserver | None = None

    @property
    def name(self) -> str:
        return f"folder {self.folder.name}"

    def collect(self) -> StageReport:
        if self.drops is None:
            self.drops = DropFolder(place_of(self.office, self.folder), self.folder.settle_seconds)
            self._observe(self.drops)
        report = collect_folder(self.office, self.folder, wait=False, drops=self.drops)
        soon = self.drops.settle if report.outcomes["waiting"] or report.outcomes["not taken"] else self.pace.poll
        self.due = time.monotonic() + max(0.05, min(soon, self.pace.poll))
        return report

    def _observe(self, drops: DropFolder) -> None:
        observer = Observer()
        try:
            observer.schedule(_Bell(self._rung), str(drops.root), recursive=False)
            observer.start()
        except OSError as error:  # a network share, or no watches left: the look every minute is enough
            self.office.log.info("%s has no events: %s", self.name, error)
            return
        self.observer = observer

    def _rung(self) -> None:
        self.due = min(self.due, time.monotonic() + 0.05)
        self.wake()

    def failed(self) -> None:
        self.close()
        self.drops = None
        self.due = time.monotonic() + self.pace.poll

    def fileno(self) -> int | None:
        return None

    def heard(self) -> None:
        """Events come by `wake`."""

    def close(self) -> None:
        observer, self.observer = self.observer, None
        if observer is not None:
            observer.stop()
            observer.join(5)


class _Bell(FileSystemEventHandler):
    """Rings when something changed in a folder."""

    def __init__(self, ring: Callable[[], None]):
        self._ring = ring

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in {"created", "moved", "modified", "closed"}:
            self._ring()
