"""FacturaE 3.2, 3.2.1 and 3.2.2, the Spanish e-invoice (Orden HAP/1650/2015); a file may hold a batch of invoices."""

from __future__ import annotations

from decimal import Decimal

from lxml import etree

from connectors.einvoice.model import EInvoice, EInvoiceLine, EInvoiceTax
from connectors.einvoice.types import kept
from connectors.einvoice.xml import amount, children, date, first, join, number, text

__all__ = ["read_facturae"]

_CORRECTIVE = {"OR", "CR"}  # InvoiceClass: rectificativa, original and copy
_NOT_TAXED = {"01": "E", "02": "O"}  # SpecialTaxableEventCode: exempt, not subject; as in UNCL5305


def read_facturae(root: etree._Element) -> list[EInvoice]:
    """All invoices of the file."""
    parties = first(root, "Parties")
    version = text(root, "FileHeader/SchemaVersion") or ""
    shared = {**_party(first(parties, "SellerParty"), "seller"), **_party(first(parties, "BuyerParty"), "buyer")}
    return [_invoice(invoice, shared, version) for invoice in children(root, "Invoices/Invoice")]


def _invoice(invoice: etree._Element, shared: dict[str, str | None], version: str) -> EInvoice:
    header, issued = first(invoice, "InvoiceHeader"), first(invoice, "InvoiceIssueData")
    currency = text(issued, "InvoiceCurrencyCode") or "EUR"
    totals = _totals(first(invoice, "InvoiceTotals"), currency)
    negative = (totals["gross_total"] or "").startswith("-")
    corrective = text(header, "InvoiceClass") in _CORRECTIVE
    fields = {
        **shared,
        **totals,
        **_head(header, issued),
        **_payment(invoice),
        "currency": currency,
        "order_reference": text(invoice, "Items/InvoiceLine/ReceiverTransactionReference")
        or text(invoice, "Items/InvoiceLine/FileReference"),
    }
    return EInvoice(
        syntax="facturae",
        profile=version,
        type="credit note" if corrective and negative else "invoice",  # a correction may also raise the amount
        fields=kept(fields),
        lines=tuple(_line(line, currency) for line in children(invoice, "Items/InvoiceLine")),
        taxes=tuple(row for tax in children(invoice, "TaxesOutputs/Tax") for row in _taxes(tax, currency)),
        others={"invoice_number": _written_numbers(header)},
    )


def _number(header: etree._Element | None) -> str | None:
    """Series and number in one, as the Spanish tax agency's books want it (SII, `NumSerieFacturaEmisor`)."""
    series, own = text(header, "InvoiceSeriesCode") or "", text(header, "InvoiceNumber") or ""
    return own if own.startswith(series) else f"{series}{own}"


def _written_numbers(header: etree._Element | None) -> tuple[str, ...]:
    """Other ways in which the number may stand on the page."""
    series, own = text(header, "InvoiceSeriesCode") or "", text(header, "InvoiceNumber") or ""
    return (own, *(f"{series}{mark}{own}" for mark in ("/", "-", " ", ".") if series))


def _head(header: etree._Element | None, issued: etree._Element | None) -> dict[str, str | None]:
    operation = date(text(issued, "OperationDate"))
    return {
        "invoice_number": _number(header),
        "corrected_invoice": _number(first(header, "Corrective")) or None,
        "issue_date": date(text(issued, "IssueDate")),
        "service_start": date(text(issued, "InvoicingPeriod/StartDate")) or operation,
        "service_end": date(text(issued, "InvoicingPeriod/EndDate")) or operation,
    }


def _party(party: etree._Element | None, role: str) -> dict[str, str | None]:
    who = first(party, "LegalEntity|Individual")
    person = " ".join(filter(None, (text(who, part) for part in ("Name", "FirstSurname", "SecondSurname"))))
    place = first(who, "AddressInSpain|OverseasAddress")
    town = text(place, "PostCodeAndTown") or " ".join(filter(None, (text(place, "PostCode"), text(place, "Town"))))
    vat_id = text(party, "TaxIdentification/TaxIdentificationNumber")
    return {
        f"{role}_name": text(who, "CorporateName") or person,
        f"{role}_address": join(text(place, "Address"), town, text(place, "Province"), text(place, "CountryCode")),
        f"{role}_vat_id": "".join(vat_id.split()) if vat_id else None,
    }


def _payment(invoice: etree._Element) -> dict[str, str | None]:
    installments = list(children(invoice, "PaymentDetails/Installment"))
    dues = [date(text(installment, "InstallmentDueDate")) for installment in installments]
    iban = text(invoice, "PaymentDetails/Installment/AccountToBeCredited/IBAN")
    terms = [
        f"{due} {text(part, 'InstallmentAmount') or ''}".strip() for due, part in zip(dues, installments, strict=True)
    ]
    return {
        "due_date": dues[-1] if dues else None,  # the last of several, as when an invoice is fully paid
        "payment_terms": "; ".join(terms) if len(terms) > 1 else None,
        "iban": "".join(iban.split()) if iban else None,
        "bic": text(invoice, "PaymentDetails/Installment/AccountToBeCredited/BIC"),
    }


def _totals(totals: etree._Element | None, currency: str) -> dict[str, str | None]:
    def total(name: str) -> str | None:
        return amount(text(totals, name), currency)

    withheld = total("TotalTaxesWithheld")
    return {
        "net_total": total("TotalGrossAmountBeforeTaxes"),
        "tax_total": total("TotalTaxOutputs"),
        "withheld_total": withheld if withheld and Decimal(withheld) else None,
        "discount_total": total("TotalGeneralDiscounts"),
        "charge_total": total("TotalGeneralSurcharges"),
        "gross_total": total("InvoiceTotal"),
        "prepaid": total("TotalPaymentsOnAccount"),
        "amount_due": total("TotalExecutableAmount") or total("TotalOutstandingAmount"),
    }


def _taxes(tax: etree._Element, currency: str) -> list[EInvoiceTax]:
    """The tax, and the equivalence surcharge on it (recargo de equivalencia, Ley 37/1992 art. 154 ff.)."""
    own, rate = _tax(tax, currency), number(text(tax, "EquivalenceSurcharge"))
    surcharge = amount(text(tax, "EquivalenceSurchargeAmount/TotalAmount"), currency)
    if rate is None or surcharge is None or rate == "0":
        return [own]
    return [own, EInvoiceTax(own.base, rate, surcharge)]


def _tax(tax: etree._Element, currency: str) -> EInvoiceTax:
    special = first(tax, "SpecialTaxableEvent")
    rate = number(text(tax, "TaxRate"))
    return EInvoiceTax(
        base=amount(text(tax, "TaxableBase/TotalAmount"), currency),
        rate=rate,
        amount=amount(text(tax, "TaxAmount/TotalAmount"), currency),
        category=_NOT_TAXED.get(text(special, "SpecialTaxableEventCode") or "", "Z" if rate == "0" else "S"),
        exemption=text(special, "SpecialTaxableEventReason") or "",
    )


def _line(line: etree._Element, currency: str) -> EInvoiceLine:
    discounts = [
        Decimal(amount(text(entry), currency) or "0")
        for entry in children(line, "DiscountsAndRebates/Discount/DiscountAmount")
    ]
    return EInvoiceLine(
        description=text(line, "ItemDescription"),
        quantity=number(text(line, "Quantity")),
        unit=text(line, "UnitOfMeasure"),
        unit_price=amount(text(line, "UnitPriceWithoutTax"), currency),
        discount=amount(f"{sum(discounts):f}", currency) if discounts else None,
        tax_rate=number(text(line, "TaxesOutputs/Tax/TaxRate")),
        line_total=amount(text(line, "GrossAmount"), currency),
    )
