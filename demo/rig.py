"""An office on a table: its mailbox and its legacy system served here, and what a process needs to use them."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.settings import CONFIG
from demo.legacy.app import create_app
from demo.legacy.faults import Faults
from demo.legacy.server import serve
from demo.legacy.store import DEMO_USERS, Store
from demo.mailbox import RunningMailbox, start_mailbox

__all__ = ["MAILBOX_USER", "Rig", "copy_config", "open_rig"]

MAILBOX_USER = "invoices"
MAILBOX_PASSWORD = "demo-buzon-1984"


@dataclass(frozen=True)
class Rig:
    """A running table office.

    Attributes:
        home, config: of the office.
        environment: what a process needs to find the servers and their passwords.
        legacy: the legacy system's own database, for looking only.
    """

    home: Path
    config: Path
    environment: Mapping[str, str]
    legacy_url: str
    mailbox: RunningMailbox
    legacy: Store

    def entered(self) -> list[dict[str, str]]:
        """The invoices in the legacy system's database, oldest first, as texts."""
        return [{name: str(value) for name, value in row.items()} for row in self.legacy.invoices()]


@contextlib.contextmanager
def open_rig(
    home: Path,
    *,
    config: Path = CONFIG,
    suppliers: Mapping[str, str],
    faults: Faults | None = None,
    ports: tuple[int, int] = (0, 0),
) -> Iterator[Rig]:
    """Serve mailbox and legacy system until the block ends; what they keep is below `home` and lasts.

    Args:
        suppliers: name by code, in the legacy system.
        faults: what the legacy system does to saves.
        ports: of mailbox and legacy system; 0 takes a free one.
    """
    home.mkdir(parents=True, exist_ok=True)
    database = home / "legacy" / "legacy.db"
    with contextlib.ExitStack() as running:
        mailbox = start_mailbox(home / "mail", {MAILBOX_USER: MAILBOX_PASSWORD}, port=ports[0])
        running.callback(mailbox.stop)
        url = running.enter_context(serve(create_app(database, faults=faults, suppliers=suppliers), port=ports[1]))
        yield Rig(home, config, _environment(home, config, mailbox, url), url, mailbox, Store(database))


def _environment(home: Path, config: Path, mailbox: RunningMailbox, url: str) -> dict[str, str]:
    return {
        "OFICIO_HOME": str(home),
        "OFICIO_CONFIG": str(config),
        "OFICIO_MAILBOX_HOST": mailbox.host,
        "OFICIO_MAILBOX_PORT": str(mailbox.port),
        "OFICIO_SECRET_MAILBOX_OFFICE": MAILBOX_PASSWORD,
        "OFICIO_SYSTEM_DEMO_URL": url,
        **{f"OFICIO_SECRET_DEMO_{user.upper()}": password for user, password in DEMO_USERS.items()},
    }


def copy_config(target: Path, **texts: str) -> Path:
    """A copy of the shipped configuration with some files replaced (`suppliers=...` writes suppliers.yaml)."""
    shutil.copytree(CONFIG, target, ignore=shutil.ignore_patterns("*.py", "*.typed", "__pycache__", "catalogue"))
    for name, text in texts.items():
        (target / f"{name}.yaml").write_text(text, "utf-8")
    return target
