"""One-time codes: a key that makes none is a mistake of who set the system up, and is told as one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import pytest

from bots.data_entry.accounts import Seat
from bots.data_entry.login import log_in
from config.errors import ConfigError
from config.systems import System
from connectors.browser.session import Session
from connectors.secrets import Secret
from records import Lease

SYSTEM = System.model_validate(
    {
        "url": "http://127.0.0.1/",
        "accounts": [{"user": "u", "secret": "password", "totp": "code"}],
        "login": {"steps": [], "probe": "x"},
        "forms": {},
    }
)


@pytest.mark.parametrize(
    "key", ["not base 32!", "0189", "otpauth://totp/x?secret=0189", "otpauth://hotp/x?secret=JBSWY3DP"]
)
def test_a_malformed_key_is_told_before_anything_is_typed(key: str) -> None:
    lease = Lease("system:x:account:u", "me", datetime.now(UTC), 1)
    seat = Seat(SYSTEM.accounts[0], lease, None, (Secret("p"), Secret(key)), 0.0)
    untouched = cast(Session, None)
    with pytest.raises(ConfigError, match="OF544"):
        log_in(untouched, SYSTEM, seat)
