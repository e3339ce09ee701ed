"""Accounts of a system: one robot at a time, by database lease; logging in, and the fence that a new login is."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pyotp

from bots.data_entry.ladders import ladder_of
from bots.data_entry.runner import Runner
from bots.office import Office
from config.errors import ApplicationException, ConfigError, OficioError
from config.systems import Account, System
from connectors.browser.session import Session
from connectors.secrets import Secret, find_secret
from records import Lease, Transaction, leases

__all__ = ["Seat", "is_dead", "log_in", "take_seat", "worker_name"]


@dataclass
class Seat:
    """An account that this robot holds, with its secrets.

    Attributes:
        slot: one of the system's `parallel` places; None for the moment in which a login is a fence.
    """

    account: Account
    lease: Lease
    slot: Lease | None
    secrets: tuple[Secret, ...]
    renewed: float
    code_of: int = -1
    """The time step whose one-time code was used last."""


def worker_name(office: Office) -> str:
    """`host:pid:start:run`: tells whether a worker of this machine still lives."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}:{office.worker.rpartition(':')[2]}"


def is_dead(worker: str) -> bool:
    """Whether a worker was a process of this machine that is no more; False when that cannot be known."""
    host, _, rest = worker.partition(":")
    pid, _, rest = rest.partition(":")
    started = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdigit() or not Path("/proc/self/stat").exists():
        return False
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    """When a process started (clock ticks since boot), "" when there is none: a pid alone is used again."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if stat[0] in ("Z", "X") else stat[19]


def lease_name(system: str, user: str) -> str:
    """The lease of an account."""
    return f"system:{system}:account:{user}"


def take_seat(office: Office, name: str, system: System, worker: str, only: str | None = None) -> Seat | None:
    """The first account that is free, or whose robot is dead; None when all are at work, or as many as may be.

    Args:
        only: this account and no other, for a login that is a fence: it needs no place of its own.
    """
    slot = None
    if only is None and (slot := _take_slot(office, name, system, worker)) is None:
        return None
    for account in system.accounts:
        if only is not None and account.user != only:
            continue
        lease = _take(office, lease_name(name, account.user), worker, timedelta(seconds=system.limits.lease))
        if lease is not None:
            seat = Seat(account, lease, slot, (), time.monotonic())
            names = [account.secret, *([account.totp] if account.totp else [])]
            try:
                seat.secrets = tuple(find_secret(one, office.settings.home) for one in names)
            except ConfigError:
                give_back(office, seat)
                raise
            return seat
    if slot is not None:
        _release(office, slot)
    return None


def _take_slot(office: Office, name: str, system: System, worker: str) -> Lease | None:
    """One of the places that robots of all processes and machines share."""
    ttl = timedelta(seconds=system.limits.lease)
    slots = (_take(office, f"system:{name}:robot#{number}", worker, ttl) for number in range(system.parallel))
    return next((slot for slot in slots if slot is not None), None)


def _take(office: Office, name: str, worker: str, ttl: timedelta) -> Lease | None:
    with office.records.begin() as tx:
        lease = leases.acquire(tx, name, worker, ttl)
        if lease is None and (holder := leases.holder(tx, name)) is not None and is_dead(holder):
            dead = leases.acquire(tx, name, holder, ttl)  # in the dead robot's name, to give it back
            if dead is not None:
                leases.release(tx, dead)
                lease = leases.acquire(tx, name, worker, ttl)
        return lease


def give_back(office: Office, seat: Seat) -> None:
    """Leave an account to others."""
    _release(office, *(lease for lease in (seat.lease, seat.slot) if lease is not None))


def _release(office: Office, *held: Lease) -> None:
    with contextlib.suppress(OficioError), office.records.begin() as tx:
        for lease in held:
            leases.release(tx, lease)


def keep_seat(office: Office, seat: Seat, system: System, *, now: bool = False) -> None:
    """Renew the leases when a third of their time has gone by (or `now`).

    Raises:
        OficioError: OF702, another robot has the account.
    """
    if not now and time.monotonic() - seat.renewed < system.limits.lease / 3:
        return
    with office.records.begin() as tx:
        renew_seat(tx, seat, system)
    seat.renewed = time.monotonic()


def renew_seat(tx: Transaction, seat: Seat, system: System) -> None:
    """Renew the leases in a transaction of the caller's."""
    ttl = timedelta(seconds=system.limits.lease)
    seat.lease = leases.renew(tx, seat.lease, ttl)
    if seat.slot is not None:
        seat.slot = leases.renew(tx, seat.slot, ttl)


def log_in(session: Session, system: System, seat: Seat, beat: Callable[[], None] = lambda: None) -> None:
    """Log in and make sure.

    Args:
        beat: keeps the account's lease while a new one-time code is waited for.

    Raises:
        ConfigError: OF514, user or password are refused.
        ApplicationException: OF516, the probe does not show.
    """
    try:
        _log_in_once(session, system, seat, beat)
    except ConfigError as error:
        if error.code != "OF514" or not seat.account.totp:
            raise
        _log_in_once(session, system, seat, beat)  # another robot may have used this code: the next one decides


def _log_in_once(session: Session, system: System, seat: Seat, beat: Callable[[], None]) -> None:
    values = {"user": seat.account.user, "password": seat.secrets[0].reveal()}
    if seat.account.totp:
        values["totp"] = _one_time_code(seat, beat)
    session.writing = True
    try:
        Runner(session, system, dict(values)).do(system.login.steps)
        _make_sure(session, system, seat.account.user)
        session.inside = True
    except ApplicationException as error:
        if error.code == "OF512":
            raise ApplicationException("OF516", session.url, user=seat.account.user, what=error.reason.facts) from None
        raise
    finally:
        session.writing = False


def _make_sure(session: Session, system: System, user: str) -> None:
    """Until the probe shows, or a refusal."""
    probe = ladder_of(system.login.probe, "any", {}, itself=True)
    deadline = time.monotonic() + system.limits.step
    while True:
        shown = [text for text in session.signs(None, system.login.refused) if text]
        if shown:
            raise ConfigError("OF514", session.url, user=user, shown=shown[0])
        if session.look(system.login.probe_frame, [probe])[0].rung >= 0:
            return
        if time.monotonic() > deadline:
            raise ApplicationException("OF516", session.url, user=user, what=probe)
        session.page.wait_for_timeout(50)


def _one_time_code(seat: Seat, beat: Callable[[], None]) -> str:
    """The code of now; a code is good once (RFC 6238, 5.2), so that after it was used the next one is waited for."""
    totp = _totp(seat.secrets[1].reveal().strip(), seat.account.totp or "")
    while (window := int(time.time() // totp.interval)) <= seat.code_of:
        beat()
        time.sleep(min(1.0, totp.interval - time.time() % totp.interval))
    seat.code_of = window
    return totp.at(window * totp.interval)


def _totp(text: str, name: str) -> pyotp.TOTP:
    try:
        if text.startswith("otpauth:"):
            made = pyotp.parse_uri(re.sub(r"(?<=secret=)[^&]+", lambda found: _filled_up(found[0]), text))
        else:
            made = pyotp.TOTP(_filled_up(text))
    except ValueError as error:
        raise ConfigError("OF544", name=name) from error
    if not isinstance(made, pyotp.TOTP):
        raise ConfigError("OF544", name=name)
    return made


def _filled_up(key: str) -> str:
    """The same key, long enough: pyotp refuses the usual 80 bits.  HMAC fills keys up with zeros, in base 32 with A."""
    return re.sub(r"[\s-]", "", key).upper().rstrip("=").ljust(32, "A")
