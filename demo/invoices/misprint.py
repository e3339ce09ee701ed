"""One figure of a drawn invoice printed wrong in one place, as a slip of a finger or a doctored page would have it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from demo.invoices.draft import Draft

__all__ = ["Misprint", "figures", "misprint"]


@dataclass(frozen=True, slots=True)
class Misprint:
    """What a page prints instead of what it should.

    Attributes:
        kind: whose figure it is: `net`, `gross`, `line total`, `unit price`, `seller VAT id`, ...
        mark: which text of the sheet.
        right, wrong: the text as it should be, and as it is printed.
    """

    kind: str
    mark: int
    right: str
    wrong: str


def figures(draft: Draft) -> list[tuple[str, int, re.Match[str]]]:
    """Every known figure on the pages: kind, number of the text that holds it, and where in the text it stands.

    A figure that several things share (a single line's total is the net total) is named by the first of them.
    """
    found = []
    for number, mark in enumerate(draft.sheet.texts):
        for kind, text in _known(draft):
            match = re.search(rf"(?<![\w.,]){re.escape(text)}(?![\w]|[.,]\d)", mark.text)
            if match is not None:
                found.append((kind, number, match))
                break
    return found


def misprint(draft: Draft, rng: Random, kind: str | None = None) -> Misprint | None:
    """Change one digit of one figure (of this kind) on the sheet; None when the pages have none."""
    places = [place for place in figures(draft) if kind in (None, place[0])]
    if not places:
        return None
    name, number, match = rng.choice(places)
    mark = draft.sheet.texts[number]
    at = rng.choice([index for index in range(*match.span()) if mark.text[index].isdigit()])
    digit = rng.choice([char for char in "0123456789" if char != mark.text[at]])
    right, mark.text = mark.text, mark.text[:at] + digit + mark.text[at + 1 :]
    return Misprint(name, number, right, mark.text)


def _known(draft: Draft) -> Iterator[tuple[str, str]]:
    """The figures of the invoice as this document prints them."""
    invoice = draft.invoice
    yield "seller VAT id", draft.vat(invoice.seller)
    yield "IBAN", draft.iban(invoice.seller.iban)
    for row in invoice.taxes:
        yield "tax rate", f"{draft.rate(row.rate)}%"
        yield from (("tax", draft.number(row.amount)), ("tax base", draft.number(row.base)))
    for name, amount in (
        ("gross", invoice.printed_gross),
        ("net", invoice.net),
        ("tax", invoice.tax),
        ("amount due", invoice.amount_due),
        ("discount", invoice.discount),
        ("charge", invoice.charge),
        ("withheld", invoice.withheld),
        ("prepaid", invoice.prepaid),
    ):
        if amount:
            yield name, draft.number(abs(amount))
    for item in invoice.items:
        yield "line total", draft.number(item.total)
        yield "unit price", draft.price(item.unit_price)
        yield "quantity", draft.quantity(item.quantity)
