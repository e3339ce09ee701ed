"""The log's own key: made at first start, PKCS #8 PEM (openssl reads it), readable by its owner alone."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config.errors import ConfigError
from records.note import Signer

__all__ = ["load_signer", "write_once"]


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
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
            return True
        return False
    finally:
        draft.unlink()


def load_signer(folder: Path, name: str) -> Signer:
    """The key `folder/audit.pem` under the name of the log; made when there is none.

    Raises:
        ConfigError: OF716, the file is not an Ed25519 key or others may read it.
    """
    path = folder / "audit.pem"
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
