"""A seeded generator of invoices with truth: many layouts, languages and tax cases, harder than real ones.

Nobody tunes to it; it gives tests endless documents and needs no outside data.
"""

from demo.invoices.facts import Wishes
from demo.invoices.generator import FORMS, Form, Specimen, corpus, generate
from demo.invoices.misprint import Misprint, misprint
from demo.invoices.model import CASES, Case, Invoice, Item, Party
from demo.invoices.paper import joined
from demo.invoices.parties import draw_party
from demo.invoices.style import LAYOUTS
from demo.invoices.words import LANGUAGES

__all__ = [
    "CASES",
    "FORMS",
    "LANGUAGES",
    "LAYOUTS",
    "Case",
    "Form",
    "Invoice",
    "Item",
    "Misprint",
    "Party",
    "Specimen",
    "Wishes",
    "corpus",
    "draw_party",
    "generate",
    "joined",
    "misprint",
]
