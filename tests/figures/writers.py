"""Bank files written by the book from one neutral statement, so that what is read back can be checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from config.money import exponent

__all__ = ["WRITERS", "Line", "Written", "bai2", "camt053", "csv_table", "mt940", "norma43", "ofx", "qif"]


@dataclass(frozen=True, slots=True)
class Line:
    """One entry to write: its amount in minor units, signed."""

    booked: date
    amount: int
    reference: str
    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Written:
    """One statement to write; balances in minor units."""

    account: str
    currency: str
    opening: int
    lines: Sequence[Line]

    @property
    def closing(self) -> int:
        return self.opening + sum(line.amount for line in self.lines)

    def money(self, minor: int) -> Decimal:
        return Decimal(minor).scaleb(-exponent(self.currency))


def camt053(statement: Written, version: str = "08") -> bytes:
    """ISO 20022 camt.053.001.`version`."""

    def balance(code: str, minor: int) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='{statement.currency}'>"
            f"{abs(statement.money(minor)):f}</Amt><CdtDbtInd>{_side(minor)}</CdtDbtInd><Dt><Dt>2026-01-01</Dt></Dt></Bal>"
        )

    party = ("<Pty><Nm>{}</Nm></Pty>" if version >= "08" else "<Nm>{}</Nm>").format
    status = "<Sts><Cd>BOOK</Cd></Sts>" if version >= "08" else "<Sts>BOOK</Sts>"
    entries = "".join(
        f"<Ntry><Amt Ccy='{statement.currency}'>{abs(statement.money(line.amount)):f}</Amt>"
        f"<CdtDbtInd>{_side(line.amount)}</CdtDbtInd>{status}<BookgDt><Dt>{line.booked}</Dt></BookgDt>"
        f"<ValDt><Dt>{line.booked}</Dt></ValDt><NtryDtls><TxDtls><Refs><EndToEndId>{escape(line.reference)}</EndToEndId></Refs>"
        f"<RltdPties><{_role(line)}>{party(escape(line.name))}</{_role(line)}></RltdPties>"
        f"<RmtInf><Ustrd>{escape(line.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        for line in statement.lines
    )
    return (
        f"<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}'>"
        f"<BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id><Acct><Id><Othr><Id>{statement.account}</Id>"
        f"</Othr></Id><Ccy>{statement.currency}</Ccy></Acct>{balance('OPBD', statement.opening)}"
        f"{balance('CLBD', statement.closing)}{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _side(minor: int) -> str:
    return "CRDT" if minor >= 0 else "DBIT"


def _role(line: Line) -> str:
    return "Dbtr" if line.amount >= 0 else "Cdtr"


def mt940(statement: Written) -> bytes:
    """SWIFT MT940 with German structured details."""

    def balance(tag: str, minor: int) -> str:
        return f":{tag}:{'C' if minor >= 0 else 'D'}260101{statement.currency}{_comma(abs(statement.money(minor)))}"

    out = [":20:STARTUMS", f":25:{statement.account}", ":28C:00001/001", balance("60F", statement.opening)]
    for line in statement.lines:
        mark = "C" if line.amount >= 0 else "D"
        out.append(
            f":61:{line.booked:%y%m%d}{line.booked:%m%d}{mark}{_comma(abs(statement.money(line.amount)))}NTRFNONREF"
        )
        details = f"166?00GUTSCHRIFT?20EREF+{line.reference}?21SVWZ+{line.text}?32{line.name}"
        out += [(":86:" if not start else "") + details[start : start + 65] for start in range(0, len(details), 65)]
    return "\r\n".join([*out, balance("62F", statement.closing), "-", ""]).encode()


def _comma(amount: Decimal) -> str:
    text = f"{amount:f}".replace(".", ",")
    return text if "," in text else text + ","


def ofx(statement: Written) -> bytes:
    """OFX 1.0.2 (SGML without end tags of values); it states no opening balance."""
    head = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:UTF-8\n\n"
    body = "".join(
        f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{line.booked:%Y%m%d}120000[0:GMT]<TRNAMT>{statement.money(line.amount):f}"
        f"<FITID>{number}<NAME>{escape(line.name)}<MEMO>{escape(line.text)}<REFNUM>{escape(line.reference)}\n</STMTTRN>\n"
        for number, line in enumerate(statement.lines)
    )
    return (
        f"{head}<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>{statement.currency}\n<BANKACCTFROM><BANKID>1"
        f"<ACCTID>{statement.account}\n</BANKACCTFROM><BANKTRANLIST>\n{body}</BANKTRANLIST><LEDGERBAL>"
        f"<BALAMT>{statement.money(statement.closing):f}\n</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    ).encode()


def qif(statement: Written) -> bytes:
    """QIF as Quicken writes it: no currency, no balances, the year behind an apostrophe."""
    head = f"!Account\nN{statement.account}\nTBank\n^\n!Type:Bank\n"
    return (
        head
        + "".join(
            f"D{line.booked.month}/{line.booked.day}'{line.booked:%y}\nT{statement.money(line.amount):,f}\n"
            f"N{line.reference}\nP{line.name}\nM{line.text}\n^\n"
            for line in statement.lines
        )
    ).encode()


def bai2(statement: Written) -> bytes:
    """BAI2 with control totals; one day a group."""
    out = ["01,BANK,ME,260101,0101,1,,,2/", f"02,ME,BANK,1,260101,2359,{statement.currency},2/"]
    total, records = statement.opening + statement.closing, 1
    out.append(f"03,{statement.account},{statement.currency},010,{statement.opening},,,015,{statement.closing},,/")
    for number, line in enumerate(statement.lines):
        code = 195 if line.amount >= 0 else 495
        out += [
            f"16,{code},{abs(line.amount)},V,{line.booked:%y%m%d},,B{number},{line.reference},{line.name}/",
            f"88,{line.text}",
        ]
        total, records = total + abs(line.amount), records + 2
    out += [f"49,{total},{records + 1}/", f"98,{total},1,{records + 3}/", f"99,{total},1,{records + 5}/"]
    return "\n".join(out).encode()


def norma43(statement: Written) -> bytes:
    """Cuaderno 43, in euros."""
    account = statement.account[:18].rjust(18, "0")
    out = [f"11{account}260101261231{_flag(statement.opening)}{abs(statement.opening):014d}9783{'MY COMPANY':26}   "]
    for line in statement.lines:
        day = f"{line.booked:%y%m%d}"
        out.append(
            f"22    0001{day}{day}02000{_flag(line.amount)}{abs(line.amount):014d}{0:010d}"
            f"{line.reference[:12]:12}{'':16}"
        )
        out.append(f"2301{line.text[:38]:38}{line.name[:38]:38}")
    debits = [-line.amount for line in statement.lines if line.amount < 0]
    credits = [line.amount for line in statement.lines if line.amount >= 0]
    out.append(
        f"33{account}{len(debits):05d}{sum(debits):014d}{len(credits):05d}{sum(credits):014d}"
        f"{_flag(statement.closing)}{abs(statement.closing):014d}978    "
    )
    return "\r\n".join([*out, f"88{'9' * 18}{len(out):06d}".ljust(80), ""]).encode("latin-1", "replace")


def _flag(minor: int) -> str:
    return "2" if minor >= 0 else "1"


def csv_table(statement: Written) -> bytes:
    """A German bank's csv: Windows-1252, semicolons, decimal commas, a preamble, newest first, a running balance."""
    rows = [
        f'"{statement.account}";"Kontoauszug";', "",
        "Buchungstag;Wertstellung;Begünstigter;Verwendungszweck;Kundenreferenz;Betrag;Währung;Saldo",
    ]  # fmt: skip
    balance = statement.opening
    lines = []
    for line in sorted(statement.lines, key=lambda line: line.booked):
        balance += line.amount
        cells = (line.name, line.text, line.reference)
        quoted = ";".join('"' + cell.replace('"', '""') + '"' for cell in cells)
        day = f"{line.booked:%d.%m.%Y}"
        lines.append(
            f"{day};{day};{quoted};{_german(statement, line.amount)};{statement.currency};{_german(statement, balance)}"
        )
    return "\r\n".join([*rows, *reversed(lines), ""]).encode("cp1252", "replace")


def _german(statement: Written, minor: int) -> str:
    return f"{statement.money(minor):,f}".translate(str.maketrans(",.", ".,"))


WRITERS: dict[str, Callable[[Written], bytes]] = {
    "camt": camt053, "mt940": mt940, "ofx": ofx, "qif": qif, "bai2": bai2, "norma43": norma43, "csv": csv_table,
}  # fmt: skip
