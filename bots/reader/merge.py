"""One reading out of an e-invoice and the reading of its page: the XML's values, where the page agrees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import product

from bots.reader.compare import doubts_of
from bots.reader.compare_lines import line_holds
from bots.reader.ids import compact, iban_holds
from bots.reader.page import OwnIdentity
from bots.reader.printed import PrintedText
from bots.reader.reading import Line, Proof, Reading, Tax, Value
from config.errors import Reason
from config.money import exponent
from connectors.einvoice import EInvoice, EInvoiceLine, EInvoiceTax

__all__ = ["merge"]

_AGREES = "xml and page agree"
_CENT = Decimal("0.01")
_UNTAXED = frozenset({"AE", "E", "G", "K", "O", "Z"})
"""Categories of UNCL 5305 whose rate is nothing (EN 16931-1, BR-AE-5 and its like)."""
_CATEGORIES = _UNTAXED | {"S", "L", "M", "B"}
"""Those, the standard rate, the taxes of the Canary Islands, of Ceuta and Melilla, and the Italian split payment."""
_WITH_LINES = frozenset({"basic", "en16931", "extended", "xrechnung", "peppol"})
"""Profiles in which an invoice has a line at least (EN 16931-1, BR-16)."""
_NEEDED = ("invoice_number", "issue_date", "currency", "seller_name", "gross_total")


def merge(
    einvoice: EInvoice, page_reading: Reading | None, printed: PrintedText, own: OwnIdentity | None = None
) -> Reading:
    """The e-invoice as a reading: its values, each with its place on the page where the page says the same.

    What the XML leaves out (a MINIMUM profile has no lines and no IBAN) is taken from a page that proves itself.
    Its doubts: what the page says otherwise (OF215), and what the XML itself contradicts or leaves out (OF210).
    """
    seen = bool(printed.words)
    differences = doubts_of(einvoice, page_reading, printed, own) if seen else ()
    proofs = {proof.name: proof for proof in _proofs(einvoice, own or OwnIdentity())}
    if seen:
        proofs[_AGREES] = Proof(_AGREES, not differences, "the page shows what the XML says", tuple(einvoice.fields))
    failed = [proof for proof in proofs.values() if not proof.holds and proof.name != _AGREES]
    broken = tuple(Reason("OF210", "", {"says": proof.says}) for proof in failed)
    more = page_reading if page_reading is not None and page_reading.confident else Reading()
    fields = {name: _value(name, text, page_reading, proofs) for name, text in einvoice.fields.items()}
    return Reading(
        type=einvoice.type,
        fields={**more.fields, **fields},
        lines=tuple(_line(line) for line in einvoice.lines) or more.lines,
        taxes=tuple(_tax(tax) for tax in einvoice.taxes),
        proofs=proofs,
        doubts=(*differences, *broken),
        pages=printed.pages,
        language=page_reading.language if page_reading is not None else "",
    )


def _value(name: str, text: str, page_reading: Reading | None, proofs: dict[str, Proof]) -> Value:
    held = tuple(proof.name for proof in proofs.values() if proof.holds and name in proof.fields)
    shown = page_reading.fields.get(name) if page_reading is not None else None
    if shown is None or compact(shown.value) != compact(text):
        return Value(text, source="xml", proofs=held, others=(shown,) if shown is not None else ())
    return Value(text, text=shown.text, page=shown.page, box=shown.box, source="xml", proofs=held)


def _proofs(xml: EInvoice, own: OwnIdentity) -> Iterator[Proof]:
    """The sums of EN 16931-1 (BR-CO-10 to 17), by the amounts that the XML gives; ids; the parties."""
    yield from _sums(xml)
    yield from _products(xml)
    yield from _rates(xml)
    yield from _adjustments(xml)
    yield from _categories(xml)
    yield from _shares(xml)
    if xml.currencies:
        says = f"amounts in {', '.join(sorted(xml.currencies))}, not {xml.fields.get('currency', '?')}"
        yield Proof("one currency", False, says, ("currency",))
    missing = [name for name in _NEEDED if name not in xml.fields]
    missing += ["line"] if xml.profile in _WITH_LINES and not xml.lines else []
    says = f"it has no {', '.join(missing)}" if missing else f"it has {', '.join(_NEEDED)}"
    yield Proof("complete", not missing, says, _NEEDED)
    if "iban" in xml.fields:
        yield Proof(
            "iban check digits", iban_holds(xml.fields["iban"]), f"check digits of {xml.fields['iban']}", ("iban",)
        )
    ours = compact(xml.fields.get("seller_vat_id", "")) in {compact(vat_id) for vat_id in own.vat_ids}
    yield Proof("seller is not us", not ours, f"seller {xml.fields.get('seller_name', '?')}", ("seller_vat_id",))
    seller, buyer = xml.fields.get("seller_vat_id"), xml.fields.get("buyer_vat_id")
    if seller and buyer:
        yield Proof(
            "two parties", seller != buyer, f"seller {seller}, buyer {buyer}", ("seller_vat_id", "buyer_vat_id")
        )


def _sums(xml: EInvoice) -> Iterator[Proof]:
    currency = xml.fields.get("currency", "EUR")

    def amount(name: str) -> Decimal:
        return Decimal(xml.fields.get(name, "0"))

    def closes(name: str, made: Decimal, total: str, parts: tuple[str, ...], slack: int = 0) -> Proof:
        allowed = slack * Decimal(1).scaleb(-exponent(currency))
        says = f"{name}: {made:f} against {amount(total):f} ({total})"
        return Proof(name, abs(made - amount(total)) <= allowed, says, (*parts, total))

    given = xml.fields.keys()
    if {"net_total", "gross_total"} <= given:
        made = amount("net_total") + amount("tax_total")
        made -= amount("withheld_total") if xml.syntax == "facturae" else 0  # EN 16931 leaves withholding to payment
        yield closes("net and tax make gross", made, "gross_total", ("net_total", "tax_total", "withheld_total"))
    if {"gross_total", "amount_due"} <= given and xml.syntax != "facturae" and xml.profile != "minimum":
        made = amount("gross_total") - amount("prepaid") + amount("rounding")
        yield closes("gross less prepaid is due", made, "amount_due", ("gross_total", "prepaid", "rounding"))
    if xml.profile == "minimum" and amount("gross_total") * amount("amount_due") < 0:
        yield Proof("due as gross", False, f"gross {amount('gross_total'):f}, due {amount('amount_due'):f}", ())
    totals = [Decimal(line.line_total) for line in xml.lines if line.line_total is not None]
    if totals and "net_total" in given:
        made = sum(totals, Decimal(0)) - amount("discount_total") + amount("charge_total")
        slack = len(totals) if xml.syntax == "facturae" else 0  # its line amounts may have eight decimal places
        yield closes("lines make net", made, "net_total", ("discount_total", "charge_total"), slack)
    taxes = [Decimal(tax.amount) for tax in xml.taxes if tax.amount is not None]
    if taxes and "tax_total" in given:
        yield closes("rates make tax", sum(taxes, Decimal(0)), "tax_total", ())
    if xml.line_sum is not None and (totals or "net_total" in given):
        listed = amount("net_total") + amount("discount_total") - amount("charge_total")
        made = sum(totals, Decimal(0)) if totals else listed
        yield Proof("sum of lines", made == Decimal(xml.line_sum), f"sum of lines: {made:f} against {xml.line_sum}", ())
    for name, charge in (("discount_total", False), ("charge_total", True)):
        parts = [Decimal(entry.amount) for entry in xml.adjustments if entry.charge is charge]
        if parts and name in given:
            made = sum(parts, Decimal(0))
            turned = amount("net_total") < 0 and made == -amount(name)  # corrections write them with either sign
            yield closes(f"parts of {name}", -made if turned else made, name, ())
    bases = [Decimal(tax.base) for tax in xml.taxes if tax.base is not None]
    if bases and "net_total" in given and xml.syntax != "facturae":  # one base may bear two of its taxes
        yield closes("bases make net", sum(bases, Decimal(0)), "net_total", ())


def _adjustments(xml: EInvoice) -> Iterator[Proof]:
    """A percentage of a base is its discount or charge, to the cent, and its rate is one of the breakdown."""
    wrong = [
        f"{entry.percent} % of {entry.base} against {entry.amount}"
        for entry in xml.adjustments
        if entry.percent is not None and entry.base is not None
        and abs(abs(Decimal(entry.base) * Decimal(entry.percent) / 100) - abs(Decimal(entry.amount))) > _CENT
    ]  # fmt: skip
    rates = {Decimal(tax.rate) for tax in xml.taxes if tax.rate is not None}
    wrong += [
        f"{entry.amount} at {entry.tax_rate} %"
        for entry in xml.adjustments
        if rates and entry.tax_rate is not None and Decimal(entry.tax_rate) not in rates
    ]
    if xml.adjustments:
        yield Proof("discounts and charges", not wrong, "; ".join(wrong) or f"{len(xml.adjustments)} of them", ())


def _categories(xml: EInvoice) -> Iterator[Proof]:
    """Lines have a category and rate of the tax breakdown; the standard rate is not nothing (BR-S-5); categories are of
    the list (UNCL 5305)."""
    known = {(tax.category, Decimal(tax.rate)) for tax in xml.taxes if tax.rate is not None}
    strange = [
        f"line {number}: {line.category} {line.tax_rate} %"
        for number, line in enumerate(xml.lines, start=1)
        if line.category and line.tax_rate is not None
        and ((known and (line.category, Decimal(line.tax_rate)) not in known)
        or (line.category in _UNTAXED and Decimal(line.tax_rate)))
    ]  # fmt: skip
    strange += [
        f"tax {number}: {tax.category} {tax.rate} %"
        for number, tax in enumerate(xml.taxes, start=1)
        if (xml.profile in _WITH_LINES and tax.category not in _CATEGORIES)
        or (tax.category == "S" and tax.rate is not None and not Decimal(tax.rate))
    ]
    if xml.taxes or strange:
        yield Proof("tax categories", not strange, "; ".join(strange) or f"{len(xml.taxes)} taxes", ())


def _shares(xml: EInvoice) -> Iterator[Proof]:
    """Lines, less discounts and with charges, make the base of their rate (BR-S-8 and its like)."""
    lines = _by_rate((line.tax_rate, line.line_total) for line in xml.lines)
    bases = _by_rate((tax.rate, tax.base) for tax in xml.taxes)
    charges = _by_rate((part.tax_rate, part.amount) for part in xml.adjustments if part.charge)
    discounts = _by_rate((part.tax_rate, part.amount) for part in xml.adjustments if not part.charge)
    if not lines or not bases or charges is None or discounts is None or xml.syntax == "facturae":
        return
    slack = len(xml.lines) * _CENT
    wrong = [
        f"{rate} %: {lines.get(rate, Decimal(0)):f}, base {base:f}"
        for rate, base in bases.items()
        if all(  # corrections write them with either sign
            abs(lines.get(rate, Decimal(0)) + more * charges.get(rate, 0) - less * discounts.get(rate, 0) - base)
            > slack
            for more, less in product((1, -1), repeat=2)
        )
    ]
    yield Proof("lines make bases", not wrong, "; ".join(wrong) or f"{len(bases)} rates", ("net_total",))


def _by_rate(rows: Iterable[tuple[str | None, str | None]]) -> dict[Decimal, Decimal] | None:
    """The sum of the amounts of each rate; None when a row lacks one of them."""
    sums: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
    for rate, amount in rows:
        if rate is None or amount is None:
            return None
        sums[Decimal(rate)] += Decimal(amount)
    return dict(sums)


def _rates(xml: EInvoice) -> Iterator[Proof]:
    """Base times rate is the tax, a rate of nothing where the category says so, and lines have rates of the breakdown.

    The tax may have been rounded line by line: a cent for each.
    """
    wrong = [
        f"tax {number}: {tax.rate} % of {tax.base} against {tax.amount}"
        for number, tax in enumerate(xml.taxes, start=1)
        if (tax.base is not None and tax.rate is not None and tax.amount is not None
        and abs(Decimal(tax.base) * Decimal(tax.rate) / 100 - Decimal(tax.amount)) > max(len(xml.lines), 1) * _CENT)
        or (tax.category in _UNTAXED and Decimal(tax.rate or 0))
    ]  # fmt: skip
    if xml.taxes:
        yield Proof("base times rate", not wrong, "; ".join(wrong) or f"{len(xml.taxes)} rates", ("tax_total",))
    known = {Decimal(tax.rate) for tax in xml.taxes if tax.rate is not None}
    strange = [
        f"line {number}: {line.tax_rate} %"
        for number, line in enumerate(xml.lines, start=1)
        if known and line.tax_rate is not None and Decimal(line.tax_rate) not in known
    ]
    if xml.lines and xml.taxes:
        says = f"{'; '.join(strange)} against {', '.join(f'{rate} %' for rate in sorted(known))}"
        yield Proof("rates of the lines", not strange, says, ())


def _products(xml: EInvoice) -> Iterator[Proof]:
    """Quantity times price, less the line's discount, is its total; a price may have been divided (BT-149)."""
    wrong = [
        f"line {number}: {line.quantity} x {line.unit_price} against {line.line_total}"
        for number, line in enumerate(xml.lines, start=1)
        if line_holds(line) is False or _other_sign(line)
    ]
    if xml.lines:
        yield Proof("quantity times price", not wrong, "; ".join(wrong) or f"{len(xml.lines)} lines", ())


def _other_sign(line: EInvoiceLine) -> bool:
    """Whether quantity and price make a negative total of a positive one, or the other way round."""
    if line.quantity is None or line.line_total is None:
        return False
    made = Decimal(line.quantity) * Decimal(line.unit_price or 1) - Decimal(line.discount or 0)
    return made * Decimal(line.line_total) < 0


def _line(line: EInvoiceLine) -> Line:
    return Line(
        description=_xml(line.description),
        quantity=_xml(line.quantity),
        unit=_xml(line.unit),
        unit_price=_xml(line.unit_price),
        discount=_xml(line.discount),
        tax_rate=_xml(line.tax_rate),
        line_total=_xml(line.line_total),
    )


def _tax(tax: EInvoiceTax) -> Tax:
    return Tax(_xml(tax.base), _xml(tax.rate), _xml(tax.amount), tax.category, tax.exemption)


def _xml(text: str | None) -> Value | None:
    return Value(text, source="xml") if text is not None else None
