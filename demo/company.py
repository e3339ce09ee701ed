"""The demo company: a small repair shop in Galicia with its mailbox, watched folder, suppliers and bank.

Who it is: OFFICE_NAME, OFFICE_VAT_ID and OFFICE_IBAN below, the same as in `config/oficio.yaml`.  `build` writes
everything below an office's home; the same seed gives the same bytes, so that a second run finds only duplicates.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from zoneinfo import ZoneInfo

from demo.bank import BankLine, camt_053, workbook
from demo.cast import OFFICE, OFFICE_BIC, SUPPLIERS
from demo.hostile import encrypted, page_bomb
from demo.invoices import Invoice, Party, generate
from demo.invoices.generator import Form
from demo.invoices.scan import picture
from demo.mailbox import deliver
from demo.scenario import DOCUMENTS, FILES, MAILS, PAYMENTS, Outcome, Planned, PlannedMail

__all__ = [
    "MAIL_USER",
    "OFFICE_IBAN",
    "OFFICE_NAME",
    "OFFICE_VAT_ID",
    "Company",
    "Expected",
    "Made",
    "build",
    "documents",
]

OFFICE_NAME, OFFICE_VAT_ID, OFFICE_IBAN = OFFICE.name, OFFICE.vat_id, OFFICE.iban
MAIL_USER = "invoices"

_MADRID = ZoneInfo("Europe/Madrid")
_LETTERS = {
    "es": "Buenos días:\n\nAdjuntamos {what}.\n\nUn saludo,\n{who}\n",
    "en": "Dear customer,\n\nplease find attached {what}.\n\nKind regards\n{who}\n",
    "de": "Sehr geehrte Damen und Herren,\n\nanbei erhalten Sie {what}.\n\nMit freundlichen Grüßen\n{who}\n",
    "fr": "Bonjour,\n\nveuillez trouver ci-joint {what}.\n\nCordialement,\n{who}\n",
}
_NOTICE = "Buenos días:\n\nLes recordamos {what}.\n\nUn saludo,\n{who}\n"
_OTHER_LINES = (
    BankLine(date(2026, 3, 2), "Naves do Pozo, S.L.", "ES2114650100722030876293", "ALQUILER MARZO", Decimal("-1450")),
    BankLine(date(2026, 3, 31), "NOMINAS", "", "NOMINAS MARZO 2026", Decimal("-11840.62")),
    BankLine(date(2026, 4, 7), "Astilleros Ría, S.A.", "ES7620770024003102575766", "COBRO 26/0114", Decimal("9317.00")),
    BankLine(date(2026, 4, 30), "NOMINAS", "", "NOMINAS ABRIL 2026", Decimal("-11840.62")),
    BankLine(date(2026, 4, 30), "", "", "COMISION MANTENIMIENTO CUENTA", Decimal("-18.00")),
)  # fmt: skip
_CUT = date(2026, 4, 12)
_OPENING = Decimal("38210.44")


@dataclass(frozen=True, slots=True)
class Expected:
    """What should become of one arrival.

    Attributes:
        channel, source: `mail` with its Message-ID, or `folder` with the file's name.
        name, sha256: the document's file name and the hash of its bytes; "" for a mail without a document.
        outcome: `entered` (once in the legacy system), `review`, `duplicate`, `ignored`.
        codes: at least one of these (or of codes that begin so) is among the reasons; empty for `entered`.
        legacy: for `entered`, the row that the legacy system must hold: supplier_code, number, issue_date, due_date
            ("" when the page prints terms at most), net, tax, withheld, gross (decimal strings), currency, type.
        paid: whether the bank files settle it.
    """

    key: str
    channel: str
    source: str
    name: str
    sha256: str
    outcome: Outcome
    codes: tuple[str, ...] = ()
    legacy: Mapping[str, str] | None = None
    paid: bool = False


@dataclass(frozen=True, slots=True)
class Company:
    """Where everything is, and what should happen."""

    home: Path
    mail_root: Path
    inbox: Path
    bank_files: tuple[Path, ...]
    expectation: tuple[Expected, ...]


def build(home: Path, seed: int = 0) -> Company:
    """Write the company below `home`: mail/ (a Maildir), inbox/, bank/.

    Mails that were delivered before are not delivered again; files of the watched folder are dropped anew.
    """
    made = documents(seed)
    mail_root, inbox, bank = home / "mail", home / "inbox", home / "bank"
    for directory in (mail_root, inbox, bank):
        directory.mkdir(parents=True, exist_ok=True)
    expectation: list[Expected] = []
    entered: set[str] = set()
    for index, mail in enumerate(MAILS):
        message_id = f"<{index + 1:04d}.{mail.sent[:10]}@{_domain(mail)}>"
        deliver(mail_root, MAIL_USER, _eml(mail, message_id, made), once=True)
        if not mail.attachments:
            expectation.append(Expected(f"mail-{index + 1}", "mail", message_id, "", "", "ignored", ("OF332",)))
        for name, key in mail.attachments:
            expectation.append(_expected(key, "mail", message_id, name, made[key], key in entered))
            entered.add(key)
    for name, key in FILES:
        _drop(inbox / name, made[key].data, DOCUMENTS[key])
        expectation.append(_expected(key, "folder", name, name, made[key], key in entered))
    return Company(home, mail_root, inbox, _write_bank(bank, made), tuple(expectation))


@dataclass(frozen=True, slots=True)
class Made:
    """A document of the scenario: its bytes, its facts, and the due date that it prints ("" for none)."""

    data: bytes
    invoice: Invoice | None = None
    due: str = ""


def documents(seed: int = 0) -> dict[str, Made]:
    """Bytes and facts of every document of the scenario, by key."""
    return {key: _make(key, planned, seed) for key, planned in DOCUMENTS.items()}


def _make(key: str, planned: Planned, seed: int) -> Made:
    if planned.form == "bomb":
        return Made(page_bomb())
    player = SUPPLIERS[planned.supplier]
    form: Form = planned.form if planned.form in ("scan", "hybrid") else "born digital"
    specimen = generate(
        f"{seed}/{key}",
        case=planned.case,
        language=player.language,
        layout=player.layout,
        form=form,
        house=f"{seed}/{planned.supplier}",
        seller=player.party if not planned.iban else _with_iban(planned),
        buyer=OFFICE,
        number=planned.number,
        issued=planned.issued,
        days=planned.days,
        order=planned.order,
        currency=planned.currency,
        items=planned.items,
        corrects=planned.corrects,
        withheld_rate=Decimal(15),
    )
    data = specimen.pdf
    if planned.form == "picture":
        data = picture(data)
    elif planned.form == "encrypted":
        data = encrypted(data, "rodamientos")
    due = specimen.truth["fields"]["due_date"]
    return Made(data, specimen.invoice, due if isinstance(due, str) else "")


def _with_iban(planned: Planned) -> Party:
    return replace(SUPPLIERS[planned.supplier].party, iban=planned.iban, bic="DEUTDEDB270")


def _domain(mail: PlannedMail) -> str:
    return SUPPLIERS[mail.supplier].party.email.partition("@")[2]


def _eml(mail: PlannedMail, message_id: str, made: Mapping[str, Made]) -> bytes:
    player = SUPPLIERS[mail.supplier]
    sent = datetime.strptime(mail.sent, "%Y-%m-%d %H:%M").replace(tzinfo=_MADRID)
    message = EmailMessage(policy=SMTP)
    message["From"] = f'"{player.party.name}" <{player.party.email}>'
    message["To"] = OFFICE.email
    message["Subject"] = mail.subject
    message["Date"] = sent
    message["Message-ID"] = message_id
    letter = _LETTERS[player.language] if mail.attachments else _NOTICE
    message.set_content(letter.format(what=mail.what, who=player.party.name))
    for name, key in mail.attachments:
        subtype = "png" if name.endswith(".png") else "pdf"
        kind = "image" if subtype == "png" else "application"
        message.add_attachment(made[key].data, maintype=kind, subtype=subtype, filename=name)
    if mail.attachments:
        message.set_boundary(f"=={hashlib.sha256(message_id.encode()).hexdigest()[:24]}==")
    return message.as_bytes()


def _drop(path: Path, data: bytes, planned: Planned) -> None:
    """Put a file where people would, complete at once and of the day when they would have."""
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(data)
    stamp = datetime.combine(planned.issued, datetime.min.time(), _MADRID).timestamp()
    os.utime(temporary, (stamp, stamp))
    temporary.rename(path)


def _expected(key: str, channel: str, source: str, name: str, made: Made, again: bool) -> Expected:
    planned = DOCUMENTS[key]
    outcome: Outcome = "duplicate" if again else planned.outcome
    codes = ("OF330", "OF331", "OF420", "OF421") if again else planned.codes
    legacy = _legacy_row(planned, made.invoice, made.due) if outcome == "entered" and made.invoice else None
    paid = any(key in payment.documents for payment in PAYMENTS)
    sha256 = hashlib.sha256(made.data).hexdigest()
    return Expected(key, channel, source, name, sha256, outcome, codes, legacy, paid and outcome == "entered")


def _legacy_row(planned: Planned, invoice: Invoice, due: str) -> dict[str, str]:
    return {
        "supplier_code": SUPPLIERS[planned.supplier].legacy_code,
        "number": invoice.number,
        "issue_date": invoice.issued.isoformat(),
        "due_date": due,
        "net": f"{invoice.net:.2f}",
        "tax": f"{invoice.tax:.2f}",
        "withheld": f"{invoice.withheld:.2f}",
        "gross": f"{invoice.gross:.2f}",
        "currency": invoice.currency,
        "type": "credit note" if invoice.document == "credit_note" else "invoice",
    }


def _write_bank(directory: Path, made: Mapping[str, Made]) -> tuple[Path, ...]:
    lines = sorted((*_payments(made), *_OTHER_LINES), key=lambda line: line.booked)
    before = [line for line in lines if line.booked <= _CUT]
    after = [line for line in lines if line.booked > _CUT]
    closing = _OPENING + sum((line.amount for line in before), Decimal(0))
    statement, movements = directory / "extracto-2026-04-12.camt053.xml", directory / "movimientos-abril-2026.xlsx"
    statement.write_bytes(camt_053(before, OFFICE_IBAN, OFFICE_BIC, OFFICE_NAME, _OPENING))
    movements.write_bytes(workbook(after, OFFICE_IBAN, closing))
    return statement, movements


def _payments(made: Mapping[str, Made]) -> list[BankLine]:
    lines = []
    for payment in PAYMENTS:
        invoices = [invoice for key in payment.documents if (invoice := made[key].invoice) is not None]
        seller = invoices[0].seller
        amount = -(sum((invoice.gross for invoice in invoices), Decimal(0)) + payment.fee)
        lines.append(BankLine(payment.booked, seller.name, seller.iban, payment.text, amount, payment.fee))
    return lines
