"""The generator's invoices: the same seed gives the same bytes, the page shows what the truth says, ids are valid."""

from __future__ import annotations

import io
from decimal import Decimal

import pikepdf
import pypdfium2
import pytest
import stdnum
from lxml import etree
from schwifty import IBAN

from demo.invoices import CASES, FORMS, LANGUAGES, LAYOUTS, Case, Form, Specimen, corpus, generate, joined


def page_text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return text


def squeezed(text: str) -> str:
    return "".join(char for char in text if char.isalnum()).casefold()


def figures(amount: str) -> str:
    return "".join(char for char in amount if char.isdigit())


@pytest.mark.parametrize("form", FORMS)
def test_the_same_seed_gives_the_same_bytes_and_truth(form: Form) -> None:
    first, second = (generate(41, form=form, language="es", case="several rates") for _ in range(2))
    assert first.pdf == second.pdf
    assert first.truth == second.truth
    assert generate(42, form=form).pdf != first.pdf


@pytest.mark.parametrize("case", CASES)
def test_the_sums_close_unless_the_case_says_not(case: Case) -> None:
    for seed in range(12):
        specimen = generate(seed, case=case)
        assert specimen.invoice.closes() is (case != "contradiction")
        never_confident = ("contradiction", "wrong VAT id", "pro forma", "reminder", "quotation")
        assert ("anomalies" in specimen.truth) is (case in never_confident)


@pytest.mark.parametrize("layout", [*LAYOUTS, "mixed"])
def test_the_page_shows_number_seller_and_total(layout: str) -> None:
    for index, language in enumerate(LANGUAGES):
        specimen = generate(f"{layout} {index}", layout=layout, language=language)
        text, fields = squeezed(page_text(specimen.pdf)), specimen.truth["fields"]
        assert squeezed(fields["invoice_number"]) in text
        assert squeezed(specimen.invoice.seller.name) in text
        assert figures(fields["gross_total"]) in text
        for line in specimen.truth["lines"]:
            assert figures(line["line_total"]) in text


def all_of(n: int) -> list[Specimen]:
    return list(corpus(n, seed=7))


def test_vat_ids_and_accounts_have_valid_check_digits_except_where_the_case_says() -> None:
    for specimen in all_of(60):
        seller = specimen.invoice.seller
        validator = stdnum.get_cc_module(seller.country.lower(), "vat")
        assert validator is not None
        number = seller.vat_id[2:] if seller.country == "ES" else seller.vat_id
        assert validator.is_valid(number) is (specimen.case != "wrong VAT id"), seller
        assert IBAN(seller.iban).is_valid


def test_a_corpus_has_all_languages_and_many_layouts_and_cases() -> None:
    specimens = all_of(220)
    assert {specimen.language for specimen in specimens} == set(LANGUAGES)
    assert len({specimen.layout for specimen in specimens}) > len(LAYOUTS) * 0.8
    assert len({specimen.case for specimen in specimens}) > len(CASES) * 0.8


def test_no_text_leaves_the_page() -> None:
    for specimen in all_of(66):
        document = pypdfium2.PdfDocument(specimen.pdf)
        for page in document:
            wide, high = page.get_size()
            text = page.get_textpage()
            for index in range(text.count_rects()):
                left, bottom, right, top = text.get_rect(index)
                assert left >= 0, specimen.layout
                assert right <= wide, (specimen.layout, specimen.language)
                assert bottom >= 0
                assert top <= high


def test_a_scan_has_no_text_and_the_size_of_its_page() -> None:
    scanned, drawn = (generate(3, form=form, language="de", case="standard") for form in ("scan", "born digital"))
    assert page_text(scanned.pdf).strip() == ""
    sizes = [pypdfium2.PdfDocument(one.pdf)[0].get_size() for one in (scanned, drawn)]
    assert sizes[0] == pytest.approx(sizes[1], abs=0.5)


def test_a_garbled_text_layer_hides_the_total_that_the_page_shows() -> None:
    for seed in range(4):
        specimen = generate(seed, form="garbled", case="standard", language="en")
        assert specimen.truth["fields"]["gross_total"] not in page_text(specimen.pdf).replace(",", "")
        assert squeezed(specimen.invoice.seller.name) not in squeezed(page_text(specimen.pdf))


def test_several_invoices_are_joined_in_one_file() -> None:
    specimens = all_of(3)
    together = joined(specimen.pdf for specimen in specimens)
    text = squeezed(page_text(together))
    assert all(squeezed(specimen.invoice.number) in text for specimen in specimens)
    assert together == joined(specimen.pdf for specimen in specimens)


def test_a_hybrid_carries_its_invoice_as_factur_x() -> None:
    specimen = generate(9, form="hybrid", language="fr", case="standard")
    with pikepdf.open(io.BytesIO(specimen.pdf)) as document:
        xml = document.attachments["factur-x.xml"].get_file().read_bytes()
        assert document.Root.AF[0].AFRelationship == "/Alternative"
    root = etree.fromstring(xml)
    totals = {str(etree.QName(node).localname): node.text for node in root.iter("{*}*")}
    assert Decimal(str(totals["GrandTotalAmount"])) == specimen.invoice.gross
    assert specimen.invoice.number in [node.text for node in root.iter("{*}ID")]


def test_a_long_invoice_runs_over_pages() -> None:
    lengths = [len(pypdfium2.PdfDocument(generate(seed, case="long").pdf)) for seed in range(6)]
    assert max(lengths) >= 3
    assert min(lengths) >= 2
