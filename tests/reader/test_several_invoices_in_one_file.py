"""A file of several invoices is taken apart where a page begins another one; what came between goes to a person."""

from __future__ import annotations

import pytest

from bots.reader import read
from demo.invoices import Specimen, generate, joined


def one(seed: str, case: str = "standard", language: str = "de") -> Specimen:
    return generate(f"pack {seed}", language=language, case=case)  # type: ignore[arg-type] # a case's name


@pytest.mark.parametrize("number", [1, 4])
def test_one_of_several_pages_and_one_of_one_page_are_two(number: int) -> None:
    long, short = one(f"l{number}", "long"), one(f"c{number}")
    first, second = read(joined([long.pdf, short.pdf]))
    assert first.get("invoice_number") == long.truth["fields"]["invoice_number"]
    assert second.get("invoice_number") == short.truth["fields"]["invoice_number"]
    assert first.pages[1] + 1 == second.pages[0] == second.pages[1]
    assert "split" in first.proofs
    assert "split" in second.proofs


def test_two_of_one_house_are_two() -> None:
    specimens = [generate(f"pack {name}3", language="es", case="standard", house="h1") for name in "ab"]
    found = read(joined(specimen.pdf for specimen in specimens))
    assert [reading.get("invoice_number") for reading in found] == [
        specimen.truth["fields"]["invoice_number"] for specimen in specimens
    ]
    assert all(reading.confident for reading in found)


@pytest.mark.parametrize("number", range(4))
def test_another_paper_between_two_invoices_is_never_accepted_with_them(number: int) -> None:
    papers = [one(f"c{number}"), one(f"q{number}", "quotation"), one(f"l{number}", "long")]
    found = read(joined(paper.pdf for paper in papers))
    assert not any(reading.confident for reading in found)
