"""ISO 20022 camt.052 (report), camt.053 (statement) and camt.054 (notification), every version, read as a stream.

The versions differ in where a few things stand (account ids of version 1, status as text or code, parties under `Pty`
from version 8): each is looked for where any version puts it.  Source: ISO 20022 message definitions, Bank-to-Customer
Cash Management, 052/053/054.001.01 to .13.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from lxml import etree

from config.errors import DocumentRefused, Reason
from connectors.bank.model import BankFile, Detail, Draft, Statement, split_minor
from connectors.bank.values import fold, iso_date, plain_amount

__all__ = ["read_camt"]

_KINDS: Final = {"Stmt": "statement", "Rpt": "report", "Ntfctn": "notification"}
_TAGS: Final = tuple(f"{{*}}{name}" for name in (*_KINDS, "Ntry", "MsgPgntn"))
_BESIDE: Final = frozenset({"Id", "Acct", "Bal", "TxsSummry", "StmtPgntn", "RptPgntn", "NtfctnPgntn"})
_TRUE: Final = frozenset({"true", "1"})


class _Record:
    """An element's texts by path of local names (`BkTxCd/Domn/Cd`; the currency of an amount as `Amt/@Ccy`).

    Namespaces are left aside: versions and banks differ in them, the names below a statement do not clash.
    Payments (`TxDtls`) are records of their own.
    """

    __slots__ = ("_texts", "payments")

    def __init__(self, node: etree._Element) -> None:
        self._texts: dict[str, list[str]] = {}
        self.payments: list[_Record] = []
        self._add(node, "")

    def _add(self, node: etree._Element, prefix: str) -> None:
        for child in node:
            local = _local(child.tag)
            if local == "TxDtls":
                self.payments.append(_Record(child))
                continue
            path = prefix + local
            if len(child):
                self._add(child, path + "/")
            elif child.text:
                self._texts.setdefault(path, []).append(fold(child.text))
            if local == "Amt" and child.get("Ccy"):
                self._texts.setdefault(path + "/@Ccy", []).append(str(child.get("Ccy")))

    def text(self, *paths: str) -> str:
        """Text of the first of some paths that is there and not blank, blanks folded; else ""."""
        for path in paths:
            for found in self._texts.get(path, ()):
                if found:
                    return found
        return ""

    def texts(self, path: str) -> list[str]:
        """All texts of a path."""
        return self._texts.get(path, [])


@cache
def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def read_camt(source: bytes | Path, *, name: str = "") -> BankFile:
    """Read a camt file.

    Raises:
        DocumentRefused: OF666 the XML is damaged or cut, OF667 it has a document type declaration,
            OF665 there is no statement, report or notification in it.
    """
    where = name or (source.name if isinstance(source, Path) else "")
    remarks: list[Reason] = []
    try:
        statements = tuple(_statements(source, where, remarks))
    except etree.LxmlError as error:
        raise DocumentRefused("OF666", where, format="camt", why=str(error)[:200]) from error
    if not statements:
        raise DocumentRefused("OF665", where, why="XML without a Stmt, Rpt or Ntfctn element")
    return BankFile("camt", statements, tuple(remarks))


def _statements(source: bytes | Path, where: str, remarks: list[Reason]) -> Iterator[Statement]:
    stream = BytesIO(source) if isinstance(source, bytes) else str(source)
    draft: Draft | None = None
    for event, node in etree.iterparse(
        stream, events=("start", "end"), tag=_TAGS, resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    ):  # fmt: skip
        local = _local(node.tag)
        if event == "start":
            if local in _KINDS and draft is None:
                if node.getroottree().docinfo.internalDTD is not None:
                    raise DocumentRefused("OF667", where)
                draft = Draft(kind=_KINDS[local])
        elif draft is None:
            if local == "MsgPgntn":
                _page(_Record(node), remarks, where)
        elif local in _KINDS:
            _take_all(draft, node)
            yield draft.done()
            draft = None
            _release(node)
        elif local == "Ntry" and (parent := node.getparent()) is not None and _local(parent.tag) in _KINDS:
            if node.getprevious() is not None:  # the account and the balances stand before the first entry
                _take_all(draft, parent)
            _entry(draft, _Record(node))
            _release(node)


def _release(node: etree._Element) -> None:
    """Drop what was read: a file of any size is read in the memory of one entry."""
    node.clear()
    parent = node.getparent()
    while parent is not None and node.getprevious() is not None:
        del parent[0]


def _page(record: _Record, remarks: list[Reason], where: str) -> None:
    if record.text("LastPgInd") not in _TRUE:
        remarks.append(Reason("OF692", where, {"page": record.text("PgNb") or "?"}))


def _take_all(draft: Draft, parent: etree._Element) -> None:
    """What the statement says beside its entries; `_release` takes it away after the first entry."""
    for child in parent:
        local = _local(child.tag)
        if local in _BESIDE:
            _take(draft, local, child)


def _take(draft: Draft, local: str, node: etree._Element) -> None:
    if local == "Id":
        draft.number = fold(node.text or "")
        return
    record = _Record(node)
    if local == "Acct":
        account = record.text("Id/IBAN", "Id/Othr/Id", "Id/BBAN", "Id/PrtryAcct/Id", "Id/UPIC", "Id/PrtryId/Id")
        draft.account = account.replace(" ", "")
        draft.currency = record.text("Ccy").upper()
    elif local == "Bal":
        _balance(draft, record)
    elif local == "TxsSummry":
        _summary(draft, record)
    elif record.text("LastPgInd") == "false":
        draft.note("OF692", draft.account, page=record.text("PgNb") or "?")


def _money(record: _Record, path: str = "Amt") -> tuple[Decimal | None, str, str]:
    """Unsigned amount, its currency, and its text."""
    text = record.text(path)
    return plain_amount(text), record.text(f"{path}/@Ccy").strip().upper(), text


def _sign(record: _Record) -> int:
    return {"CRDT": 1, "DBIT": -1}.get(record.text("CdtDbtInd"), 0)


def _balance(draft: Draft, record: _Record) -> None:
    """Opening is the first OPBD (else PRCD, which ISO 20022 says it equals); closing is the last CLBD."""
    kind = record.text("Tp/CdOrPrtry/Cd", "Tp/Cd", "Tp/CdOrPrtry/Prtry")
    if kind not in ("OPBD", "PRCD", "CLBD"):
        return
    amount, currency, text = _money(record)
    sign = _sign(record) or (1 if amount == 0 else 0)
    if amount is None or not sign:
        draft.note("OF686", draft.account, value=text[:60], field=f"balance {kind}")
        return
    draft.currency = draft.currency or currency
    if currency and currency != draft.currency:
        draft.foreign.add(currency)
    if kind == "CLBD":
        draft.closing = sign * amount
    elif kind == "PRCD":
        draft.prior = sign * amount
    elif draft.opening is None:
        draft.opening = sign * amount


def _day(record: _Record, tag: str) -> date | None:
    return iso_date(record.text(f"{tag}/Dt", f"{tag}/DtTm", tag))


def _entry(draft: Draft, record: _Record) -> None:
    line = len(draft.entries) + 1
    amount, currency, text = _money(record)
    sign = _sign(record) or (1 if amount == 0 else 0)
    if amount is None or amount < 0 or not sign:
        draft.note("OF686", f"entry {line}", value=text[:60] or record.text("CdtDbtInd"), field="amount or CdtDbtInd")
        return
    draft.currency = draft.currency or currency
    booked, valued = _day(record, "BookgDt"), _day(record, "ValDt")
    if booked is None and valued is None:
        draft.note("OF690", f"entry {line}", value=record.text("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt"))
    reversal = record.text("RvslInd") in _TRUE
    status = record.text("Sts/Cd", "Sts", "Sts/Prtry").upper()
    details = [_detail(payment, sign, reversal, draft) for payment in record.payments]
    first = details[0] if len(details) == 1 else Detail(None, "")
    batch = details if len(details) > 1 else []
    remittance = first.text or fold(" ".join(detail.text for detail in batch))
    extra = record.text("AddtlNtryInf")
    own = (record.text("AcctSvcrRef"), record.text("NtryRef"), *first.bank_ids)
    draft.book(
        sign * amount,
        line=line,
        booked=booked,
        value_date=valued,
        currency=currency,
        reference=first.reference or record.text("NtryDtls/Btch/PmtInfId", "NtryDtls/Btch/MsgId"),
        end_to_end_id=first.end_to_end_id,
        name=first.name,
        iban=first.iban,
        text=fold(f"{remittance} {extra}") if extra not in remittance else remittance,
        bank_ids=tuple(dict.fromkeys(one for one in own if one)),
        reversal=reversal,
        pending=status in ("PDNG", "INFO", "FUTR"),
        code=_code(record),
        details=tuple(batch),
    )


def _code(record: _Record) -> str:
    parts = (record.text("BkTxCd/Domn/Cd"), record.text("BkTxCd/Domn/Fmly/Cd"),
             record.text("BkTxCd/Domn/Fmly/SubFmlyCd"))  # fmt: skip
    return "/".join(part for part in parts if part) or record.text("BkTxCd/Prtry/Cd")


def _detail(record: _Record, sign: int, reversal: bool, draft: Draft) -> Detail:
    # A credit was paid by the debtor; a reversed credit was a debit, which the creditor got.
    payer = (sign > 0) is not reversal
    name, iban = _party(record, "Dbtr" if payer else "Cdtr")
    if not name and not iban:
        other_name, other_iban = _party(record, "Cdtr" if payer else "Dbtr")
        if other_iban != draft.account:
            name, iban = other_name, other_iban
    amount, currency, _ = _money(record)
    if amount is None:
        amount, currency, _ = _money(record, "AmtDtls/TxAmt/Amt")
    direction = _sign(record) or sign
    minor = split_minor(direction * amount, currency)[0] if amount is not None else None
    structured = record.texts("RmtInf/Strd/CdtrRefInf/Ref") + record.texts("RmtInf/Strd/CdtrRefInf/CdtrRef")
    documents = record.texts("RmtInf/Strd/RfrdDocInf/Nb") + record.texts("RmtInf/Strd/RfrdDocInf/RfrdDocNb")
    words = [*record.texts("RmtInf/Ustrd"), *structured, *documents, *record.texts("RmtInf/Strd/AddtlRmtInf")]
    words += [record.text(path) for path in ("AddtlTxInf", "RtrInf/Rsn/Cd", "RtrInf/AddtlInf")]
    ids = (record.text(f"Refs/{tag}") for tag in ("AcctSvcrRef", "TxId", "UETR", "InstrId", "ClrSysRef"))
    return Detail(
        amount=minor,
        currency=currency,
        reference=next(iter(structured or documents), "") or record.text("Refs/ChqNb", "Refs/MndtId", "Refs/InstrId"),
        end_to_end_id=_provided(record.text("Refs/EndToEndId")),
        name=name,
        iban=iban,
        text=" ".join(word for word in words if word),
        bank_ids=tuple(dict.fromkeys(one for one in ids if one)),
    )


def _provided(reference: str) -> str:
    return "" if reference.upper() in ("NOTPROVIDED", "NOT PROVIDED", "NONREF") else reference


def _party(record: _Record, role: str) -> tuple[str, str]:
    at = f"RltdPties/{role}"
    name = record.text(f"{at}/Nm", f"{at}/Pty/Nm", f"{at}/Agt/FinInstnId/Nm",
                      f"RltdPties/Ultmt{role}/Nm", f"RltdPties/Ultmt{role}/Pty/Nm")  # fmt: skip
    account = record.text(f"{at}Acct/Id/IBAN", f"{at}Acct/Id/Othr/Id", f"{at}Acct/Id/BBAN", f"{at}Acct/Id/PrtryAcct/Id")
    return name, account.replace(" ", "")


def _summary(draft: Draft, record: _Record) -> None:
    """Keep what the bank declares about its own entries; they follow the summary, so `_declared` is checked at the
    end.
    """
    for tag, sign in (("TtlCdtNtries", "credit"), ("TtlDbtNtries", "debit")):
        total = plain_amount(record.text(f"{tag}/Sum"))
        if total is not None:
            draft.declared[sign] = total
    count = record.text("TtlNtries/NbOfNtries")
    if count.isdecimal() and len(count) < 10:
        draft.declared["count"] = Decimal(count)
