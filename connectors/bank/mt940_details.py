"""The information to account owner (:86:) in its dialects: German ?20, Dutch /CODE/, :NS: lines, plain text.

Sources: DFÜ-Abkommen annex 3, chapter 8 (Germany, ?00 to ?63 and the SEPA keywords); ABN AMRO, ING and Rabobank MT940
descriptions (/TRTP/, /CNTP/, /EREF/); SWIFT field 86 usage rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from connectors.bank.values import fold, iban_in

__all__ = ["Details", "read_details"]

_NUMBERED: Final = re.compile(r"(?P<code>\d{3})?\s*(?P<mark>[^\w\s/:.,-])(?P<first>\d\d)")
_KEYWORDS: Final = (
    "EREF",
    "KREF",
    "MREF",
    "CRED",
    "DEBT",
    "COAM",
    "OAMT",
    "SVWZ",
    "ABWA",
    "ABWE",
    "IBAN",
    "BIC",
    "PURP",
)
_KEYWORD: Final = re.compile(rf"(?<![A-Z])({'|'.join(_KEYWORDS)})[+:]\s?")
_SLASHED: Final = re.compile(
    r"/(TRTP|TRCD|EREF|KREF|MARF|MREF|CSID|CRED|BENM|ORDP|NAME|CNTP|REMI|IBAN|BIC|PURP|RTRN|ISDT|ULTD|ULTC|ULTB|PREF|IREF|"
    r"NRTX|BENM/|ORDP/|ADDR|ID|SVWZ|SVCL|ACCW|OCMT|CHGS|EXCH|IDTA|UDTR|UCRD|PURS|ADMI|USTD|STRD)/"
)
_NONE: Final = frozenset({"NOTPROVIDED", "NONREF", "NOT PROVIDED", ""})


@dataclass(slots=True)
class Details:
    """What an :86: tells: `code` is the German business transaction code (GVC)."""

    text: str = ""
    name: str = ""
    iban: str = ""
    reference: str = ""
    end_to_end_id: str = ""
    bank_id: str = ""
    code: str = ""


def read_details(texts: Sequence[str], *, tags: Sequence[str] = ()) -> Details:
    """Read the details of one entry, from one or several :86: (or :NS:) fields with their line ends."""
    if not texts:
        return Details()
    if tags and all(tag == "NS" for tag in tags):
        return _lines("\n".join(texts))
    whole = "\n".join(texts)
    joined = whole.replace("\n", "").lstrip()
    numbered = _NUMBERED.match(joined)
    if numbered:
        return _numbered(joined, numbered)
    if len(_SLASHED.findall(joined)) >= 2 or re.match(r"/[A-Z]{2,4}/", joined):
        return _slashed(whole)
    return Details(text=fold(whole), iban=iban_in(fold(whole)) or iban_in(joined))


def _numbered(text: str, head: re.Match[str]) -> Details:
    """?00 booking text, ?20-29 and ?60-63 remittance, ?30 bank, ?31 account, ?32-33 name, ?38 IBAN."""
    parts = re.split(rf"{re.escape(head['mark'])}(\d\d)", text[head.start("mark") :])
    fields: dict[str, list[str]] = {}
    for number, content in zip(parts[1::2], parts[2::2], strict=True):
        fields.setdefault(number, []).append(content)
    remittance = _remittance([part for number, found in fields.items() if number[0] in "26" for part in found])
    found = _keywords(remittance)
    account = "".join(fields.get("38", fields.get("31", []))).strip()
    said = found.get("SVWZ", "" if found else fold(remittance))
    lead = fold(remittance[: _first_keyword(remittance)])
    return Details(
        text=fold(" ".join(part for part in (lead if found else "", said) if part))
        or fold("".join(fields.get("00", []))),
        name=fold("".join(fields.get("32", [])) + "".join(fields.get("33", []))),
        iban=found.get("IBAN", "").replace(" ", "")[:34] or account.replace(" ", ""),
        reference=_given(found.get("KREF", "")),
        end_to_end_id=_given(found.get("EREF", "")),
        code=head["code"] or "",
    )


def _remittance(parts: list[str]) -> str:
    """Subfields of 27 places are cut wherever they are full: a full one goes on in the next without a blank."""
    return "".join(part if len(part) >= 27 else part + " " for part in parts).strip()


def _first_keyword(text: str) -> int:
    found = _KEYWORD.search(text)
    return found.start() if found else len(text)


def _keywords(text: str) -> dict[str, str]:
    parts = _KEYWORD.split(text)
    out: dict[str, str] = {}
    for keyword, content in zip(parts[1::2], parts[2::2], strict=True):
        out.setdefault(keyword, fold(content))
    return out


def _given(text: str) -> str:
    return "" if text.upper() in _NONE else text


def _slashed(text: str) -> Details:
    """/CODE/value pairs; /CNTP/ holds account, BIC, name and town; /BENM/ and /ORDP/ come before a /NAME/."""
    joined = text.replace("\n", "")
    parts = _SLASHED.split(joined)
    found: dict[str, str] = {}
    for code, content in zip(parts[1::2], parts[2::2], strict=True):
        found.setdefault(code.strip("/"), fold(content.strip("/")))
    counterparty = found.get("CNTP", "").split("/")
    remittance = next((found[key] for key in ("REMI", "USTD", "STRD", "SVWZ") if found.get(key)), "")
    return Details(
        text=remittance or fold(text.replace("\n", "")),
        name=found.get("NAME", "") or (counterparty[2] if len(counterparty) > 2 else "") or found.get("BENM", "")
        or found.get("ORDP", ""),
        iban=found.get("IBAN", "").replace(" ", "") or counterparty[0] or iban_in(joined),
        reference=_given(found.get("KREF", "") or found.get("PREF", "")),
        end_to_end_id=_given(found.get("EREF", "")),
        bank_id=found.get("IREF", ""),
        code=found.get("TRCD", ""),
    )  # fmt: skip


def _lines(text: str) -> Details:
    """:NS: details, one subfield a line: 01-14 purpose, 15-16 name, 17 booking text, 18/33 bank, 19/34 account."""
    fields: dict[str, list[str]] = {}
    for line in text.split("\n"):
        if re.match(r"\d\d", line):
            fields.setdefault(line[:2], []).append(line[2:])
    purpose = [part for number, found in sorted(fields.items()) if number <= "14" for part in found]
    account = fields.get("34") or fields.get("19") or [""]
    return Details(
        text=fold(" ".join(purpose)) or fold(" ".join(fields.get("17", []))),
        name=fold("".join(fields.get("15", []) + fields.get("16", []))),
        iban=account[0].replace(" ", ""),
    )
