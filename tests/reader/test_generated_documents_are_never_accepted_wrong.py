"""Over many layouts, languages and tax cases: a reading that calls itself proven is right, without exception.

The documents are those of `demo.invoices`, whose truth is known; nothing of the reader may be tuned to them.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import pytest

from bots.reader import OwnIdentity, read
from bots.reader.reading import Reading
from demo.invoices import LANGUAGES, Specimen, generate

MUST = ("invoice_number", "issue_date", "currency", "net_total", "tax_total", "gross_total", "seller_vat_id")
DOCUMENTS = 96


def same(name: str, got: str | None, wanted: object) -> bool:
    if wanted is None or got is None:
        return wanted is None and got is None
    if name.endswith("_total"):
        try:
            return Decimal(got) == Decimal(str(wanted))
        except InvalidOperation:
            return False
    first, second = ("".join(c for c in str(text).casefold() if c.isalnum()) for text in (got, wanted))
    if name == "seller_vat_id":  # with or without the country's letters
        return first == second or first[2:] == second or second[2:] == first
    return first == second


def wrong_fields(reading: Reading, specimen: Specimen) -> dict[str, tuple[str | None, object]]:
    truth = specimen.truth["fields"]
    found: dict[str, tuple[str | None, object]] = {}
    for name in MUST:
        if name in truth:
            wanted = truth[name] if isinstance(truth[name], list) else [truth[name]]
            if not any(same(name, reading.get(name), one) for one in wanted):
                found[name] = (reading.get(name), truth[name])
    return found


@pytest.mark.parametrize("number", range(DOCUMENTS))
def test_a_proven_reading_is_right(number: int) -> None:
    specimen = generate(f"never wrong {number}", language=LANGUAGES[number % len(LANGUAGES)])
    buyer = specimen.invoice.buyer
    own = OwnIdentity(names=(buyer.name,), vat_ids=(buyer.vat_id,)) if number % 2 else None
    for reading in read(specimen.pdf, "invoice.pdf", own)[:1]:
        if reading.confident:
            assert wrong_fields(reading, specimen) == {}, f"{specimen.case}, {specimen.language}, {specimen.layout}"
            assert not specimen.truth.get("anomalies"), "the page contradicts itself"
