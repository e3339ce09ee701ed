"""The log's own key, made at first start: PKCS #8 PEM (openssl reads it) in a file of its owner, or in the keyring."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config.errors import ConfigError
from records.note import Signer, VerifierKey

__all__ = ["load_signer", "move_to_keyring", "replace_key", "retired_keys", "write_once"]

_SERVICE = "oficio audit log"
_IN_KEYRING = "in-keyring"
"""The file that says where the key is, instead of the key."""


def write_once(path: Path, data: bytes, mode: int = 0o600) -> bool:
    """Create a file with all its bytes or not at all; False when another process was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return _linked(draft, path, data, mode)
    finally:
        draft.unlink()


def _linked(draft: Path, path: Path, data: bytes, mode: int) -> bool:
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    except OSError:  # network shares without hard links: exclusive still, though not whole at once
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        except FileExistsError:
            return False
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    return True


class _Files:
    """Private keys as files of the folder, readable by their owner alone."""

    def __init__(self, folder: Path):
        self._folder = folder

    def read(self, file: str) -> bytes | None:
        path = self._folder / file
        if not path.exists():
            return None
        if path.stat().st_mode & 0o077:
            raise ConfigError("OF716", str(path), why="others than its owner may read it")
        return path.read_bytes()

    def add(self, file: str, pem: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_once(self._folder / file, pem)

    def replace(self, new: str, old: str) -> None:
        (self._folder / new).replace(self._folder / old)


class _Keyring:
    """Private keys in the keyring of the operating system (library `keyring`), under the log's name."""

    def __init__(self, name: str):
        self._name = name

    def read(self, file: str) -> bytes | None:
        with _library(self._name) as keyring:
            text: str | None = keyring.get_password(_SERVICE, f"{self._name} {file}")
        return text.encode() if text is not None else None

    def add(self, file: str, pem: bytes) -> None:
        with _library(self._name) as keyring:
            keyring.set_password(_SERVICE, f"{self._name} {file}", pem.decode())

    def replace(self, new: str, old: str) -> None:
        pem = self.read(new)
        if pem is not None:
            self.add(old, pem)
            with _library(self._name) as keyring:
                keyring.delete_password(_SERVICE, f"{self._name} {new}")


@contextmanager
def _library(name: str) -> Iterator[Any]:
    """The library, and its failures as ours."""
    try:
        import keyring
    except ModuleNotFoundError as error:
        raise ConfigError("OF716", name, why="it is in the keyring: install the extra `keyring`") from error
    try:
        yield keyring
    except keyring.errors.KeyringError as error:
        raise ConfigError("OF716", name, why=f"the keyring: {error}") from error


def _store(folder: Path, name: str) -> _Files | _Keyring:
    return _Keyring(name) if (folder / _IN_KEYRING).exists() else _Files(folder)


def load_signer(folder: Path, name: str, file: str = "audit.pem") -> Signer:
    """The key `folder/audit.pem` (or another file), or its like in the keyring; made when there is none.

    Args:
        name: the name of the log, which the signatures carry.

    Raises:
        ConfigError: OF716, it is not an Ed25519 key, others may read it, or the keyring does not give it.
    """
    store = _store(folder, name)
    pem = store.read(file)
    if pem is None:
        fresh = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        store.add(file, fresh)
        pem = store.read(file) or fresh  # another process may have been first
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise ConfigError("OF716", str(folder / file), why=error) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError("OF716", str(folder / file), why="it is not an Ed25519 key")
    return Signer(name, key)


def move_to_keyring(folder: Path, name: str) -> None:
    """Put the log's private key into the keyring and destroy its file. Doing it again does nothing.

    Raises:
        ConfigError: OF716, as `load_signer`, or the keyring does not keep it.
    """
    path, keyring = folder / "audit.pem", _Keyring(name)
    pem = _Files(folder).read("audit.pem")
    if pem is None:
        return
    if not (folder / _IN_KEYRING).exists():  # else it was interrupted, and the keyring may hold a newer one by now
        keyring.add("audit.pem", pem)
        if keyring.read("audit.pem") != pem:
            raise ConfigError("OF716", name, why="the keyring gives back another key than it was given")
        write_once(folder / _IN_KEYRING, f"{name}\n".encode())
    path.write_bytes(bytes(len(pem)))
    path.unlink()


def retired_keys(folder: Path) -> list[VerifierKey]:
    """The public keys of the past, oldest first.

    Raises:
        ConfigError: OF716, the file that keeps them is damaged.
    """
    path = folder / "retired.keys"
    try:
        return [VerifierKey.parse(line) for line in path.read_text("ascii").splitlines()] if path.exists() else []
    except ValueError as error:
        raise ConfigError("OF716", str(path), why=error) from error


def replace_key(folder: Path, old: VerifierKey) -> None:
    """Put `next.pem` in the place of `audit.pem`, whose public half is kept and whose private half is gone for good."""
    if old not in retired_keys(folder):
        with (folder / "retired.keys").open("a") as file:
            file.write(f"{old}\n")
            file.flush()
            os.fsync(file.fileno())
    _store(folder, old.name).replace("next.pem", "audit.pem")
