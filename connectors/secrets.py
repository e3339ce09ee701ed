"""Passwords and tokens: from the environment or from files that only the office can read; never shown.

`OFICIO_SECRET_<NAME>` in the environment wins over the file `<home>/secrets/<name>` (mode 0600).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NoReturn

from config.errors import ConfigError

__all__ = ["MASK", "Secret", "find_secret", "keep_secret", "masked"]

MASK = "********"


class Secret:
    """A value that refuses to be printed: `str`, `repr` and formats show stars; `reveal()` gives it to who types it."""

    __slots__ = ("__value",)

    def __init__(self, value: str):
        self.__value = value

    def reveal(self) -> str:
        """The value itself: only for the field or the connection that it is meant for."""
        return self.__value

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __format__(self, _spec: str) -> str:
        return MASK

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


def find_secret(name: str, home: Path) -> Secret:
    """The secret of that name.

    Raises:
        ConfigError: OF500 there is none; OF501 its file can be read by others.
    """
    _check(name)
    value = os.environ.get(variable(name))
    if value is not None:
        return Secret(value)
    path = home / "secrets" / name
    try:
        mode = path.stat().st_mode
        text = path.read_text("utf-8")
    except OSError:
        raise ConfigError("OF500", str(path), name=name, variable=variable(name)) from None
    if mode & 0o077:
        raise ConfigError("OF501", str(path), mode=f"{mode & 0o777:o}")
    return Secret(text.rstrip("\r\n"))


def keep_secret(name: str, value: Secret, home: Path) -> Path:
    """Write a secret into the office's home, readable by its owner alone; returns the file."""
    _check(name)
    folder = home / "secrets"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    path = folder / name
    draft = folder / f".{name}.new"
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(value.reveal())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return path


def variable(name: str) -> str:
    """The environment variable of a secret: `demo-bot1` is OFICIO_SECRET_DEMO_BOT1."""
    return "OFICIO_SECRET_" + re.sub(r"[^A-Za-z0-9]", "_", name).upper()


def masked(text: str, secrets: tuple[Secret, ...]) -> str:
    """A text with every secret in it replaced by stars."""
    for secret in secrets:
        if len(secret.reveal()) >= 4:
            text = text.replace(secret.reveal(), MASK)
    return text


def _check(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", name):
        raise ConfigError("OF500", name=name, variable="OFICIO_SECRET_<NAME>")
