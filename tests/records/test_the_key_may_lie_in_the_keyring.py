"""The log's private key in the keyring of the operating system, by the real library over a keyring in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError, PasswordSetError

from config.errors import ConfigError
from records import Records
from tests.records.conftest import SESSION, Clock
from tests.records.logs import sealed


class InMemory(KeyringBackend):
    """A keyring that lives as long as the test."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # the library's own
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise PasswordSetError("locked")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("no such password")


@pytest.fixture
def memory() -> Iterator[InMemory]:
    before = keyring.get_keyring()
    backend = InMemory()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


def opened(home: Path, clock: Clock) -> Records:
    return Records.open(home=home, session=SESSION, now=clock)


def test_a_key_that_moves_into_the_keyring_goes_on_signing(tmp_path: Path, clock: Clock, memory: InMemory) -> None:
    with opened(tmp_path, clock) as records:
        heads = sealed(records, clock, 20)
        key = records.log.move_key_to_keyring()
        assert records.log.move_key_to_keyring() == key
    assert not (tmp_path / "keys" / "audit.pem").exists()
    assert len(memory.kept) == 1
    with opened(tmp_path, clock) as records:
        heads += sealed(records, clock, 20)
        assert records.log.key == key
        assert records.log.verify([head.note for head in heads]).ok


def test_a_handover_stays_in_the_keyring(tmp_path: Path, clock: Clock, memory: InMemory) -> None:
    with opened(tmp_path, clock) as records:
        heads = sealed(records, clock, 20)
        old = records.log.move_key_to_keyring()
        new = records.log.rotate_key()
        heads += sealed(records, clock, 20)
        assert new != old
        assert records.log.verify([head.note for head in heads]).ok
    assert [path.name for path in (tmp_path / "keys").glob("*.pem")] == []
    assert len(memory.kept) == 1
    with opened(tmp_path, clock) as records:
        assert records.log.key == new


def test_a_keyring_that_does_not_keep_it_leaves_the_file(tmp_path: Path, clock: Clock, memory: InMemory) -> None:
    memory.locked = True
    with opened(tmp_path, clock) as records:
        sealed(records, clock, 20)
        with pytest.raises(ConfigError, match="OF716"):
            records.log.move_key_to_keyring()
    assert (tmp_path / "keys" / "audit.pem").exists()
    with opened(tmp_path, clock) as records:
        assert records.log.verify().ok
