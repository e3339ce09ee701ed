"""The log's own key: made at first start, PKCS #8 PEM (openssl reads it), readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config.errors import ConfigError
from records.note import Signer, VerifierKey

__all__ = ["load_signer", "replace_key", "retired_keys", "write_once"]


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


def load_signer(folder: Path, name: str, file: str = "audit.pem") -> Signer:
    """The key `folder/audit.pem` (or another file) under the name of the log; made when there is none.

    Raises:
        ConfigError: OF716, the file is not an Ed25519 key or others may read it.
    """
    path = folder / file
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_once(path, pem)
    if path.stat().st_mode & 0o077:
        raise ConfigError("OF716", str(path), why="others than its owner may read it")
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise ConfigError("OF716", str(path), why=error) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError("OF716", str(path), why="it is not an Ed25519 key")
    return Signer(name, key)


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
    (folder / "next.pem").replace(folder / "audit.pem")
