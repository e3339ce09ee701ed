"""Mails as people send them, for the tests of the intake."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from email.policy import SMTP

__all__ = ["PDF", "UBL", "mail", "pdf", "zipped"]

UBL = (
    b'<?xml version="1.0"?><Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"><ID>1</ID></Invoice>'
)


def pdf(text: str = "1", size: int = 0) -> bytes:
    """Bytes that are a PDF by their first bytes; each text makes another one."""
    return b"%PDF-1.4\n% " + text.encode() + b"\n" + b"x" * size + b"\n%%EOF\n"


PDF = pdf()


def mail(
    *attachments: tuple[str, bytes] | tuple[str, bytes, str],
    subject: str = "Factura",
    sender: str = "Papelera del Norte <cobros@papelera.example>",
    text: str = "Adjunto la factura.",
    number: str = "1",
    **headers: str,
) -> bytes:
    """A mail with attachments: (name, bytes) or (name, bytes, label)."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = "facturas@oficina.example"
    message["Subject"] = subject
    message["Message-ID"] = f"<{number}@papelera.example>"
    message["Date"] = "Mon, 05 Jan 2026 10:00:00 +0100"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    for name, data, *label in attachments:
        main, _, sub = (label[0] if label else "application/pdf").partition("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def zipped(**members: bytes) -> bytes:
    """A zip archive; `a_pdf` becomes `a.pdf`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return out.getvalue()
