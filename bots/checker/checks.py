"""Decide whether an invoice may be entered without a person: a pure function of the document and what we know."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from rapidfuzz import fuzz, utils

from bots.checker.verdict import Check, Objection, Verdict
from bots.invoice import Invoice, fold_number
from config.errors import Reason
from config.money import round_money
from config.settings import CheckRules, Identity, PurchaseOrder, Supplier

__all__ = ["Known", "Past", "check", "find_supplier", "seller_key"]

REQUIRED = ("invoice_number", "issue_date", "currency", "gross_total")
SAME_NAME = 88
"""Score (rapidfuzz, 0 to 100) from which two company names are the same; a name alone never proves a supplier."""


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier invoice, as far as duplicates and orders need it.

    Attributes:
        supplier: id in the supplier master; `seller_key` of an unknown one.
        together: it came in the same mail, as an e-invoice beside its printed page does.
    """

    item: str
    supplier: str
    number: str
    date: date | None
    gross: Decimal | None
    net: Decimal | None
    currency: str
    order: str
    type: str
    together: bool = False


@dataclass(frozen=True)
class Known:
    """What the office knows: itself, its suppliers, orders, rules and earlier invoices."""

    us: Identity
    suppliers: Mapping[str, Supplier]
    orders: Mapping[str, PurchaseOrder]
    rules: CheckRules
    today: date
    past: Sequence[Past] = ()


@dataclass
class _Findings:
    checks: list[Check] = field(default_factory=list)
    objections: list[Objection] = field(default_factory=list)

    def add(self, name: str, objections: Iterable[Objection]) -> None:
        found = list(objections)
        self.checks.append(Check(name, not found))
        self.objections += found


def check(
    invoice: Invoice,
    doubts: Sequence[Reason],
    known: Known,
    *,
    facts: Mapping[str, Any] | None = None,
    waived: Collection[str] = (),
) -> Verdict:
    """Check one invoice.

    Args:
        invoice: the values that count.
        doubts: why its reading is not proven; empty when it is, or when a person has settled them.
        known: the office's knowledge, with the earlier invoices.
        facts: how it came (sender checks of the mail).
        waived: codes that as many persons as needed have accepted for exactly these values.

    Returns:
        `duplicate` when the same invoice is already known, `review` when anything speaks against it, else `ready`.
    """
    supplier, supplier_objections = find_supplier(invoice, known.suppliers)
    name = supplier.name if supplier else invoice.text("seller_name") or "?"
    party = supplier.id if supplier else seller_key(invoice)
    same = _same_invoice(invoice, party, known.past)
    if same and same.gross == invoice.amount("gross_total") and same.currency == invoice.text("currency"):
        reason = Reason("OF420", facts={"other": same.item, "supplier": name, "number": invoice.text("invoice_number")})
        made = (Check("not a duplicate", False),)
        return Verdict("duplicate", supplier.id if supplier else "", (Objection(reason),), made, same.item)

    found = _Findings()
    found.add("read and proven", (Objection(doubt) for doubt in doubts))
    found.add("is an invoice", _type(invoice))
    found.add("complete", _complete(invoice))
    found.add("addressed to us", _addressee(invoice, known.us))
    found.add("supplier known", supplier_objections)
    found.add("dates plausible", _dates(invoice, known))
    found.add("sender proven", _sender(facts or {}))
    if supplier:
        found.add("supplier in order", _standing(invoice, supplier))
        found.add("IBAN known", _iban(invoice, supplier, known))
    if party:
        found.add("not a duplicate", _duplicates(invoice, party, name, same, known))
    if supplier:
        found.add("matches its purchase order", _order(invoice, supplier, known))
    found.add("under the approval limit", _limit(invoice, known.rules))
    objections = tuple(objection for objection in found.objections if objection.reason.code not in waived)
    return Verdict(
        "review" if objections else "ready", supplier.id if supplier else "", objections, tuple(found.checks)
    )


def find_supplier(invoice: Invoice, suppliers: Mapping[str, Supplier]) -> tuple[Supplier | None, list[Objection]]:
    """The supplier that VAT id or IBAN prove, and what speaks against it; a name alone only suggests one."""
    vat, iban = invoice.text("seller_vat_id"), invoice.text("iban")
    by_vat = [s for s in suppliers.values() if vat and s.vat_id and _same_vat(s.vat_id, vat)]
    by_iban = [s for s in suppliers.values() if iban and iban in s.ibans]
    if by_vat and by_iban and by_vat[0].id != by_iban[0].id:
        return by_vat[0], [Objection(Reason("OF403", facts={"first": by_vat[0].name, "second": by_iban[0].name}), 2)]
    if by_vat:
        return by_vat[0], []
    if by_iban and not vat:
        return by_iban[0], []
    facts = {"name": invoice.text("seller_name") or "?", "vat": vat or "?"}
    return None, [Objection(Reason("OF402", facts=facts))]


def seller_key(invoice: Invoice) -> str:
    """Names a seller that is not in the supplier master by its VAT id; "" without one: a name alone proves nobody."""
    _, vat = _vat(invoice.text("seller_vat_id"))
    return f"vat:{vat}" if vat else ""


def _vat(text: str) -> tuple[str, str]:
    """A VAT id as its country prefix, "" where it has none (domestic invoices print it without), and the rest."""
    compact = "".join(c for c in text.upper() if c.isalnum())
    return (compact[:2], compact[2:]) if len(compact) > 9 and compact[:2].isalpha() else ("", compact)


def _same_vat(first: str, second: str) -> bool:
    """Whether two VAT ids are one; of two countries they are not, whatever their digits."""
    (one, digits), (other, others) = _vat(first), _vat(second)
    return digits == others and (one == other or not one or not other)


def _type(invoice: Invoice) -> Iterator[Objection]:
    if invoice.type not in ("invoice", "credit note"):
        yield Objection(Reason("OF401", facts={"type": invoice.type}))


def _complete(invoice: Invoice) -> Iterator[Objection]:
    for name in REQUIRED:
        if not invoice.text(name):
            yield Objection(Reason("OF417", where=name, facts={"field": name.replace("_", " ")}))


def _addressee(invoice: Invoice, us: Identity) -> Iterator[Objection]:
    vat, name = invoice.text("buyer_vat_id"), invoice.text("buyer_name")
    if vat:
        if not _same_vat(vat, us.vat_id):
            yield Objection(Reason("OF404", facts={"buyer": f"{name} {vat}".strip()}))
    elif name and not any(_alike(name, ours) for ours in (us.name, *us.aliases)):
        yield Objection(Reason("OF404", facts={"buyer": name}))


def _alike(first: str, second: str) -> bool:
    return fuzz.token_set_ratio(first, second, processor=utils.default_process) >= SAME_NAME


def _dates(invoice: Invoice, known: Known) -> Iterator[Objection]:
    issued = invoice.day("issue_date")
    if issued and issued > known.today + timedelta(days=known.rules.future_days):
        yield Objection(Reason("OF413", facts={"date": issued.isoformat()}))
    if issued and issued < known.today - timedelta(days=known.rules.oldest_days):
        yield Objection(Reason("OF414", facts={"date": issued.isoformat(), "days": str(known.rules.oldest_days)}))


def _sender(facts: Mapping[str, Any]) -> Iterator[Objection]:
    for why in facts.get("sender_warnings", ()):
        yield Objection(Reason("OF418", facts={"why": str(why)}))


def _standing(invoice: Invoice, supplier: Supplier) -> Iterator[Objection]:
    currency = invoice.text("currency")
    if supplier.blocked:
        yield Objection(Reason("OF416", facts={"supplier": supplier.name}))
    if not supplier.legacy_code:
        yield Objection(Reason("OF419", facts={"supplier": supplier.name}))
    if currency and currency != supplier.currency:
        facts = {"currency": currency, "supplier": supplier.name, "usual": supplier.currency}
        yield Objection(Reason("OF415", facts=facts))


def _iban(invoice: Invoice, supplier: Supplier, known: Known) -> Iterator[Objection]:
    iban = invoice.text("iban")
    if iban and iban not in supplier.ibans and iban not in known.us.ibans:
        facts = {"supplier": supplier.name, "iban": iban, "known": ", ".join(supplier.ibans) or "-"}
        yield Objection(Reason("OF405", facts=facts), persons=known.rules.iban_change_persons, call_back=True)


def _same_invoice(invoice: Invoice, party: str, past: Sequence[Past]) -> Past | None:
    number, issued = fold_number(invoice.text("invoice_number")), invoice.day("issue_date")
    for other in past:
        same_year = not (issued and other.date) or issued.year == other.date.year
        same_party = (party and other.supplier == party) or (other.together and other.date == issued)
        if same_party and number and fold_number(other.number) == number and same_year:
            return other
    return None


def _duplicates(invoice: Invoice, party: str, name: str, same: Past | None, known: Known) -> Iterator[Objection]:
    if same:
        facts = {"number": invoice.text("invoice_number"), "supplier": name, "other": same.item}
        yield Objection(Reason("OF406", facts=facts))
        return
    gross, currency, issued = invoice.amount("gross_total"), invoice.text("currency"), invoice.day("issue_date")
    for other in known.past:
        alike = (other.supplier, other.gross, other.currency, other.date) == (party, gross, currency, issued)
        if alike and gross is not None and issued is not None:
            facts = {"supplier": name, "amount": str(gross), "currency": currency}
            facts |= {"date": issued.isoformat(), "number": other.number, "other": other.item}
            yield Objection(Reason("OF407", facts=facts))
            return


def _order(invoice: Invoice, supplier: Supplier, known: Known) -> Iterator[Objection]:
    reference = invoice.text("order_reference")
    if not reference:
        if supplier.po_required and invoice.type == "invoice":
            yield Objection(Reason("OF408", facts={"supplier": supplier.name}))
        return
    folded = fold_number(reference)
    order = next((order for number, order in known.orders.items() if fold_number(number) == folded), None)
    if order is None:
        if supplier.po_required:
            yield Objection(Reason("OF409", facts={"order": reference}))
    elif order.supplier != supplier.id:
        other = known.suppliers[order.supplier].name if order.supplier in known.suppliers else order.supplier
        yield Objection(Reason("OF410", facts={"order": reference, "other": other, "supplier": supplier.name}))
    elif (net := invoice.amount("net_total")) is not None:
        yield from _over_order(net, order, invoice.text("currency"), known)


def _over_order(net: Decimal, order: PurchaseOrder, currency: str, known: Known) -> Iterator[Objection]:
    folded = fold_number(order.number)
    earlier = [p for p in known.past if fold_number(p.order) == folded and p.supplier == order.supplier]
    invoiced = sum((p.net for p in earlier if p.net is not None), Decimal(0))
    rules = known.rules
    slack = max(rules.po_tolerance_amount, order.net_total * rules.po_tolerance_percent / 100)
    if currency != order.currency or net > order.net_total - invoiced + slack:
        facts = {
            "net": str(net),
            "currency": currency,
            "order": order.number,
            "open": str(round_money(order.net_total - invoiced, order.currency)),
        }
        yield Objection(Reason("OF411", facts=facts))


def _limit(invoice: Invoice, rules: CheckRules) -> Iterator[Objection]:
    gross, currency = invoice.amount("gross_total"), invoice.text("currency")
    limit = rules.approve_over.get(currency, rules.approve_over.get("*"))
    if gross is not None and limit is not None and abs(gross) > limit:
        yield Objection(Reason("OF412", facts={"amount": str(gross), "currency": currency, "limit": str(limit)}))
