"""What `oficio doctor` looks at; each check-up answers one line and never raises."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from config.errors import AuditBroken, Language, OficioError, Reason
from config.settings import Mailbox, Settings, WatchedFolder, default_home, load_settings
from console.phrases import say
from console.words import spoken

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
    """All check-ups, in the order in which a newcomer would mend them; in the office's language once that is known."""
    yield _python()
    try:
        settings = load_settings(home, config)
    except OficioError as error:
        yield _failed("configuration", error, spoken())
        yield _disk(home or default_home(), spoken())
        yield _guarded("browser", spoken(), _browser)
        return
    language = settings.language
    yield Finding("configuration", "ok", f"{settings.directory}: {_counted(settings)}")
    yield _disk(settings.home, language)
    yield _guarded("database", language, lambda: _database(settings))
    yield _guarded("audit log", language, lambda: _audit(settings))
    yield _guarded("audit anchors", language, lambda: _anchors(settings))
    yield _guarded("browser", language, _browser)
    yield _ocr(language)
    yield _guarded("Prefect", language, lambda: _prefect(language))
    for mailbox in settings.mailboxes.values():
        yield _guarded(f"mailbox {mailbox.name}", language, partial(_mailbox, settings, mailbox))
    for folder in settings.folders.values():
        yield _folder(settings, folder)


def _guarded(check: str, language: Language, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except OficioError as error:
        return _failed(check, error, language)
    except Exception as error:  # noqa: BLE001 - a doctor reports whatever is wrong
        mend = say("See the log; report it if it stays.", language)
        return Finding(check, "failure", f"{type(error).__name__}: {error}", mend, 1)


def _failed(check: str, error: OficioError, language: Language) -> Finding:
    return Finding(check, "failure", f"{error.code} {error.reason.text(language)}", error.reason.mend(language), 1)


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
    return ", ".join(f"{len(things)} {say(name, settings.language)}" for name, things in counts.items())


def _disk(home: Path, language: Language) -> Finding:
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    if not os.access(place, os.W_OK):
        says = say("{place} is not writable", language).format(place=place)
        return Finding("disk", "failure", says, say("Give this user the right to write there.", language), 1)
    free = shutil.disk_usage(place).free // 2**20
    if free < LOW_DISK_MB:
        reason = Reason("OF902", facts={"folder": str(place), "free": str(free)})
        return Finding("disk", "warning", reason.text(language), reason.mend(language))
    says = say("{place}: {free} GB free", language)
    return Finding("disk", "ok", says.format(place=home, free=f"{free / 1024:.0f}"))


def _database(settings: Settings) -> Finding:
    from flows.desk import open_office
    from records import work_items

    with open_office(settings=settings, flow="doctor") as office, office.records.read() as tx:
        counts = work_items.counts(tx, "invoices")
    says = say("{count} work items, {review} in review", settings.language)
    return Finding("database", "ok", says.format(count=sum(counts.values()), review=counts.get("review", 0)))


def _audit(settings: Settings) -> Finding:
    from flows.desk import open_office

    with open_office(settings=settings, flow="doctor") as office:
        verification = office.records.log.verify()
    if verification.ok:
        says = say("{count} events verified", settings.language).format(count=verification.size)
        return Finding("audit log", "ok", says)
    mend = say("Run `oficio audit verify`, and do not change anything.", settings.language)
    return Finding("audit log", "failure", str(verification), mend, AuditBroken.exit_code)


def _anchors(settings: Settings) -> Finding:
    from bots.auditor import heads_folder, lateness
    from flows.desk import open_office

    language = settings.language
    with open_office(settings=settings, flow="doctor") as office:
        late, folder = lateness(office), heads_folder(office)
    if late is not None:
        return Finding("audit anchors", "failure", late.text(language), late.mend(language))
    if folder.is_relative_to(settings.home):
        says = say("{folder}: heads stay within the office's reach", language).format(folder=folder)
        mend = say(
            "Name the auditor's folder, a mailbox or a witness in config/audit.yaml (docs/06-audit-log.md).", language
        )
        return Finding("audit anchors", "warning", says, mend)
    return Finding("audit anchors", "ok", str(folder))


def _browser() -> Finding:
    from connectors.browser import find_browser

    found = find_browser()
    return Finding("browser", "ok", f"{found.path} ({found.version})")


def _ocr(language: Language) -> Finding:
    engines = [name for name in ("rapidocr",) if importlib.util.find_spec(name)]
    engines += ["tesseract"] if shutil.which("tesseract") else []
    if not engines:
        mend = say("Install the extra: uv sync --extra ocr; or Debian's tesseract-ocr.", language)
        return Finding("OCR", "warning", say("no engine: scans go to a person", language), mend)
    return Finding("OCR", "ok", ", ".join(engines))


def _prefect(language: Language) -> Finding:
    from importlib.metadata import version

    from flows.server import answers

    url = os.environ.get("PREFECT_API_URL", "")
    if url and not answers(url):
        says = say("{version}; no answer from {url}", language).format(version=version("prefect"), url=url)
        mend = say(
            "Start it (`oficio up`, or `prefect server start`), or take PREFECT_API_URL out of the environment.",
            language,
        )
        return Finding("Prefect", "failure", says, mend, 1)
    server = url or say("none (oficio up starts one)", language)
    return Finding("Prefect", "ok", f"{version('prefect')}, {say('server', language)}: {server}")


def _mailbox(settings: Settings, mailbox: Mailbox) -> Finding:
    from connectors.mail.mailbox import open_mailbox
    from connectors.secrets import find_secret

    password = find_secret(mailbox.secret, settings.home)
    with open_mailbox(mailbox, password.reveal()) as session:
        waiting = sum(session.select(folder).count for folder in mailbox.folders)
        useful = sorted(session.capabilities & {"IDLE", "MOVE", "UIDPLUS"})
    says = say("{mailbox}: {count} mails; {able}", settings.language).format(
        mailbox=f"{mailbox.user}@{mailbox.host}", count=waiting,
        able=", ".join(useful) or say("plain IMAP", settings.language),
    )  # fmt: skip
    return Finding(f"mailbox {mailbox.name}", "ok", says)


def _folder(settings: Settings, folder: WatchedFolder) -> Finding:
    path, check, language = settings.home / folder.path, f"folder {folder.name}", settings.language
    if not path.exists():
        says = say("{path} does not exist yet", language).format(path=path)
        return Finding(check, "warning", says, say("It is made at the first run.", language))
    try:
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        reason = Reason("OF340", str(path), {"why": error.strerror or str(error)})
        return Finding(check, "failure", f"{reason.code} {reason.text(language)}", reason.mend(language), 1)
    return Finding(check, "ok", str(path))
