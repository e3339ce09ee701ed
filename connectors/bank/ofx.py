"""OFX and QFX: SGML (versions 1.0.2 to 1.6) and XML (2.x), bank, credit card and investment cash, read tag by tag.

SGML leaves end tags of values out, files leave out more than that: no tree is built, the tags that matter are followed.
Source: Open Financial Exchange specification 1.6 and 2.2, chapters 11 (banking) and 13 (investments).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from html import unescape
from typing import Final

from config.errors import Reason
from connectors.bank.model import BankFile, Draft, Statement
from connectors.bank.values import compact_date, decode, fold, plain_amount

__all__ = ["read_ofx"]

_TAG: Final = re.compile(r"<(/?)([A-Za-z][\w.]*)[^>]*?(/?)>([^<]*)")
_CDATA: Final = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_STATEMENTS: Final = frozenset({"STMTRS", "CCSTMTRS", "INVSTMTRS"})
_OWN: Final = frozenset({"BANKACCTFROM", "CCACCTFROM", "INVACCTFROM"})
_OTHER: Final = frozenset({"BANKACCTTO", "CCACCTTO"})
_INSIDE: Final = frozenset({"LEDGERBAL", "AVAILBAL", "CURRENCY", "ORIGCURRENCY", "STATUS", "PAYEE", *_OWN, *_OTHER})


@dataclass(slots=True)
class _Reader:
    """State of one pass over the tags; `inside` are the open aggregates that give a value its meaning."""

    where: str
    statements: list[Statement] = field(default_factory=list)
    remarks: list[Reason] = field(default_factory=list)
    draft: Draft | None = None
    entry: dict[str, str] | None = None
    inside: list[str] = field(default_factory=list)
    status: dict[str, str] = field(default_factory=dict)
    ids: Counter[str] = field(default_factory=Counter)
    securities: int = 0

    def open(self, tag: str, line: int) -> None:
        if tag in _STATEMENTS:
            self._close_statement()
            self.draft = Draft()
        elif tag == "STMTTRN":
            self._close_entry()
            self.entry = {"line": str(line)}
            self.inside.clear()
        elif tag == "INVTRAN":
            self.securities += 1
        elif tag in _INSIDE:
            if tag in self.inside:  # its end tag was left out
                self.inside.remove(tag)
            self.inside.append(tag)

    def close(self, tag: str) -> None:
        if tag in _STATEMENTS:
            self._close_statement()
        elif tag == "STMTTRN":
            self._close_entry()
        elif tag == "STATUS":
            self._check_status()
        if tag in self.inside:
            self.inside.remove(tag)

    def value(self, tag: str, text: str) -> None:
        within = self.inside[-1] if self.inside else ""
        if within == "STATUS" and tag in ("CODE", "SEVERITY", "MESSAGE"):
            self.status[tag] = text
        elif self.entry is not None:
            if tag == "ACCTID":
                tag = "ACCTTO" if within in _OTHER else ""
            elif tag == "CURSYM":
                tag = "CURSYM" if within == "CURRENCY" else ""
            self.entry.setdefault(tag, text)
        elif self.draft is not None:
            self._describe(self.draft, tag, text, within)

    def _describe(self, draft: Draft, tag: str, text: str, within: str) -> None:
        if tag == "CURDEF":
            draft.currency = text.upper()
        elif tag == "ACCTID" and within in _OWN and not draft.account:
            draft.account = text
        elif tag == "BALAMT" and within == "LEDGERBAL":
            amount = _amount(text)
            if amount is None:
                draft.note("OF686", draft.account, value=text[:60], field="balance LEDGERBAL")
            draft.closing = amount

    def _check_status(self) -> None:
        if self.status.get("SEVERITY", "").upper() == "ERROR":
            facts = {"status": self.status.get("CODE", "?"), "message": self.status.get("MESSAGE", "")[:200]}
            self.remarks.append(Reason("OF695", self.where, facts))
        self.status = {}

    def _close_entry(self) -> None:
        entry, self.entry = self.entry, None
        draft = self.draft
        if entry is None or draft is None:
            return
        line = int(entry["line"])
        amount = _amount(entry.get("TRNAMT", ""))
        if amount is None:
            draft.note("OF686", f"line {line}", value=entry.get("TRNAMT", "")[:60], field="TRNAMT")
            return
        booked = compact_date(entry.get("DTPOSTED", ""))
        if booked is None:
            draft.note("OF690", f"line {line}", value=entry.get("DTPOSTED", ""))
        fit = entry.get("FITID", "")
        self.ids[fit] += bool(fit)
        name = entry.get("NAME", "")
        draft.book(
            amount,
            line=line,
            booked=booked,
            value_date=compact_date(entry.get("DTAVAIL", "")),
            currency=entry.get("CURSYM", "").upper(),
            reference=entry.get("REFNUM", "") or entry.get("CHECKNUM", ""),
            name=name,
            iban=entry.get("ACCTTO", "").replace(" ", ""),
            text=fold(f"{name} {entry.get('MEMO', '')}"),
            bank_ids=tuple(one for one in (fit, entry.get("SRVRTID", "")) if one),
            code=entry.get("TRNTYPE", ""),
        )

    def _close_statement(self) -> None:
        self._close_entry()
        draft, self.draft = self.draft, None
        if draft is None:
            return
        for fit, count in self.ids.items():
            if count > 1:
                draft.note("OF698", draft.account, value=fit[:60], count=count)
        if self.securities:
            draft.note("OF696", draft.account, count=self.securities)
        self.ids, self.securities = Counter(), 0
        self.inside.clear()
        self.statements.append(draft.done())

    def finish(self) -> None:
        if self.draft is not None:
            self.remarks.append(Reason("OF666", self.where, {"format": "ofx", "why": "the statement does not end"}))
        self._close_statement()
        if not self.statements:
            self.remarks.append(Reason("OF665", self.where, {"why": "it holds no statement"}))


def read_ofx(data: bytes, *, name: str = "") -> BankFile:
    """Read an OFX or QFX file; a file without a statement (a sign-on answer) has none, and a remark says so."""
    text, _ = decode(data)
    text = _CDATA.sub(lambda found: found[1].replace("<", "&lt;"), _COMMENT.sub("", text))
    reader = _Reader(name)
    line, seen = 1, 0
    for found in _TAG.finditer(text):
        tag = found[2].upper()
        line += text.count("\n", seen, found.start())
        seen = found.start()
        if found[1]:
            reader.close(tag)
            continue
        reader.open(tag, line)
        content = fold(unescape(found[4]))
        if content:
            reader.value(tag, content)
        if found[3]:
            reader.close(tag)
    reader.finish()
    return BankFile("ofx", tuple(reader.statements), tuple(reader.remarks))


def _amount(text: str) -> Decimal | None:
    """An amount with point or comma for the decimal mark; where both stand, the last one is it."""
    bare = text.replace(" ", "").replace("\u2212", "-")
    point, comma = bare.rfind("."), bare.rfind(",")
    if comma > point:
        bare = bare.replace(".", "").replace(",", ".", 1) if bare.count(",") == 1 else ""
    elif comma >= 0:
        bare = bare.replace(",", "")
    return plain_amount(bare)
