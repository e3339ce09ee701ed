"""A real Dovecot, once a session, with a fresh mailbox for every test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from config.settings import Mailbox
from tests.intake.dovecot import PASSWORD, Dovecot, unavailable


@pytest.fixture(scope="session")
def server() -> Iterator[Dovecot]:
    why = unavailable()
    if why and os.environ.get("CI") == "true":
        pytest.fail(why)
    if why:
        pytest.skip(why)
    with Dovecot.create() as running:
        yield running


@pytest.fixture
def dovecot(server: Dovecot) -> Iterator[Dovecot]:
    """The server with all mailboxes empty."""
    for home in (server.root / "home").iterdir():
        shutil.rmtree(home)
    if server.process is None:
        server.start()
    yield server
    if server.process is None:
        server.start()


@pytest.fixture
def box(dovecot: Dovecot) -> Mailbox:
    return mailbox(dovecot)


def mailbox(server: Dovecot, **changes: object) -> Mailbox:
    """The settings of the user `bot` on a server."""
    plain = {
        "name": "office", "host": "127.0.0.1", "port": server.port, "tls": "none", "user": "bot",
        "secret": "mailbox-office", "timeout_seconds": 10, "trusted_authserv": "mx.oficina.example",
    }  # fmt: skip
    return Mailbox.model_validate(plain | changes)


@pytest.fixture
def password() -> str:
    return PASSWORD
