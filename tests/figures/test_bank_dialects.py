"""What the standards leave to the banks: marks, references, details, batches, continuations, columns."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest

from config.errors import DocumentRefused
from connectors import bank


def only(data: str) -> bank.Statement:
    (statement,) = bank.read(data.encode()).statements
    return statement


def mt940(*lines: str) -> bank.Statement:
    head = ":20:A\n:25:NL91ABNA0417164300\n:28C:1/1\n:60F:C260101EUR100,00\n"
    return only(head + "\n".join(lines) + "\n:62F:C260131EUR100,00\n-\n")


@pytest.mark.parametrize(
    ("mark", "minor", "reversal", "pending"),
    [("C", 500, False, False), ("D", -500, False, False), ("RC", -500, True, False), ("RD", 500, True, False),
     ("CR", 500, False, False), ("DR", -500, False, False), ("RCR", -500, True, False), ("RDR", 500, True, False),
     ("EC", 500, False, True), ("ED", -500, False, True)],
)  # fmt: skip
def test_mt940_marks_with_and_without_the_currency_letter(mark: str, minor: int, reversal: bool, pending: bool) -> None:
    (entry,) = mt940(f":61:2601020102{mark}5,00NTRFREF1//BANK1").entries
    assert (entry.amount, entry.reversal, entry.pending) == (minor, reversal, pending)
    assert (entry.reference, entry.bank_ids, entry.code) == ("REF1", ("BANK1",), "NTRF")


@pytest.mark.parametrize(
    ("written", "minor"), [("5,", 500), ("5", 500), ("5,5", 550), ("000000000005,00", 500), (",", None)]
)
def test_mt940_amounts(written: str, minor: int | None) -> None:
    statement = mt940(f":61:260102C{written}NTRFNONREF")
    assert [entry.amount for entry in statement.entries] == ([] if minor is None else [minor])
    assert ("OF686" in {problem.code for problem in statement.problems}) is (minor is None)


def test_mt940_entry_date_at_the_turn_of_the_year() -> None:
    (entry,) = mt940(":61:2601021231C5,00NTRFNONREF").entries
    assert (entry.booked, entry.value_date) == (date(2025, 12, 31), date(2026, 1, 2))


def test_mt940_thirtieth_of_february_is_kept_and_reported() -> None:
    statement = mt940(":61:2602300228C5,00NTRFNONREF")
    assert statement.entries[0].value_date == date(2026, 2, 28)
    assert "OF693" in {problem.code for problem in statement.problems}


def test_mt940_german_details_with_split_keywords() -> None:
    (entry,) = mt940(
        ":61:2601020102D5,00NDDTKREF+",
        ":86:105?00LASTSCHRIFT?10931?20EREF+E2E-2026-0000000000000000?21EXTRA?22MREF+M1?23CRED+DE98ZZZ09999999999",
        "?24SVWZ+Rechnung 4711?25vom 3.1.?30BYLADEM1?31DE89370400440532013000?32Muster",
        "mann?33 GmbH",
    ).entries
    assert entry.end_to_end_id == "E2E-2026-0000000000000000EXTRA"
    assert (entry.text, entry.name) == ("Rechnung 4711 vom 3.1.", "Mustermann GmbH")
    assert (entry.iban, entry.reference) == ("DE89370400440532013000", "")


def test_mt940_dutch_details() -> None:
    (entry,) = mt940(
        ":61:2601020102C5,00NTRFEREF//26001",
        ":86:/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/J. de",
        "Vries/REMI/Factuur 4711/EREF/E-1",
    ).entries
    assert (entry.name, entry.iban) == ("J. deVries", "NL91ABNA0417164300")
    assert (entry.text, entry.end_to_end_id) == ("Factuur 4711", "E-1")


def test_mt940_several_messages_and_details_and_a_foreign_header() -> None:
    text = (
        "ABNANL2A\n940\nABNANL2A\n:20:A\n:25:1\n:60F:D260101EUR1,00\n:61:260102C2,00N999NONREF\n:86:one\n:86:two\n"
        ":62F:C260102EUR1,00\n:86:not an entry's\n-\nABNANL2A\n940\nABNANL2A\n"
        ":20:B\n:25:2\n:60F:C260101USD1,00\n:62F:C260101USD1,00\n-\n"
    )
    first, second = bank.read(text.encode()).statements
    assert (first.opening, first.closing, first.balanced, second.currency) == (Decimal(-1), Decimal(1), True, "USD")
    assert first.entries[0].text == "one two"


def test_mt942_checks_its_totals() -> None:
    head = ":20:A\n:25:1\n:28C:1/1\n:34F:EURD0,00\n:13D:2601021200+0100\n"
    statement = only(f"{head}:61:260102C2,00NTRFNONREF\n:90D:0EUR0,00\n:90C:1EUR3,00\n-\n")
    assert (statement.kind, statement.currency, statement.balanced) == ("report", "EUR", None)
    assert [problem.code for problem in statement.problems] == ["OF691"]


CAMT = """<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>PRCD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
{entries}</Stmt></BkToCstmrStmt></Document>"""
BATCH = """<Ntry><Amt Ccy="EUR">30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><DtTm>2026-01-02T09:00:00+01:00</DtTm></BookgDt><AcctSvcrRef>B1</AcctSvcrRef><NtryDtls>
<TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<RltdPties><Dbtr><Pty><Nm>Ann</Nm></Pty></Dbtr></RltdPties><RmtInf><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>
<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy="EUR">20.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<RltdPties><Dbtr><Pty><Nm>Bob</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>Invoice 7</Ustrd></RmtInf></TxDtls>
</NtryDtls></Ntry>"""
PENDING = """<Ntry><Amt Ccy="EUR">99.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts></Ntry>"""
RETURNED = """<Ntry><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RvslInd>true</RvslInd><Sts>BOOK</Sts>
<BookgDt><Dt>2026-01-03</Dt></BookgDt><NtryDtls><TxDtls><RltdPties><Dbtr><Nm>Us</Nm></Dbtr><Cdtr><Nm>Them</Nm></Cdtr>
</RltdPties></TxDtls></NtryDtls></Ntry>"""


def test_camt_batches_pending_entries_and_reversals() -> None:
    found = bank.read(CAMT.format(closing="45.00", entries=BATCH + PENDING + RETURNED).encode())
    (statement,) = found.statements
    batch, pending, returned = statement.entries
    assert (statement.opening, statement.balanced, statement.credit, statement.debit) == (
        Decimal(10),
        True,
        Decimal(35),
        Decimal(0),
    )
    assert [detail.name for detail in batch.details] == ["Ann", "Bob"]
    assert (batch.details[0].reference, batch.details[1].end_to_end_id) == ("RF18539007547034", "")
    assert (pending.pending, returned.reversal, returned.name) == (True, True, "Them")
    whole = bank.to_frame(found)
    parts = bank.to_frame(found, split_batches=True)
    assert (whole.height, parts.height, parts["amount"].sum()) == (2, 3, whole["amount"].sum())
    assert parts["line_id"].to_list() == ["1.1.1", "1.1.2", "1.3"]


def test_camt_garbled_amount_is_named_and_the_rest_is_read() -> None:
    statement = only(CAMT.format(closing="15.00", entries=BATCH.replace("30.00", "3O.00") + RETURNED))
    assert [entry.amount for entry in statement.entries] == [500]
    assert {problem.code for problem in statement.problems} == {"OF686"}


BAI = """01,B,M,260101,0101,1,,,2/
02,M,B,1,260101,2359,{group},2/
03,123,{account},010,+1000,,,015,
88,1500,,,100,500,1,/
16,195,500,S,100,200,200,BREF,CREF,TEXT, WITH COMMA/
88,AND MORE
49,3500,5/
98,3500,1,7/
99,3500,1,9/
"""


@pytest.mark.parametrize(("group", "account", "currency"), [("EUR", "", "EUR"), ("EUR", "JPY", "JPY"), ("", "", "USD")])
def test_bai2_continuations_currencies_and_control_totals(group: str, account: str, currency: str) -> None:
    statement = only(BAI.format(group=group, account=account))
    (entry,) = statement.entries
    assert (statement.currency, statement.balanced, statement.problems) == (currency, True, ())
    assert (entry.amount, entry.bank_ids, entry.reference) == (500, ("BREF",), "CREF")
    assert entry.text == "TEXT, WITH COMMA AND MORE"


def test_bai2_records_glued_into_one_line_are_parted() -> None:
    glued = BAI.format(group="EUR", account="").replace("/\n", "/  ")
    assert only(glued).balanced is True


def test_ofx_xml_with_a_card_and_a_failed_request() -> None:
    text = """<?xml version="1.0"?><?OFX OFXHEADER="200"
    VERSION="220"?><OFX><CREDITCARDMSGSRSV1><CCSTMTTRNRS><STATUS><CODE>0</CODE>
    <SEVERITY>INFO</SEVERITY></STATUS><CCSTMTRS><CURDEF>GBP</CURDEF><CCACCTFROM><ACCTID>4111</ACCTID></CCACCTFROM><BANKTRANLIST>
    <STMTTRN><TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20260102</DTPOSTED><TRNAMT>-1,234.50</TRNAMT><FITID>1</FITID><NAME>A
    &amp; B</NAME>
    <BANKACCTTO><ACCTID>99</ACCTID></BANKACCTTO><CURRENCY><CURRATE>1</CURRATE><CURSYM>USD</CURSYM></CURRENCY></STMTTRN></BANKTRANLIST>
    <LEDGERBAL><BALAMT>-5</BALAMT></LEDGERBAL><AVAILBAL><BALAMT>7</BALAMT></AVAILBAL></CCSTMTRS></CCSTMTTRNRS><CCSTMTTRNRS><STATUS>
    <CODE>2003</CODE><SEVERITY>ERROR</SEVERITY><MESSAGE>Account not
    found</MESSAGE></STATUS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>"""
    found = bank.read(text.encode())
    (statement,) = found.statements
    (entry,) = statement.entries
    assert (statement.account, statement.currency, statement.closing) == ("4111", "GBP", Decimal(-5))
    assert (entry.amount, entry.currency, entry.name, entry.iban) == (-123450, "USD", "A & B", "99")
    assert [remark.code for remark in found.remarks] == ["OF695"]
    assert [problem.code for problem in statement.problems] == ["OF688"]


def test_norma_43_wrong_totals_are_reported() -> None:
    lines = (
        "11" + "1" * 18 + "260101260131" + "2" + f"{1000:014d}" + "9783" + " " * 29,
        "22" + " " * 8 + "260102260102" + "02000" + "1" + f"{250:014d}" + "0" * 10 + "REF         " + " " * 16,
        "2301" + "CUOTA".ljust(76),
        "33" + "1" * 18 + "00002" + f"{300:014d}" + "00000" + "0" * 14 + "2" + f"{750:014d}" + "978    ",
    )
    statement = only("\r\n".join(lines))
    assert (statement.balanced, statement.entries[0].amount, statement.entries[0].text) == (True, -250, "CUOTA")
    assert [problem.code for problem in statement.problems] == ["OF691", "OF691"]


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("Date,Description,Amount,Currency\n01/13/2026,a,\"1,234.50\",USD\n01/14/2026,b,-3.00,USD\n", [123450, -300]),
        ("Fecha;Concepto;Cargo;Abono\n13/01/2026;a;1.234,50;\n14/01/2026;b;;3,00\n", [-123450, 300]),
        ("Buchungstag\tText\tBetrag\tSoll/Haben\n13.01.2026\ta\t1.234,50\tS\n14.01.2026\tb\t3,00\tH\n", [-123450, 300]),
        ("\ufeff\"Datum\",\"Naam / Omschrijving\",\"Af Bij\",\"Bedrag (EUR)\"\n"
         "20260113,a,Af,\"1234,50\"\n20260114,b,Bij,\"3,00\"\n",
         [-123450, 300]),
        ("Date|Libellé|Débit|Crédit\n13/01/2026|a|-1 234,50|\n14/01/2026|b||3,00\n", [-123450, 300]),
        ("sep=;\nDate;Text;Amount\n2026-01-13;a;(1234.50)\n2026-01-14;b;3.00\n", [-123450, 300]),
    ],
)  # fmt: skip
def test_csv_of_banks(text: str, amounts: list[int]) -> None:
    statement = only(text)
    assert [entry.amount for entry in statement.entries] == amounts
    assert [entry.booked for entry in statement.entries] == [date(2026, 1, 13), date(2026, 1, 14)]


def test_csv_where_the_account_column_is_the_other_party_and_the_amount_names_the_currency() -> None:
    statement = only(
        '"Date","Payee","Account number","Payment reference","Amount (EUR)"\n'
        '"2026-01-13","Ann","DE89370400440532013000","Rent","-850.00"\n"2026-01-14","Bob","","Thanks","20.00"\n'
    )
    assert (statement.account, statement.currency) == ("", "EUR")
    assert [(entry.name, entry.iban) for entry in statement.entries] == [("Ann", "DE89370400440532013000"), ("Bob", "")]


def test_csv_with_payer_and_payee_a_preamble_and_pending_lines() -> None:
    statement = only(
        "Girokonto;DE89370400440532013000\n\n"
        "Buchungsdatum;Status;Zahlungspflichtige*r;Zahlungsempfänger*in;Verwendungszweck;Betrag (€)\n"
        "13.01.26;Gebucht;Wir;Stadtwerke;Strom;-1.050,00 €\n14.01.26;Vorgemerkt;Wir;Laden;Brot;-3,50 €\n"
        "15.01.26;Gebucht;Kunde;Wir;Rechnung 7;2.000,00 €\n"
    )
    assert (statement.account, statement.currency) == ("DE89370400440532013000", "EUR")
    assert [entry.name for entry in statement.entries] == ["Stadtwerke", "Laden", "Kunde"]
    assert (statement.credit, statement.debit) == (Decimal(2000), Decimal(1050))


def test_csv_with_fees_apart_is_proven_by_the_running_balance() -> None:
    statement = only(
        "Type,Completed Date,Description,Amount,Fee,Currency,State,Balance\n"
        "TRANSFER,2026-01-13 10:00:00,a,-10.00,0.50,EUR,COMPLETED,89.50\n"
        "TRANSFER,2026-01-14 10:00:00,b,-20.00,0.00,EUR,REVERTED,\n"
        "TOPUP,2026-01-15 10:00:00,c,30.00,1.00,EUR,COMPLETED,118.50\n"
    )
    assert (statement.opening, statement.closing, statement.balanced) == (Decimal(100), Decimal("118.50"), True)


def test_csv_amounts_finer_than_a_cent_and_lines_without_an_amount_are_named() -> None:
    statement = only("Date;Text;Amount\n2026-01-13;a;5,005\n2026-01-14;b;\n2026-01-15;c;7,5\n")
    assert {problem.code for problem in statement.problems} == {"OF687", "OF694", "OF689"}


def test_csv_without_names_is_told_by_its_values() -> None:
    statement = only(
        '"01/13/2026","-12.00","*","","COFFEE"\n"01/14/2026","1,500.00","*","","PAYROLL"\n"01/15/2026","-7.25","*","","BREAD"\n'
    )
    assert [entry.amount for entry in statement.entries] == [-1200, 150000, -725]
    assert statement.entries[1].booked == date(2026, 1, 14)
    statement = only(
        "532013000\tEUR\t20260113\t100,00\t88,00\t20260113\t-12,00\tCOFFEE\n"
        "532013000\tEUR\t20260114\t88,00\t1588,00\t20260114\t1500,00\tPAYROLL\n"
    )
    assert (statement.account, statement.currency, statement.opening) == ("532013000", "EUR", Decimal(100))
    assert (statement.balanced, [entry.amount for entry in statement.entries]) == (True, [-1200, 150000])


def test_csv_without_names_whose_amount_cannot_be_told_is_refused() -> None:
    with pytest.raises(DocumentRefused) as refused:
        bank.read(b"2026-01-13;5,00;7,00;a\n2026-01-14;6,00;9,00;b\n")
    assert refused.value.code == "OF659"


def zipped(members: dict[str, bytes]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_a_zip_of_statements_is_one_file_and_is_used_whole_or_not_at_all() -> None:
    first = CAMT.format(closing="40.00", entries=BATCH).encode()
    second = CAMT.format(closing="15.00", entries=RETURNED).encode()
    found = bank.read(zipped({"b.xml": second, "a.xml": first}))
    assert (found.format, [one.closing for one in found.statements]) == ("camt", [Decimal(40), Decimal(15)])
    for members, code in (
        ({"a.xml": first, "b.xml": second[:300]}, "OF666"),
        ({"a.xml": zipped({"b.xml": second})}, "OF665"),
        ({"a.xml": bytes(100 << 20)}, "OF652"),
    ):
        with pytest.raises(DocumentRefused) as refused:
            bank.read(zipped(members))
        assert refused.value.code == code


def test_csv_in_utf_16_and_in_windows_1252() -> None:
    text = "Buchungstag;Begünstigter;Betrag\n13.01.2026;Müller;1,00\n"
    for encoding in ("utf-16", "utf-16-le", "cp1252", "utf-8-sig"):
        (statement,) = bank.read(text.encode(encoding)).statements
        assert statement.entries[0].name == "Müller"


def test_csv_with_two_currencies_sums_each_alone() -> None:
    text = "Date,Text,Amount,Currency\n2026-01-13,a,5.00,EUR\n2026-01-14,b,500,JPY\n"
    found = bank.read(text.encode()).statements
    assert [(one.currency, one.credit, one.entries[0].amount) for one in found] == [
        ("EUR", Decimal(5), 500), ("JPY", Decimal(500), 500),
    ]  # fmt: skip


def test_a_running_balance_that_does_not_follow_is_reported() -> None:
    text = "Date;Text;Amount;Balance\n2026-01-13;a;5,00;105,00\n2026-01-14;b;1,00;106,50\n2026-01-15;c;1,00;107,50\n"
    statement = only(text)
    assert (statement.opening, statement.closing, statement.balanced) == (Decimal(100), Decimal("107.50"), False)
    assert {"OF685", "OF699"} <= {problem.code for problem in statement.problems}
