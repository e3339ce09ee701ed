"""Tell a bank file's format by its bytes; its name and its label are never asked."""

from __future__ import annotations

import re
from typing import Literal

from connectors.bank.values import decode

__all__ = ["BankFormat", "sniff"]

BankFormat = Literal["camt", "mt940", "ofx", "qif", "bai2", "norma43", "csv", "workbook", "unknown"]

_HEAD = 65_536
_PATTERNS: tuple[tuple[BankFormat, re.Pattern[str]], ...] = (
    ("ofx", re.compile(r"(?i)\s*OFXHEADER\s*:|<\?OFX\s|<OFX>")),
    ("camt", re.compile(r"<(?:\w+:)?(?:BkToCstmr\w+|Stmt|Rpt|Ntfctn)[\s>]|iso:20022:tech:xsd:camt\.05[234]")),
    ("bai2", re.compile(r"\s*01,[^,\n]*,[^,\n]*,\d{6},")),
    ("norma43", re.compile(r"\s*11\d{18}\d{6}\d{6}[12]\d{14}")),
    ("qif", re.compile(r"(?mi)^!(?:type|account|option|clear)\b")),
    ("mt940", re.compile(r"(?m)^:(?:20|25P?|28C?|60[FM]|61|62[FM]|86|34F|13D?):|^\{1:F\d\d")),
)


def sniff(data: bytes) -> BankFormat:
    """The format of the first bytes of a bank file (64 KiB are enough)."""
    head = data[:_HEAD]
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "workbook"
    text = decode(head)[0]
    xml = text.lstrip("\ufeff \t\r\n\0").startswith("<")
    for name, pattern in _PATTERNS:
        anchored = name in ("bai2", "norma43")
        if pattern.match(text) if anchored else pattern.search(text):
            return name
    if xml or "\0" in text:
        return "unknown"
    return "csv" if re.search(r"[;,\t|]", text) else "unknown"
