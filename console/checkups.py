"""What `oficio doctor` looks at; each check-up answers one line and never raises."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from config.errors import AuditBroken, OficioError, Reason
from config.settings import Mailbox, Settings, WatchedFolder, default_home, load_settings

__all__ = ["Finding", "examine"]

LOW_DISK_MB = 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was checked, how it is, what was found, how to mend it, and what the exit code then is."""

    check: str
    status: Literal["ok", "warning", "failure"]
    says: str
    mend: str = ""
    exit_code: int = 0


def examine(home: Path | None, config: Path | None) -> Iterator[Finding]:
    """All check-ups, in the order in which a newcomer would mend them."""
    yield _python()
    try:
        settings = load_settings(home, config)
    except OficioError as error:
        yield _failed("configuration", error)
        yield _disk(home or default_home())
        yield _guarded("browser", _browser)
        return
    yield Finding("configuration", "ok", f"{settings.directory}: {_counted(settings)}")
    yield _disk(settings.home)
    yield _guarded("database", lambda: _database(settings))
    yield _guarded("audit log", lambda: _audit(settings))
    yield _guarded("audit anchors", lambda: _anchors(settings))
    yield _guarded("browser", _browser)
    yield _ocr()
    yield _guarded("Prefect", _prefect)
    for mailbox in settings.mailboxes.values():
        yield _guarded(f"mailbox {mailbox.name}", lambda mailbox=mailbox: _mailbox(settings, mailbox))  # type: ignore[misc]
    for folder in settings.folders.values():
        yield _folder(settings, folder)


def _guarded(check: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except OficioError as error:
        return _failed(check, error)
    except Exception as error:  # noqa: BLE001 - a doctor reports whatever is wrong
        return Finding(check, "failure", f"{type(error).__name__}: {error}", "See the log; report it if it stays.", 1)


def _failed(check: str, error: OficioError) -> Finding:
    return Finding(check, "failure", f"{error.code} {error.reason.text()}", error.reason.mend(), 1)


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("Python", "ok", version)


def _counted(settings: Settings) -> str:
    counts = {
        "suppliers": settings.suppliers,
        "orders": settings.purchase_orders,
        "mailboxes": settings.mailboxes,
        "folders": settings.folders,
    }
    return ", ".join(f"{len(things)} {name}" for name, things in counts.items())


def _disk(home: Path) -> Finding:
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    if not os.access(place, os.W_OK):
        return Finding("disk", "failure", f"{place} is not writable", "Give this user the right to write there.", 1)
    free = shutil.disk_usage(place).free // 2**20
    if free < LOW_DISK_MB:
        reason = Reason("OF902", facts={"folder": str(place), "free": str(free)})
        return Finding("disk", "warning", reason.text(), reason.mend())
    return Finding("disk", "ok", f"{home}: {free / 1024:.0f} GB free")


def _database(settings: Settings) -> Finding:
    from flows.desk import open_office
    from records import work_items

    with open_office(settings=settings, flow="doctor") as office, office.records.read() as tx:
        counts = work_items.counts(tx, "invoices")
    return Finding("database", "ok", f"{sum(counts.values())} work items, {counts.get('review', 0)} in review")


def _audit(settings: Settings) -> Finding:
    from flows.desk import open_office

    with open_office(settings=settings, flow="doctor") as office:
        verification = office.records.log.verify()
    if verification.ok:
        return Finding("audit log", "ok", f"{verification.size} events verified")
    mend = "Run `oficio audit verify`, and do not change anything."
    return Finding("audit log", "failure", str(verification), mend, AuditBroken.exit_code)


def _anchors(settings: Settings) -> Finding:
    from bots.auditor import heads_folder, lateness
    from flows.desk import open_office

    with open_office(settings=settings, flow="doctor") as office:
        late, folder = lateness(office), heads_folder(office)
    if late is not None:
        return Finding("audit anchors", "failure", late.text(), late.mend())
    if folder.is_relative_to(settings.home):
        mend = "Name the auditor's folder, a mailbox or a witness in config/audit.yaml (docs/06-audit-log.md)."
        return Finding("audit anchors", "warning", f"{folder}: heads stay within the office's reach", mend)
    return Finding("audit anchors", "ok", str(folder))


def _browser() -> Finding:
    from connectors.browser import find_browser

    found = find_browser()
    return Finding("browser", "ok", f"{found.path} ({found.version})")


def _ocr() -> Finding:
    engines = [name for name in ("rapidocr",) if importlib.util.find_spec(name)]
    engines += ["tesseract"] if shutil.which("tesseract") else []
    if not engines:
        mend = "Install the extra: uv sync --extra ocr; or Debian's tesseract-ocr."
        return Finding("OCR", "warning", "no engine: scans go to a person", mend)
    return Finding("OCR", "ok", ", ".join(engines))


def _prefect() -> Finding:
    from importlib.metadata import version

    from flows.server import answers

    url = os.environ.get("PREFECT_API_URL", "")
    if url and not answers(url):
        mend = "Start it (`oficio up`, or `prefect server start`), or take PREFECT_API_URL out of the environment."
        return Finding("Prefect", "failure", f"{version('prefect')}; no answer from {url}", mend, 1)
    return Finding("Prefect", "ok", f"{version('prefect')}, server: {url or 'none (oficio up starts one)'}")


def _mailbox(settings: Settings, mailbox: Mailbox) -> Finding:
    from connectors.mail.mailbox import open_mailbox
    from connectors.secrets import find_secret

    password = find_secret(mailbox.secret, settings.home)
    with open_mailbox(mailbox, password.reveal()) as session:
        waiting = sum(session.select(folder).count for folder in mailbox.folders)
        useful = sorted(session.capabilities & {"IDLE", "MOVE", "UIDPLUS"})
    says = f"{mailbox.user}@{mailbox.host}: {waiting} mails; {', '.join(useful) or 'plain IMAP'}"
    return Finding(f"mailbox {mailbox.name}", "ok", says)


def _folder(settings: Settings, folder: WatchedFolder) -> Finding:
    path, check = settings.home / folder.path, f"folder {folder.name}"
    if not path.exists():
        return Finding(check, "warning", f"{path} does not exist yet", "It is made at the first run.")
    try:
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        reason = Reason("OF340", str(path), {"why": error.strerror or str(error)})
        return Finding(check, "failure", f"{reason.code} {reason.text()}", reason.mend(), 1)
    return Finding(check, "ok", str(path))
