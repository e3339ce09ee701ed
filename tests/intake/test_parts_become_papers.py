"""Which parts of a mail become work, which go to a person, which are nothing: nothing vanishes silently."""

from __future__ import annotations

import pytest

from bots.intake.papers import sort_file, sort_mail, speaks_of_invoice
from connectors.file_type import file_type
from connectors.mail import unpack, unpack_file
from tests.intake.mails import PDF, UBL, mail, pdf, zipped

PNG = b"\x89PNG\r\n\x1a\n"


def papers(raw: bytes, subject: str = "hola", *, automatic: bool = False) -> list[tuple[str, str]]:
    found = sort_mail(unpack(raw), subject, automatic=automatic).papers
    return [(paper.name, paper.reason.code if paper.reason else "") for paper in found]


def test_each_document_is_a_paper() -> None:
    raw = mail(("a.pdf", pdf("a")), ("b.pdf", pdf("b")), ("c.xml", UBL), ("d.jpg", b"\xff\xd8\xff" + b"x" * 20_000))
    assert papers(raw) == [("a.pdf", ""), ("b.pdf", ""), ("c.xml", ""), ("d.jpg", "")]


def test_the_same_file_twice_in_a_mail_is_one_paper() -> None:
    assert papers(mail(("a.pdf", PDF), ("copia.pdf", PDF))) == [("a.pdf", "")]


def test_logos_are_no_papers_and_a_photo_alone_is() -> None:
    logo, photo = PNG + b"x" * 500, PNG + b"x" * 90_000
    assert papers(mail(("a.pdf", PDF), ("logo.png", logo))) == [("a.pdf", "")]
    raw = mail(("foto.png", photo), text="va").replace(
        b"Content-Disposition: attachment", b"Content-Disposition: inline"
    )
    assert papers(raw) == [("foto.png", "")]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("factura.docx.exe", b"MZ" + b"x" * 100, "OF320"),
        ("factura.pdf", b"", "OF323"),
        ("factura.rtf", b"{\\rtf1 x}", "OF320"),
        ("factura.html", b"<html><body>click</body></html>", "OF320"),
        ("factura.rar", b"Rar!\x1a\x07\x01\0xxxx", "OF315"),
        ("factura.zip", zipped(a_pdf=PDF)[:50], "OF314"),
        ("factura.zip", zipped(a_pdf=b"0" * 30_000_000), "OF316"),
        ("raro.dat", bytes(range(256)), "OF320"),
    ],
    ids=lambda value: value if isinstance(value, str) else "bytes",  # a zip holds the time: no name for a test
)
def test_what_cannot_be_read_goes_to_a_person_with_a_reason(name: str, data: bytes, code: str) -> None:
    assert papers(mail((name, data, "application/octet-stream"))) == [(name, code)]


def test_a_mail_that_speaks_of_an_invoice_goes_to_a_person() -> None:
    assert papers(mail(subject="Su factura", text="Puede descargarla aquí"), "Su factura") == [("", "OF321")]
    assert papers(mail(text="Nos vemos el martes")) == []
    assert papers(mail(text="Fuera de la oficina; su factura se atenderá"), automatic=True) == []


def test_a_mail_past_its_limits_goes_to_a_person() -> None:
    many = [(f"{n}.pdf", pdf(str(n))) for n in range(5)]
    found = sort_mail(unpack(mail(*many)), "", most=3).papers
    assert [paper.reason.code if paper.reason else "" for paper in found] == ["", "", "", "OF325"]


@pytest.mark.parametrize(
    "text",
    ["Ihre Rechnung 12", "Votre facture", "la fattura n. 3", "FACTUUR", "e-mail with invoice", "Faktura 1", "fatura"],
)
def test_invoices_are_spoken_of_in_many_languages(text: str) -> None:
    assert speaks_of_invoice([text])


def test_other_words_are_not_taken_for_invoices() -> None:
    assert not speaks_of_invoice(["manufactura del norte", "facturar más", "voice message"])


def test_a_dropped_file_is_always_something() -> None:
    for name, data, code in (("a.pdf", PDF, ""), ("a.txt", b"hola", "OF320"), ("a.pdf", b"", "OF323")):
        (paper,) = sort_file(unpack_file(name, data), name, file_type(data)).papers
        assert (paper.reason.code if paper.reason else "") == code
