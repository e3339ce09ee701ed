"""An IMAP mailbox to try the office on: pymap in a child process over a Maildir that lasts.

`start_mailbox` serves it, `deliver` puts a mail in as a mail transfer agent would (tmp/, then a rename into new/), also
while nobody serves it.  A second start finds the same mails under the same UIDs.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from pathlib import Path
from types import TracebackType
from typing import IO

from pysasl.hashing import BuiltinHash

__all__ = ["KEYWORDS", "RunningMailbox", "deliver", "start_mailbox"]

KEYWORDS: tuple[str, ...] = (
    "Oficio",
    "OficioDone",
    "OficioFailed",
    "OficioDuplicate",
    "OficioReview",
    "$Forwarded",
    "$Junk",
)
"""IMAP keywords that the mailbox can keep; pymap's Maildir wants them named beforehand."""


@dataclass
class RunningMailbox:
    """A served mailbox; `stop` (or the end of a `with` block) ends it, and so does the end of this process."""

    host: str
    port: int
    root: Path
    process: subprocess.Popen[bytes]

    def deliver(self, user: str, eml: bytes) -> str:
        """As `deliver`, into this mailbox."""
        return deliver(self.root, user, eml)

    def stop(self) -> None:
        """End the server; the mails stay."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> RunningMailbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start_mailbox(
    root: Path, users: Mapping[str, str], *, port: int = 0, log: IO[bytes] | None = None
) -> RunningMailbox:
    """Serve the mailboxes below `root`.

    Args:
        root: directory of the store; made when missing.
        users: passwords by user; each has a mailbox of its own.
        port: 0 for any free one.
        log: where the server's complaints go; nowhere when None.

    Raises:
        RuntimeError: the server did not start; the message is its last words.
    """
    root.mkdir(parents=True, exist_ok=True)
    _write_users(root, users)
    for user in users:
        _maildir(root, user)
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "demo.mail_server", str(root), str(port)],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log or subprocess.DEVNULL,
        start_new_session=True,  # Ctrl+C in the terminal is for the office; it closes the mailbox in its own time
    )
    ready = process.stdout.readline() if process.stdout is not None else b""
    running = RunningMailbox("127.0.0.1", int(ready or 0), root, process)
    if not ready:
        running.stop()
        raise RuntimeError(f"the demo's mailbox did not start (exit code {process.returncode})")
    return running


def deliver(root: Path, user: str, eml: bytes, *, once: bool = False) -> str:
    """Deliver one mail into a user's INBOX, durable when it returns; with `once`, not if it was delivered before.

    Returns:
        The SHA-256 (hex) of its bytes.
    """
    maildir = _maildir(root, user)
    sha256 = hashlib.sha256(eml).hexdigest()
    present = [path.name for path in maildir.rglob("*.demo*")]
    if once and any(sha256[:24] in name for name in present):
        return sha256
    name = f"{len(present) + 1:08d}.{sha256[:24]}.demo"  # UIDs follow names: first come, first numbered
    temporary = maildir / "tmp" / name
    with temporary.open("wb") as file:
        file.write(eml)
        file.flush()
        os.fsync(file.fileno())
    stamp = _date(eml)
    if stamp is not None:
        os.utime(temporary, (stamp, stamp))  # becomes INTERNALDATE
    temporary.rename(maildir / "new" / name)
    return sha256


def _date(eml: bytes) -> float | None:
    text = BytesHeaderParser().parsebytes(eml[:65536])["Date"]
    try:
        return datetime.strptime(str(text), "%a, %d %b %Y %H:%M:%S %z").timestamp()
    except ValueError:
        return None


def _maildir(root: Path, user: str) -> Path:
    maildir = root / user
    for part in ("tmp", "new", "cur"):
        (maildir / part).mkdir(parents=True, exist_ok=True)
    keywords = maildir / "dovecot-keywords"
    if not keywords.exists():
        keywords.write_text("".join(f"{index} {name}\n" for index, name in enumerate(KEYWORDS)), "ascii")
    return maildir


def _write_users(root: Path, users: Mapping[str, str]) -> None:
    hashed = {user: BuiltinHash(rounds=20_000).hash(password) for user, password in users.items()}
    shadow = root / "pymap-etc-shadow"
    shadow.write_text("".join(f"{user}:{secret}:::::::\n" for user, secret in hashed.items()), "utf-8")
    shadow.chmod(0o600)
    (root / "pymap-etc-passwd").write_text("".join(f"{user}:x::::{user}:\n" for user in users), "utf-8")
