"""A correction becomes a hint of the supplier's profile, and counts only when it passes on the past documents."""

from __future__ import annotations

from dataclasses import replace

from bots.reader.profiles import Hint, PastDocument, Profile, back_test, hint_for, learn, recall
from bots.reader.reading import Value
from bots.reader.understanding import understand
from tests.reader.paper import invoice, pages_of

LINES = [("Steel bolts M8", "100", "0.50", "50.00"), ("Cutting disc", "5", "10.00", "50.00")]
TOTALS = [("Subtotal", "EUR 100.00"), ("VAT 23%", "EUR 23.00"), ("Total", "EUR 123.00")]


def document(number: str, shown: str = "Vorgang: {}") -> PastDocument:
    paper = invoice(LINES, TOTALS, number=shown.format(number))
    return PastDocument(pages_of(paper.pdf()), {"invoice_number": number})


def test_a_place_becomes_a_hint_by_the_words_beside_it() -> None:
    one = document("X-100")
    assert hint_for("invoice_number", "X-100", one.pages) == Hint("invoice_number", "vorgang", "beside")


def test_a_hint_counts_after_it_was_right_on_past_documents() -> None:
    first, second = document("X-100"), document("X-101")
    alone = learn(Profile("northwind"), first, [])
    assert alone.hints == ()
    taught = learn(Profile("northwind"), first, [second])
    assert taught.hints == (Hint("invoice_number", "vorgang", "beside"),)
    assert Profile.from_json(taught.to_json()) == taught


def test_a_hint_that_was_ever_wrong_never_counts() -> None:
    hint = Hint("invoice_number", "vorgang", "beside")
    misled = PastDocument(document("X-102").pages, {"invoice_number": "Y-7"})
    assert back_test(hint, [document("X-100"), document("X-101")])
    assert not back_test(hint, [document("X-100"), document("X-101"), misled])


def test_a_profile_finds_the_value_and_proves_nothing() -> None:
    taught = learn(Profile("northwind"), document("X-100"), [document("X-101")])
    fresh = document("X-200")
    before = understand(fresh.pages)
    assert not before.confident
    before = replace(before, fields={**before.fields, "invoice_number": Value("nonsense")})
    after = recall(taught, before, fresh.pages)
    assert after.get("invoice_number") == "X-200"
    assert after.fields["invoice_number"].box is not None
    assert [other.value for other in after.fields["invoice_number"].others] == ["nonsense"]
    assert after.doubts == before.doubts
    assert not after.confident


def test_an_old_hint_goes_when_the_supplier_changes_its_layout() -> None:
    taught = learn(Profile("northwind"), document("X-100"), [document("X-101")])
    moved = PastDocument(
        pages_of(invoice(LINES, TOTALS, number="Vorgang: 5 Beleg: Z-9").pdf()), {"invoice_number": "Z-9"}
    )
    assert learn(taught, moved, []).hints == ()
