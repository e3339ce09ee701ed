"""Where heads of the log go, so that the office cannot take them back: a folder, a mailbox, witnesses, timestamps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from bots.office import Office
from config.errors import ApplicationException, ConfigError, Reason
from config.settings import Mailbox
from config.yaml_file import Strict, read_yaml
from connectors.mail.mailbox import open_mailbox
from connectors.secrets import find_secret
from records import audit
from records.anchors import ask_for_timestamp, ask_witness
from records.keys import write_once
from records.log import SignedCheckpoint
from records.witness import CosignerKey

__all__ = ["AuditRules", "MailRule", "WitnessRule", "anchor", "heads_folder", "kept_heads", "lateness"]

LONGEST_WAIT = timedelta(minutes=15)
MOST_EVENTS = 1000


def _witness_key(text: str) -> str:
    return str(CosignerKey.parse(text))


class WitnessRule(Strict):
    """A witness: its address, and its key as it prints it when it starts (`name+id+base64`)."""

    url: str
    key: Annotated[str, AfterValidator(_witness_key)]


class MailRule(Strict):
    """A mailbox of the auditor's: each head is put into `folder` of it as a mail."""

    mailbox: Mailbox
    folder: str = "INBOX"


class AuditRules(Strict):
    """`config/audit.yaml`: where heads of the log go.

    Attributes:
        heads: the auditor's folder; relative paths are below the office's home.
        mail: the auditor's mailbox, if heads go there too.
        witnesses: C2SP witnesses that cosign each head.
        timestamps: addresses of RFC 3161 authorities.
    """

    heads: Path = Path("heads")
    mail: MailRule | None = None
    witnesses: tuple[WitnessRule, ...] = ()
    timestamps: tuple[str, ...] = ()


def audit_rules(office: Office) -> AuditRules:
    """The rules of `config/audit.yaml`, or the defaults when there is no such file."""
    path = office.settings.directory / "audit.yaml"
    return read_yaml(path, AuditRules) if path.is_file() else AuditRules()


def heads_folder(office: Office) -> Path:
    """The auditor's folder."""
    return office.settings.home / audit_rules(office).heads


def kept_heads(folder: Path) -> list[str]:
    """The heads that an auditor's folder holds, oldest first; none when there is no such folder."""
    return [path.read_text("utf-8") for path in sorted(folder.glob("*.note"))]


def anchor(office: Office, head: SignedCheckpoint) -> Iterator[str]:
    """Take a head to every anchor that is configured and has not seen it; an anchor that does not answer is told.

    What an anchor gave, or that it has the head, is kept as a file beside the head.

    Returns:
        What came of each: `witnessed`, `stamped`, `mailed`, or `witness failed` and so on.
    """
    for kind, suffix, ask in _anchors(office, head):
        path = heads_folder(office) / f"{head.size:012d}.{suffix}"
        done, failed = _OUTCOMES[kind]
        try:
            if not path.exists():
                write_once(path, ask(), mode=0o444)
            yield done
        except (ApplicationException, ConfigError) as error:
            office.log.warning("%s", error)
            yield failed


_OUTCOMES = {
    "witness": ("witnessed", "witness failed"),
    "timestamp": ("stamped", "timestamp failed"),
    "mail": ("mailed", "mail failed"),
}


def _anchors(office: Office, head: SignedCheckpoint) -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Each anchor: its kind, the suffix of its file, and how it is asked."""
    rules = audit_rules(office)

    def cosigned(witness: WitnessRule) -> bytes:
        return ask_witness(office.records.log, head, witness.url, CosignerKey.parse(witness.key)).note.encode()

    for number, witness in enumerate(rules.witnesses):
        yield "witness", f"witness{number}", partial(cosigned, witness)
    for number, url in enumerate(rules.timestamps):
        yield "timestamp", f"tsr{number}", partial(ask_for_timestamp, head, url)
    if (mail := rules.mail) is not None:
        yield "mail", "mailed", lambda: _mail(office, head, mail)


def _mail(office: Office, head: SignedCheckpoint, rule: MailRule) -> bytes:
    """Put the head into the auditor's mailbox; its Message-ID is what is kept of it."""
    origin = office.records.log.key.name
    message = EmailMessage()
    message["Subject"] = f"Audit log {origin}: {head.size} events"
    message["From"] = message["To"] = (
        rule.mailbox.user if "@" in rule.mailbox.user else f"{rule.mailbox.user}@localhost"
    )
    message["Date"] = format_datetime(office.now())
    message["Message-ID"] = f"<{head.size}.{head.root[:32]}@{origin.replace('/', '.')}>"
    message.set_content(f"{head.size} events, root {head.root}. Keep the attached head.\n")
    message.add_attachment(
        head.note.encode(), maintype="application", subtype="octet-stream", filename=f"{head.size:012d}.note"
    )
    password = find_secret(rule.mailbox.secret, office.settings.home)
    with open_mailbox(rule.mailbox, password.reveal()) as session:
        session.append(rule.folder, bytes(message))
    return f"{message['Message-ID']}\n".encode()


def lateness(office: Office) -> Reason | None:
    """Why an alert is due: events have waited for an anchor for over 15 minutes, or over 1,000 of them wait."""
    with office.records.read() as tx:
        newer = audit.read(tx, _anchored(office), limit=MOST_EVENTS + 1)
    if not newer:
        return None
    waited = office.now() - newer[0].at
    if waited <= LONGEST_WAIT and len(newer) <= MOST_EVENTS:
        return None
    return Reason("OF727", facts={"minutes": str(int(waited.total_seconds() // 60)), "events": str(len(newer))})


def _anchored(office: Office) -> int:
    """How many events every anchor that is configured has seen."""
    folder, rules = heads_folder(office), audit_rules(office)
    anchors = ["note", *(f"witness{n}" for n in range(len(rules.witnesses)))]
    anchors += [f"tsr{n}" for n in range(len(rules.timestamps))] + (["mailed"] if rules.mail else [])
    return min(max((int(path.stem) for path in folder.glob(f"*.{anchor}")), default=0) for anchor in anchors)
