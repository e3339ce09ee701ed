"""A real Dovecot, once a session, with a fresh mailbox for every test."""

from __future__ import annotations

import itertools
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bots.office import Office
from config.settings import Mailbox, load_settings
from records import Actor, Records, RunInfo, Session, audit, work_items
from records.takeover import worker_name
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


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "home") as opened:
        yield opened


@contextmanager
def open_office(home: Path, worker: str = "") -> Iterator[Office]:
    """An office of its own, with nothing configured but who we are and one supplier."""
    home.mkdir(parents=True, exist_ok=True)
    settings = load_settings(home)
    session = Session(actor=Actor("bot", "intake"), run=RunInfo(id="test"))
    database = os.environ.get("OFICIO_TEST_DATABASE") or settings.database_url
    with Records.open(database, home=home, session=session) as records:
        name = worker or worker_name(str(next(_workers)))
        yield Office(settings=settings, records=records, worker=name)


_workers = itertools.count(1)


def states(office: Office) -> dict[str, int]:
    """How many work items are in each state."""
    with office.records.read() as tx:
        return dict(sorted(work_items.counts(tx, "invoices").items()))


def actions(office: Office) -> Counter[str]:
    """How many events of each action the audit log holds."""
    with office.records.read() as tx:
        return Counter(event.body["action"] for event in audit.read(tx, limit=100_000))
