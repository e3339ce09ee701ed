"""One seed, one invoice: facts, looks, bytes and truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Literal, Unpack

from demo.invoices.draft import Draft
from demo.invoices.facts import Wishes, draw_invoice
from demo.invoices.foot import draw_feet, draw_notes, foot_height
from demo.invoices.furniture import decorate
from demo.invoices.head import draw_addresses, draw_letterhead, draw_title_and_meta
from demo.invoices.hybrid import as_printed, embed
from demo.invoices.lines import draw_lines
from demo.invoices.model import CASES, Case, Invoice
from demo.invoices.paper import garble
from demo.invoices.scan import scan
from demo.invoices.style import Style, draw_style
from demo.invoices.totals import draw_totals
from demo.invoices.truth import truth_of
from demo.invoices.words import LANGUAGES

__all__ = ["FORMS", "Form", "Specimen", "corpus", "draw", "generate"]

Form = Literal["born digital", "scan", "hybrid", "garbled"]
FORMS: tuple[Form, ...] = ("born digital", "scan", "hybrid", "garbled")


@dataclass(frozen=True, slots=True)
class Specimen:
    """A generated document with what a reader should find in it.

    Attributes:
        pdf: the document's bytes.
        truth: `{"fields": {...}, "lines": [...], "lang", "layout", "kind", "case"}` and, when the printed figures
            contradict each other, `"anomalies"`; a list is any of these answers, None is "not on the page".
        invoice: the facts it was drawn from.
    """

    pdf: bytes
    truth: dict[str, Any]
    case: Case
    form: Form
    language: str
    layout: str
    invoice: Invoice


def generate(
    seed: int | str,
    *,
    case: Case | None = None,
    language: str | None = None,
    layout: str | None = None,
    form: Form = "born digital",
    house: str | None = None,
    touch: Callable[[Draft], object] | None = None,
    **wishes: Unpack[Wishes],
) -> Specimen:
    """An invoice; the same arguments give the same bytes.

    Args:
        seed: any; what is not fixed by the other arguments follows from it.
        case: one of CASES.  language: one of LANGUAGES.  layout: one of LAYOUTS.
        form: `scan` is an image-only PDF, skewed and noisy; `hybrid` is Factur-X with its XML embedded; `garbled`
            looks right but has a text layer that yields nonsense.
        house: documents of the same house look alike (same style, labels and mark).
        touch: what is done with the drawing before it is printed; the truth stays that of the facts.
        wishes: seller, buyer, number, issued, days, order, currency, items, corrects.
    """
    rng = Random(f"invoice {seed}")
    drawn = case or _any_case(rng)
    language = language or rng.choice(LANGUAGES)
    invoice = draw_invoice(rng, drawn, language, wishes)
    looks = rng if house is None else Random(f"house {house}")
    style = draw_style(looks, language, layout, embedded=form == "garbled")
    draft = draw(invoice, style, house or str(seed), scanned=form == "scan")
    if touch is not None:
        touch(draft)
    pdf = draft.sheet.emit(rng, style.order, style.split, title=invoice.number if rng.random() < 0.3 else "")
    truth = truth_of(draft)
    if form == "scan":
        pdf = scan(pdf, rng)
        truth["kind"] = "scan"
    elif form == "garbled":
        pdf = garble(pdf)
    elif form == "hybrid":
        pdf = embed(pdf, as_printed(invoice, truth, embedded=style.face.embedded))
    return Specimen(pdf, truth, drawn, form, language, style.layout, invoice)


def _any_case(rng: Random) -> Case:
    return rng.choice(CASES) if rng.random() < 0.75 else "standard"


def draw(invoice: Invoice, style: Style, house: str, *, scanned: bool) -> Draft:
    """Lay an invoice out on its pages; documents of one house use the same labels."""
    draft = Draft(invoice, style, house)
    draft.bottom = style.page[1] - 28 - foot_height(draft)
    y = draw_letterhead(draft)
    y = draw_addresses(draft, y)
    y = draw_title_and_meta(draft, y)
    y = draw_lines(draft, y)
    y = draw_totals(draft, y)
    draw_notes(draft, y)
    draw_feet(draft)
    decorate(draft, scanned=scanned)
    return draft


def corpus(n: int, seed: int = 0, *, form: Form = "born digital") -> Iterator[Specimen]:
    """`n` specimens over all languages, layouts and cases, for tests and benchmarks."""
    for index in range(n):
        yield generate(f"{seed}/{index}", language=LANGUAGES[index % len(LANGUAGES)], form=form)
