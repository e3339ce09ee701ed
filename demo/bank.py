"""The demo company's bank: one statement as CAMT.053 (ISO 20022), the movements after it as a workbook.

Debits settle invoices, some several at once, one with the bank's fee on top; wages, rent and receipts stand between.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import xlsxwriter
from lxml import etree

__all__ = ["BankLine", "camt_053", "workbook"]

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


@dataclass(frozen=True, slots=True)
class BankLine:
    """One line of the account: `amount` is negative when money leaves; `fee` is the part of it that the bank kept."""

    booked: date
    party: str
    iban: str
    text: str
    amount: Decimal
    fee: Decimal = Decimal(0)


def camt_053(lines: Sequence[BankLine], iban: str, bic: str, owner: str, opening: Decimal) -> bytes:
    """A statement over these lines, with opening and closing balance."""
    root = etree.fromstring(f'<Document xmlns="{_NAMESPACE}"/>')
    statement_of = _add(root, "BkToCstmrStmt")
    header = _add(statement_of, "GrpHdr")
    last = max(line.booked for line in lines)
    created = datetime.combine(last + timedelta(days=1), datetime.min.time(), UTC)
    _add(header, "MsgId", f"STMT-{last:%Y%m%d}")
    _add(header, "CreDtTm", created.isoformat())
    statement = _add(statement_of, "Stmt")
    _add(statement, "Id", f"{last:%Y-%m}")
    _add(statement, "CreDtTm", created.isoformat())
    account = _add(statement, "Acct")
    _add(_add(account, "Id"), "IBAN", iban)
    _add(account, "Ccy", "EUR")
    _add(_add(account, "Ownr"), "Nm", owner)
    _add(_add(_add(account, "Svcr"), "FinInstnId"), "BICFI", bic)
    first = min(line.booked for line in lines)
    _balance(statement, "OPBD", opening, first)
    _balance(statement, "CLBD", opening + sum((line.amount for line in lines), Decimal(0)), last)
    for index, line in enumerate(lines, 1):
        _entry(statement, index, line)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{_NAMESPACE}}}{name}")
    child.text = text
    return child


def _amount(parent: etree._Element, name: str, amount: Decimal) -> None:
    _add(parent, name, f"{abs(amount):.2f}").set("Ccy", "EUR")


def _balance(parent: etree._Element, code: str, amount: Decimal, day: date) -> None:
    balance = _add(parent, "Bal")
    _add(_add(_add(balance, "Tp"), "CdOrPrtry"), "Cd", code)
    _amount(balance, "Amt", amount)
    _add(balance, "CdtDbtInd", "DBIT" if amount < 0 else "CRDT")
    _add(_add(balance, "Dt"), "Dt", day.isoformat())


def _entry(statement: etree._Element, index: int, line: BankLine) -> None:
    side = "DBIT" if line.amount < 0 else "CRDT"
    entry = _add(statement, "Ntry")
    _add(entry, "NtryRef", str(index))
    _amount(entry, "Amt", line.amount)
    _add(entry, "CdtDbtInd", side)
    _add(_add(entry, "Sts"), "Cd", "BOOK")
    _add(_add(entry, "BookgDt"), "Dt", line.booked.isoformat())
    _add(_add(entry, "ValDt"), "Dt", line.booked.isoformat())
    _add(entry, "AcctSvcrRef", f"{line.booked:%y%m%d}{index:05d}")
    domain = _add(_add(entry, "BkTxCd"), "Domn")
    _add(domain, "Cd", "PMNT")
    family = _add(domain, "Fmly")
    _add(family, "Cd", "ICDT" if side == "DBIT" else "RCDT")
    _add(family, "SubFmlyCd", "ESCT")
    if line.fee:
        charges = _add(entry, "Chrgs")
        _amount(charges, "TtlChrgsAndTaxAmt", line.fee)
    details = _add(_add(entry, "NtryDtls"), "TxDtls")
    _amount(details, "Amt", line.amount)
    _add(details, "CdtDbtInd", side)
    role = "Cdtr" if side == "DBIT" else "Dbtr"
    parties = _add(details, "RltdPties")
    _add(_add(_add(parties, role), "Pty"), "Nm", line.party)
    if line.iban:
        _add(_add(_add(parties, f"{role}Acct"), "Id"), "IBAN", line.iban)
    _add(_add(details, "RmtInf"), "Ustrd", line.text)


def workbook(lines: Sequence[BankLine], iban: str, opening: Decimal) -> bytes:
    """The movements as Spanish online banking exports them: a heading, a blank row, then the table."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": datetime(2026, 5, 5, tzinfo=UTC).replace(tzinfo=None)})
        sheet = book.add_worksheet("Movimientos")
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
        money = book.add_format({"num_format": "#,##0.00"})
        sheet.set_column(0, 1, 13)
        sheet.set_column(2, 4, 36)
        sheet.set_column(5, 6, 13)
        sheet.write(0, 0, f"Movimientos de la cuenta {iban}", bold)
        heads = ("Fecha operación", "Fecha valor", "Concepto", "Beneficiario / Ordenante", "Cuenta", "Importe", "Saldo")
        for column, head in enumerate(heads):
            sheet.write(2, column, head, bold)
        balance = opening
        for row, line in enumerate(lines, 3):
            balance += line.amount
            sheet.write_datetime(row, 0, datetime.combine(line.booked, datetime.min.time()), day)
            sheet.write_datetime(row, 1, datetime.combine(line.booked, datetime.min.time()), day)
            for column, text in enumerate((line.text, line.party, line.iban), 2):
                sheet.write_string(row, column, text)
            sheet.write_number(row, 5, float(line.amount), money)
            sheet.write_number(row, 6, float(balance), money)
    return buffer.getvalue()
