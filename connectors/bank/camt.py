"""ISO 20022 camt.052 (report), camt.053 (statement) and camt.054 (notification), every version, read as a stream.

The versions differ in where a few things stand (account ids of version 1, status as text or code, parties under `Pty`
from version 8): each is looked for where any version puts it.  Source: ISO 20022 message definitions, Bank-to-Customer
Cash Management, 052/053/054.001.01 to .13.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Final

from lxml import etree

from config.errors import DocumentRefused, Reason
from connectors.bank.model import BankFile, Detail, Draft, Statement, split_minor
from connectors.bank.values import fold, iso_date, plain_amount

__all__ = ["read_camt"]

_KINDS: Final = {"Stmt": "statement", "Rpt": "report", "Ntfctn": "notification"}
_SPACE = "urn:iso:std:iso:20022:tech:xsd:"
_TRUE = frozenset({"true", "1"})


class _Names:
    """Paths of local names, qualified with the namespace of the document."""

    def __init__(self, space: str) -> None:
        self._prefix = f"{{{space}}}" if space else ""
        self._paths: dict[str, str] = {}

    def path(self, path: str) -> str:
        known = self._paths.get(path)
        if known is None:
            known = "/".join(self._prefix + step for step in path.split("/"))
            self._paths[path] = known
        return known

    def text(self, node: etree._Element, *paths: str) -> str:
        """Text of the first of some paths that is there and not blank, blanks folded; else ""."""
        for path in paths:
            found = node.findtext(self.path(path))
            if found:
                found = fold(found)
                if found:
                    return found
        return ""

    def texts(self, node: etree._Element, path: str) -> list[str]:
        return [fold(found.text) for found in node.iterfind(self.path(path)) if found.text]

    def all(self, node: etree._Element, path: str) -> list[etree._Element]:
        return list(node.iterfind(self.path(path)))


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
    names = _Names("")
    checked = False
    for event, node in etree.iterparse(
        stream, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    ):  # fmt: skip
        if not checked:
            checked = True
            if node.getroottree().docinfo.internalDTD is not None:
                raise DocumentRefused("OF667", where)
        space, _, local = str(node.tag).rpartition("}")
        if event == "start":
            if local in _KINDS and draft is None:
                names = _Names(space[1:])
                draft = Draft(kind=_KINDS[local])
            continue
        if draft is None:
            if local == "MsgPgntn":
                _page(_Names(space[1:]), node, remarks, where)
            continue
        parent = node.getparent()
        if parent is None or parent.tag.rpartition("}")[2] not in _KINDS:
            if local in _KINDS:
                yield draft.done()
                draft = None
                _release(node)
            continue
        _take(names, draft, local, node)
        if local in ("Ntry", "Bal"):
            _release(node)


def _release(node: etree._Element) -> None:
    """Drop what was read: a file of any size is read in the memory of one entry."""
    node.clear()
    parent = node.getparent()
    while parent is not None and node.getprevious() is not None:
        del parent[0]


def _page(names: _Names, node: etree._Element, remarks: list[Reason], where: str) -> None:
    if names.text(node, "LastPgInd") not in _TRUE:
        remarks.append(Reason("OF692", where, {"page": names.text(node, "PgNb") or "?"}))


def _take(names: _Names, draft: Draft, local: str, node: etree._Element) -> None:
    if local == "Acct":
        draft.account = names.text(
            node, "Id/IBAN", "Id/Othr/Id", "Id/BBAN", "Id/PrtryAcct/Id", "Id/UPIC", "Id/PrtryId/Id"
        ).replace(" ", "")
        draft.currency = names.text(node, "Ccy").upper()
    elif local == "Bal":
        _balance(names, draft, node)
    elif local == "Ntry":
        _entry(names, draft, node)
    elif local == "Id":
        draft.number = fold(node.text or "")
    elif local == "TxsSummry":
        _summary(names, draft, node)
    elif local in ("StmtPgntn", "RptPgntn", "NtfctnPgntn") and names.text(node, "LastPgInd") == "false":
        draft.note("OF692", draft.account, page=names.text(node, "PgNb") or "?")


def _money(names: _Names, node: etree._Element) -> tuple[Decimal | None, str, str]:
    """Unsigned amount, its currency, and its text, of an element with an `Amt` child."""
    found = node.find(names.path("Amt"))
    if found is None:
        return None, "", ""
    text = found.text or ""
    return plain_amount(text), (found.get("Ccy") or "").strip().upper(), text


def _sign(names: _Names, node: etree._Element) -> int:
    return {"CRDT": 1, "DBIT": -1}.get(names.text(node, "CdtDbtInd"), 0)


def _balance(names: _Names, draft: Draft, node: etree._Element) -> None:
    """Opening is the first OPBD (else PRCD, which ISO 20022 says it equals); closing is the last CLBD."""
    kind = names.text(node, "Tp/CdOrPrtry/Cd", "Tp/Cd", "Tp/CdOrPrtry/Prtry")
    if kind not in ("OPBD", "PRCD", "CLBD"):
        return
    amount, currency, text = _money(names, node)
    sign = _sign(names, node) or (1 if amount == 0 else 0)
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


def _day(names: _Names, node: etree._Element, tag: str) -> date | None:
    return iso_date(names.text(node, f"{tag}/Dt", f"{tag}/DtTm", tag))


def _entry(names: _Names, draft: Draft, node: etree._Element) -> None:
    line = len(draft.entries) + 1
    amount, currency, text = _money(names, node)
    sign = _sign(names, node) or (1 if amount == 0 else 0)
    if amount is None or amount < 0 or not sign:
        draft.note(
            "OF686", f"entry {line}", value=text[:60] or names.text(node, "CdtDbtInd"), field="amount or CdtDbtInd"
        )
        return
    draft.currency = draft.currency or currency
    booked, valued = _day(names, node, "BookgDt"), _day(names, node, "ValDt")
    if booked is None and valued is None:
        draft.note("OF690", f"entry {line}", value=names.text(node, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt"))
    reversal = names.text(node, "RvslInd") in _TRUE
    status = names.text(node, "Sts/Cd", "Sts", "Sts/Prtry").upper()
    payments = names.all(node, "NtryDtls/TxDtls") or names.all(node, "TxDtls")
    details = [_detail(names, payment, sign, reversal, draft) for payment in payments]
    first = details[0] if len(details) == 1 else Detail(None, "")
    batch = details if len(details) > 1 else []
    remittance = first.text or fold(" ".join(detail.text for detail in batch))
    extra = names.text(node, "AddtlNtryInf")
    own = (names.text(node, "AcctSvcrRef"), names.text(node, "NtryRef"), *first.bank_ids)
    draft.book(
        sign * amount,
        line=line,
        booked=booked,
        value_date=valued,
        currency=currency,
        reference=first.reference or names.text(node, "NtryDtls/Btch/PmtInfId", "NtryDtls/Btch/MsgId"),
        end_to_end_id=first.end_to_end_id,
        name=first.name,
        iban=first.iban,
        text=fold(f"{remittance} {extra}") if extra not in remittance else remittance,
        bank_ids=tuple(dict.fromkeys(one for one in own if one)),
        reversal=reversal,
        pending=status in ("PDNG", "INFO", "FUTR"),
        code=_code(names, node),
        details=tuple(batch),
    )


def _code(names: _Names, node: etree._Element) -> str:
    parts = (names.text(node, "BkTxCd/Domn/Cd"), names.text(node, "BkTxCd/Domn/Fmly/Cd"),
             names.text(node, "BkTxCd/Domn/Fmly/SubFmlyCd"))  # fmt: skip
    return "/".join(part for part in parts if part) or names.text(node, "BkTxCd/Prtry/Cd")


def _detail(names: _Names, node: etree._Element, sign: int, reversal: bool, draft: Draft) -> Detail:
    # A credit was paid by the debtor; a reversed credit was a debit, which the creditor got.
    payer = (sign > 0) is not reversal
    name, iban = _party(names, node, "Dbtr" if payer else "Cdtr")
    if not name and not iban:
        other_name, other_iban = _party(names, node, "Cdtr" if payer else "Dbtr")
        if other_iban != draft.account:
            name, iban = other_name, other_iban
    amount, currency, _ = _money(names, node)
    if amount is None:
        found = node.find(names.path("AmtDtls/TxAmt"))
        amount, currency, _ = _money(names, found) if found is not None else (None, "", "")
    direction = _sign(names, node) or sign
    minor = split_minor(direction * amount, currency)[0] if amount is not None else None
    structured = names.texts(node, "RmtInf/Strd/CdtrRefInf/Ref") + names.texts(node, "RmtInf/Strd/CdtrRefInf/CdtrRef")
    documents = names.texts(node, "RmtInf/Strd/RfrdDocInf/Nb") + names.texts(node, "RmtInf/Strd/RfrdDocInf/RfrdDocNb")
    words = [*names.texts(node, "RmtInf/Ustrd"), *structured, *documents, *names.texts(node, "RmtInf/Strd/AddtlRmtInf")]
    words += [names.text(node, path) for path in ("AddtlTxInf", "RtrInf/Rsn/Cd", "RtrInf/AddtlInf")]
    ids = (names.text(node, f"Refs/{tag}") for tag in ("AcctSvcrRef", "TxId", "UETR", "InstrId", "ClrSysRef"))
    return Detail(
        amount=minor,
        currency=currency,
        reference=next(iter(structured or documents), "")
        or names.text(node, "Refs/ChqNb", "Refs/MndtId", "Refs/InstrId"),
        end_to_end_id=_provided(names.text(node, "Refs/EndToEndId")),
        name=name,
        iban=iban,
        text=" ".join(word for word in words if word),
        bank_ids=tuple(dict.fromkeys(one for one in ids if one)),
    )


def _provided(reference: str) -> str:
    return "" if reference.upper() in ("NOTPROVIDED", "NOT PROVIDED", "NONREF") else reference


def _party(names: _Names, node: etree._Element, role: str) -> tuple[str, str]:
    at = f"RltdPties/{role}"
    name = names.text(node, f"{at}/Nm", f"{at}/Pty/Nm", f"{at}/Agt/FinInstnId/Nm",
                      f"RltdPties/Ultmt{role}/Nm", f"RltdPties/Ultmt{role}/Pty/Nm")  # fmt: skip
    account = names.text(
        node, f"{at}Acct/Id/IBAN", f"{at}Acct/Id/Othr/Id", f"{at}Acct/Id/BBAN", f"{at}Acct/Id/PrtryAcct/Id"
    )
    return name, account.replace(" ", "")


def _summary(names: _Names, draft: Draft, node: etree._Element) -> None:
    """Keep what the bank declares about its own entries; they follow the summary, so `_declared` is checked at the
    end.
    """
    for tag, sign in (("TtlCdtNtries", "credit"), ("TtlDbtNtries", "debit")):
        total = plain_amount(names.text(node, f"{tag}/Sum"))
        if total is not None:
            draft.declared[sign] = total
    count = names.text(node, "TtlNtries/NbOfNtries")
    if count.isdecimal() and len(count) < 10:
        draft.declared["count"] = Decimal(count)
