"""Personal values in the log that can be forgotten without breaking the tree.

An event holds, instead of the value, a salted commitment and the value encrypted under a key of the person concerned:

    {"sealed": {"subject": <pseudonym>, "commitment": <hex>, "nonce": <hex>, "box": <base64>}}

commitment = SHA-256(salt || canonical value), box = AES-256-GCM(key, nonce, salt || canonical value).  Erasure destroys
the key and appends the event `privacy.erased`: the bytes that were signed stay as they were, and nobody can read them
any more (the salt lies in the box, so that a guessed value cannot be tried against the commitment either).

Keys lie in `home/subjects/`, one file a person, outside the database and outside every backup of it.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config.errors import OficioError
from records import audit
from records.canonical import canonical, parse
from records.keys import write_once
from records.store import Records

__all__ = ["Erasure", "erase", "is_erased", "is_sealed", "pseudonym", "reveal", "seal", "unsealed"]

_SALT = 16


def _folder(records: Records) -> Path:
    return records.home / "subjects"


def _secret(records: Records) -> bytes:
    """The office's own secret, so that pseudonyms cannot be found by trying names."""
    path = _folder(records) / "office.secret"
    if not path.exists():
        write_once(path, secrets.token_bytes(32))
    return path.read_bytes()


def pseudonym(records: Records, subject: str) -> str:
    """The name that a person has in the log: the same each time, and telling nothing."""
    return hashlib.blake2b(subject.strip().casefold().encode(), key=_secret(records), digest_size=16).hexdigest()


def seal(records: Records, subject: str, value: Any) -> dict[str, Any]:
    """A personal value as it may go into `before` and `after` of an event.

    Args:
        subject: the person concerned, by whatever names them (a tax id, an e-mail address).
        value: JSON without floats.

    Raises:
        OficioError: OF708, the value does not fit the profile of JSON.
    """
    name = pseudonym(records, subject)
    path = _folder(records) / f"{name}.key"
    if not path.exists():
        write_once(path, AESGCM.generate_key(256))
    salt, nonce, data = secrets.token_bytes(_SALT), secrets.token_bytes(12), canonical(value)
    box = AESGCM(path.read_bytes()).encrypt(nonce, salt + data, name.encode())
    return {
        "sealed": {
            "subject": name,
            "commitment": hashlib.sha256(salt + data).hexdigest(),
            "nonce": nonce.hex(),
            "box": base64.b64encode(box).decode(),
        }
    }


def is_sealed(value: object) -> bool:
    """Whether something is a sealed value; a run that counts what it `sealed` is none."""
    return isinstance(value, Mapping) and set(value) == {"sealed"} and isinstance(value["sealed"], Mapping)


def is_erased(records: Records, value: Mapping[str, Any]) -> bool:
    """Whether nobody can read a sealed value any more."""
    return not (_folder(records) / f"{value['sealed']['subject']}.key").exists()


def unsealed(value: Any, put: Callable[[Mapping[str, Any]], Any]) -> Any:
    """A value in which each sealed one is what `put` makes of it."""
    if is_sealed(value):
        return put(value)
    if isinstance(value, Mapping):
        return {name: unsealed(one, put) for name, one in value.items()}
    return [unsealed(one, put) for one in value] if isinstance(value, list) else value


def reveal(records: Records, value: Mapping[str, Any]) -> Any:
    """The value behind a sealed one.

    Raises:
        OficioError: OF728, it was erased; OF720, it is not what was committed to.
    """
    sealed = value["sealed"]
    path = _folder(records) / f"{sealed['subject']}.key"
    if not path.exists():
        raise OficioError("OF728", subject=sealed["subject"])
    try:
        data = AESGCM(path.read_bytes()).decrypt(
            bytes.fromhex(sealed["nonce"]), base64.b64decode(sealed["box"]), sealed["subject"].encode()
        )
    except InvalidTag as error:
        raise OficioError("OF720", why="a sealed value was changed") from error
    if hashlib.sha256(data).hexdigest() != sealed["commitment"]:
        raise OficioError("OF720", why="a sealed value is not the one committed to")
    return parse(data[_SALT:])


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was forgotten: the person's pseudonym in the log, and whether anything was sealed for them."""

    subject: str
    known: bool


def erase(records: Records, subject: str, *, ground: str) -> Erasure:
    """Forget a person: the tombstone event first, then the key is destroyed. Doing it again does no harm.

    Args:
        ground: why, in words or by article of law (`GDPR art. 17(1)(a)`); goes into the event.
    """
    name = pseudonym(records, subject)
    path = _folder(records) / f"{name}.key"
    known = path.exists()
    with records.begin() as tx:
        audit.append(tx, action="privacy.erased", after={"subject": name, "ground": ground})
    if known:
        with path.open("r+b") as file:  # overwritten before it goes: what a disk keeps of it is not ours to say
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    return Erasure(name, known)
