"""Log in, with a second factor when the account has one, and make sure that one is inside."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pyotp

from bots.data_entry.accounts import Seat
from bots.data_entry.ladders import ladder_of
from bots.data_entry.runner import Runner
from config.errors import ApplicationException, ConfigError
from config.systems import System
from connectors.browser.session import Session

__all__ = ["log_in"]


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
        if error.code in ("OF512", "OF545"):
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
        made.byte_secret()  # pyotp decodes the key only when a code is asked for
    except ValueError as error:
        raise ConfigError("OF544", name=name) from error
    if not isinstance(made, pyotp.TOTP):
        raise ConfigError("OF544", name=name)
    return made


def _filled_up(key: str) -> str:
    """The same key, long enough: pyotp refuses the usual 80 bits.  HMAC fills keys up with zeros, in base 32 with A."""
    return re.sub(r"[\s-]", "", key).upper().rstrip("=").ljust(32, "A")
