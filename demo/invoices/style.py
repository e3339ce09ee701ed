"""How an invoice looks: a named layout fixes the arrangement, the rest is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

from demo.invoices.fonts import EMBEDDED, STANDARD, Face, face
from demo.invoices.sheet import Colour, Order, Split
from demo.invoices.words import words

__all__ = ["LAYOUTS", "Arrangement", "Style", "draw_style"]


CurrencyStyle = Literal["symbol after", "symbol before", "code after", "code before", "head only"]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where things stand.

    head: the letterhead; meta: number, dates and references; parties: the addresses; table: the ruling of the lines;
    totals: how the sums are set; foot: where bank, VAT id and small print stand.
    """

    head: Literal["left", "right", "centre", "band", "logo left", "logo right", "plain"]
    parties: Literal["window", "right window", "side by side", "boxed pair", "seller above buyer"]
    meta: Literal["box right", "strip", "list left", "stacked", "sentence", "beside title", "two columns"]
    table: Literal["grid", "rules", "zebra", "plain", "dotted", "band", "columns only"]
    totals: Literal["right", "boxed", "left", "strip", "leaders", "tax table", "band"]
    foot: Literal["columns", "centred", "payment box", "sentence", "none"]


LAYOUTS: dict[str, Arrangement] = {
    "ledger": Arrangement("left", "right window", "box right", "grid", "right", "centred"),
    "briefbogen": Arrangement("right", "window", "list left", "rules", "right", "columns"),
    "banner": Arrangement("band", "side by side", "stacked", "zebra", "band", "payment box"),
    "tira": Arrangement("logo left", "boxed pair", "strip", "columns only", "strip", "sentence"),
    "minimal": Arrangement("plain", "side by side", "beside title", "plain", "leaders", "payment box"),
    "facturier": Arrangement("logo left", "right window", "two columns", "band", "tax table", "centred"),
    "workshop": Arrangement("centre", "boxed pair", "strip", "grid", "tax table", "sentence"),
    "startup": Arrangement("logo right", "seller above buyer", "stacked", "rules", "right", "payment box"),
    "typewriter": Arrangement("plain", "window", "list left", "dotted", "leaders", "sentence"),
    "wholesale": Arrangement("left", "boxed pair", "strip", "band", "boxed", "columns"),
    "letter": Arrangement("right", "window", "sentence", "plain", "left", "columns"),
    "telecom": Arrangement("logo right", "side by side", "two columns", "zebra", "boxed", "none"),
    "quittung": Arrangement("centre", "seller above buyer", "beside title", "dotted", "strip", "centred"),
    "export": Arrangement("band", "boxed pair", "two columns", "grid", "left", "payment box"),
}
"""The named layouts; colours, faces, labels, columns, number styles and spacing vary within each."""

_ACCENTS: tuple[Colour, ...] = (
    (0.10, 0.22, 0.42), (0.55, 0.10, 0.12), (0.05, 0.40, 0.35), (0.15, 0.15, 0.15), (0.85, 0.42, 0.05),
    (0.30, 0.20, 0.50), (0.00, 0.48, 0.72), (0.35, 0.42, 0.10),
)  # fmt: skip
_CURRENCY_STYLES: tuple[CurrencyStyle, ...] = (
    "symbol after", "symbol after", "symbol before", "code after", "code before", "head only",
)  # fmt: skip
_WIN_ANSI_SUFFICES = frozenset(("es", "en", "de", "fr", "it", "pt", "nl", "ca", "sv", "da", "gl", "eu"))


@dataclass(frozen=True, slots=True)
class Style:
    """Everything about the looks of one invoice."""

    layout: str
    at: Arrangement
    face: Face
    size: float
    leading: float
    margin: float
    page: tuple[float, float]
    accent: Colour
    numbers: str
    dates: str
    colon: str
    upper: bool
    bold_labels: bool
    show_currency: CurrencyStyle
    columns: frozenset[str]
    rate_places: int
    order: Order
    split: Split
    vat_in: Literal["head", "foot", "both"]
    repeat_head: bool
    cells_below: bool
    minus: Literal["-1", "1-", "(1)"]


def draw_style(rng: Random, language: str, layout: str | None = None, *, embedded: bool = False) -> Style:
    """A style; `layout` names one of LAYOUTS, else any of them or a mixture; `embedded`: with an embedded face."""
    name = layout or rng.choice([*LAYOUTS, "mixed", "mixed"])
    said = words(language)
    families = STANDARD[:2] * 3 + EMBEDDED * 2 + STANDARD[2:] if language in _WIN_ANSI_SUFFICES else EMBEDDED
    family = "Courier" if name == "typewriter" and language in _WIN_ANSI_SUFFICES else rng.choice(families)
    if embedded and family not in EMBEDDED:
        family = rng.choice(EMBEDDED)
    at = _mixed(rng) if name == "mixed" else LAYOUTS[name]
    size = rng.choice((8.0, 8.5, 9.0, 9.0, 9.5, 10.0)) - (0.8 if family == "Courier" else 0)
    columns = {one for one, chance in _COLUMNS.items() if rng.random() < chance}
    return Style(
        layout=name,
        at=at,
        face=face(family),
        size=size,
        leading=size * rng.choice((1.22, 1.3, 1.4)),
        margin=rng.choice((40.0, 48.0, 56.0, 62.0)),
        page=(595.28, 841.89) if language != "en" or rng.random() < 0.75 else (612.0, 792.0),
        accent=rng.choice(_ACCENTS),
        numbers=rng.choice(said.numbers),
        dates=rng.choice(said.dates),
        colon=rng.choice((":", ":", "", " :" if language == "fr" else ":", ".")),
        upper=rng.random() < 0.15,
        bold_labels=rng.random() < 0.4,
        show_currency=rng.choice(_CURRENCY_STYLES),
        columns=frozenset(columns),
        rate_places=rng.choice((0, 0, 1, 2)),
        order=rng.choice(("reading", "reading", "reading", "columns", "shuffled", "labels last")),
        split=rng.choice(("lines", "lines", "lines", "words", "words", "glyphs")),
        vat_in=rng.choice(("head", "foot", "foot", "both")),
        repeat_head=rng.random() < 0.6,
        cells_below=rng.random() < 0.1 and at.table not in ("grid", "columns only"),
        minus=rng.choice(("-1",) * 8 + ("1-", "(1)")),
    )  # fmt: skip


_COLUMNS = {"pos": 0.35, "sku": 0.4, "unit": 0.35, "rate": 0.4}


def _mixed(rng: Random) -> Arrangement:
    some = rng.choices(list(LAYOUTS.values()), k=6)
    return Arrangement(some[0].head, some[1].parties, some[2].meta, some[3].table, some[4].totals, some[5].foot)
