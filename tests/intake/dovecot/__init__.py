"""A private Dovecot for the tests and benchmarks of the intake: no root rights, no service, nothing outside its folder.

Started in the foreground as a child process (and told to end when we do), on a free port of 127.0.0.1, with
mail as Maildir files that a test may also write itself.  For Dovecot 2.3; 2.4 renamed its settings.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Dovecot", "find_dovecot", "unavailable"]

NOBODY = 65534
PASSWORD = "an office's password"
_TEMPLATE = Path(__file__).with_name("dovecot.conf")
_numbers = itertools.count(1)


def find_dovecot() -> str | None:
    """Path of the program, or None."""
    return shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def unavailable() -> str:
    """Why no Dovecot can be started here, or "" when one can."""
    program = find_dovecot()
    if program is None:
        return "Dovecot is not installed (Debian: apt-get install dovecot-imapd)"
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return "" if version.startswith("2.3.") else f"this configuration is for Dovecot 2.3, not {version.strip()}"


@dataclass
class Dovecot:
    """One running server; use as a context manager.

    Attributes:
        root: everything it keeps.
        port: IMAP in the clear; `tls_port` with TLS and the certificate `root/cert.pem`.
    """

    root: Path
    port: int = 0
    tls_port: int = 0
    oauth_url: str = ""
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def create(cls, oauth_url: str = "") -> Dovecot:
        """A server in a new folder, not started yet; `oauth_url` + token answers who the token is."""
        # Started by root, Dovecot runs as nobody, who must be able to pass every folder above.
        root = Path(tempfile.mkdtemp(prefix="oficio-dovecot-"))
        root.chmod(0o755)
        return cls(root, oauth_url=oauth_url)

    def __enter__(self) -> Dovecot:
        self.port, self.tls_port = _free_ports(2)
        self._configure()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def start(self) -> None:
        """Start and wait until it greets; RuntimeError with its log when it does not within ten seconds."""
        program = find_dovecot()
        assert program is not None
        drop = ["setpriv", "--pdeathsig", "TERM"]
        if os.geteuid() == 0:
            drop += [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        command = [*drop, program, "-F", "-c", str(self.root / "dovecot.conf")]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while not _greets(self.port):
            if time.monotonic() > until or self.process.poll() is not None:
                log = self.root / "dovecot.log"
                raise RuntimeError(log.read_text() if log.exists() else "dovecot did not start")
            time.sleep(0.01)

    def stop(self) -> None:
        """End it with everything it started."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def maildir(self, user: str, folder: str = "INBOX") -> Path:
        """Where a folder of a user lies (Maildir++)."""
        home = self.root / "home" / user / "Maildir"
        return home if folder == "INBOX" else home / f".{folder}"

    def deliver(self, user: str, mails: Iterable[bytes], folder: str = "INBOX") -> None:
        """Put mails into a folder as a delivery agent does: written beside, then renamed into `new`."""
        box = self.maildir(user, folder)
        for name in ("tmp", "new", "cur"):
            (box / name).mkdir(parents=True, exist_ok=True)
        for raw in mails:
            name = f"{time.time_ns()}.{next(_numbers):06}.test,S={len(raw)}"
            (box / "tmp" / name).write_bytes(raw)
            self._give(box / "tmp" / name)
            (box / "tmp" / name).rename(box / "new" / name)
        self._give_tree(self.root / "home" / user)

    def _configure(self) -> None:
        for name in ("run", "state", "home"):
            (self.root / name).mkdir(exist_ok=True)
        names = ("bot", "staff", "other")
        (self.root / "passwd").write_text("".join(f"{name}:{{PLAIN}}{PASSWORD}\n" for name in names))
        _certificate(self.root)
        oauth = ""
        if self.oauth_url:
            (self.root / "oauth.conf").write_text(
                f"introspection_mode = get\nintrospection_url = {self.oauth_url}\nforce_introspection = yes\n"
                "active_attribute = active\nactive_value = true\nusername_attribute = username\n"
            )
            oauth = f"passdb {{\n driver = oauth2\n mechanisms = xoauth2\n args = {self.root}/oauth.conf\n}}"
        ours = os.geteuid() != 0
        filled = _TEMPLATE.read_text().format_map(
            {
                "root": self.root,
                "port": self.port,
                "tls_port": self.tls_port,
                "user": _user_name() if ours else "nobody",
                "group": _group_name() if ours else "nogroup",
                "uid": os.geteuid() if ours else NOBODY,
                "gid": os.getegid() if ours else NOBODY,
                "oauth": oauth,
                "mechanisms": "plain login xoauth2" if oauth else "plain login",
            }
        )
        (self.root / "dovecot.conf").write_text(filled)
        self._give_tree(self.root)

    def _give(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY)

    def _give_tree(self, top: Path) -> None:
        if os.geteuid() == 0:
            for folder, _, files in os.walk(top):
                for name in (".", *files):
                    self._give(Path(folder) / name)


def _user_name() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


def _group_name() -> str:
    import grp

    return grp.getgrgid(os.getegid()).gr_name


def _certificate(root: Path) -> None:
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
        f" -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout {root}/key.pem -out {root}/cert.pem"
    )
    subprocess.run(command.split(), check=True, capture_output=True)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports: list[int] = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            return connection.recv(4) == b"* OK"
    except OSError:
        return False
