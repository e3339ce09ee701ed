from __future__ import annotations

import io

import pikepdf
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from config.errors import DocumentRefused
from connectors.pdf import Pdf, PdfLimits
from tests.papers import samples


def locked(user: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(samples.printed_pdf())) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="owner", user=user))
    return out.getvalue()


def pages(count: int) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    for number in range(count):
        canvas.drawString(72, 700, f"page {number + 1}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def code_of(data: bytes, limits: PdfLimits | None = None) -> str:
    with pytest.raises(DocumentRefused) as refused:
        Pdf.open(data, "x.pdf", limits=limits)
    assert refused.value.reason.where == "x.pdf"
    return refused.value.code


def test_every_refusal_has_its_own_code() -> None:
    assert code_of(b"\n\0") == "OF200"
    assert code_of(b"<html>log in</html>") == "OF201"
    assert code_of(samples.printed_pdf(), PdfLimits(bytes=100)) == "OF202"
    assert code_of(locked("secret")) == "OF203"
    assert code_of(b"%PDF-1.7\n" + b"nothing to see here " * 20) == "OF204"
    assert code_of(pages(3), PdfLimits(pages=2)) == "OF205"


def test_an_empty_user_password_opens() -> None:
    with Pdf.open(locked("")) as pdf:
        assert "Rechnung" in [word.text for word in pdf.content(1).words.words]


def test_a_lost_cross_reference_is_rebuilt() -> None:
    whole = samples.printed_pdf()
    with Pdf.open(whole[: whole.rindex(b"xref")]) as pdf:
        assert pdf.page_count == 1


def test_pages_are_drawn_as_png() -> None:
    with Pdf.open(samples.printed_pdf()) as pdf:
        drawn = Image.open(io.BytesIO(pdf.png(1, dpi=72)))
        assert (round(pdf.size(1)[0]), round(pdf.size(1)[1])) == (595, 842)
        assert abs(drawn.width - 595) <= 1
        darkest = drawn.convert("L").getextrema()[0]
        assert isinstance(darkest, int)
        assert darkest < 60


def test_a_huge_page_is_drawn_within_bounds() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(14400, 14400))
    canvas.drawString(10, 10, "x")
    canvas.save()
    with Pdf.open(out.getvalue()) as pdf:
        bitmap = pdf.bitmap(1, dpi=300)
        assert bitmap.width * bitmap.height <= 41_000_000


def test_embedded_files_come_out_once_and_within_limits() -> None:
    data = samples.with_attachment(samples.printed_pdf(), "factur-x.xml", samples.cii())
    with Pdf.open(data) as pdf:
        (found,) = pdf.embedded_files()
        assert (found.name, found.data, found.mime) == ("factur-x.xml", samples.cii(), "text/xml")
    with Pdf.open(data, limits=PdfLimits(embedded_bytes=10)) as pdf:
        assert pdf.embedded_files() == []
    with Pdf.open(samples.printed_pdf()) as pdf:
        assert not pdf.has_embedded_files()


def test_the_reason_does_not_depend_on_what_was_opened_before() -> None:
    hollow = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    hollow += b"trailer<</Root 1 0 R>>\n%%EOF"
    before = code_of(hollow)
    assert code_of(locked("secret")) == "OF203"
    assert code_of(hollow) == before != "OF203"
