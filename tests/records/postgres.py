"""A private PostgreSQL on 127.0.0.1 in a temporary folder, as a user that is not root."""

from __future__ import annotations

import contextlib
import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Literal, Self

__all__ = ["Cluster", "programs"]


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, or None."""
    found = shutil.which("initdb")
    folders = (
        [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    )
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


class Cluster:
    """A database cluster of its own; a context manager that stops and removes it."""

    def __init__(self, programs: Path):
        self._programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="oficio-pg-"))
        self._user = _unprivileged()
        if self._user:
            os.chown(self.folder, pwd.getpwnam(self._user).pw_uid, -1)
        self.port = _free_port()
        self._made = 0
        self._run("initdb", "-D", "data", "-U", "oficio", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), *arguments],
            cwd=self.folder, user=self._user, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c shared_buffers=64MB"
        self._run("pg_ctl", "-D", "data", "-w", "-t", "180", "-l", "log", "-o", options, "start")

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """Stop it; `immediate` is what a power cut is to it."""
        self._run("pg_ctl", "-D", "data", "-w", "-m", mode, "stop")

    def new_database(self) -> str:
        """The URL of a fresh database."""
        self._made += 1
        name = f"office{self._made}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "oficio", name)
        return f"postgresql+psycopg://oficio@127.0.0.1:{self.port}/{name}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder)


def _free_port() -> int:
    """A port below those that outgoing connections get: it must still be free after each restart."""
    for port in random.sample(range(20_000, 32_000), 200):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port")


def _unprivileged() -> str | None:
    if os.getuid() != 0:
        return None
    return next(name for name in ("postgres", "nobody") if any(name == user.pw_name for user in pwd.getpwall()))
