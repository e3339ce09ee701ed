"""OASIS UBL 2 Invoice and CreditNote: Peppol BIS Billing 3, XRechnung, and older national profiles."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from connectors.einvoice.model import EInvoice, EInvoiceAdjustment, EInvoiceLine, EInvoiceTax
from connectors.einvoice.types import SELF_BILLED, document_type, kept, profile_of
from connectors.einvoice.xml import amount, children, date, first, join, local_name, number, other_currencies, text

__all__ = ["read_ubl"]


def read_ubl(root: etree._Element) -> list[EInvoice]:
    """The invoice or credit note of a UBL document; an empty list when the root is another vocabulary's Invoice."""
    totals = first(root, "LegalMonetaryTotal")
    if totals is None or text(root, "ID") is None:
        return []
    currency = text(root, "DocumentCurrencyCode") or "EUR"
    credit, type_code = local_name(root) == "CreditNote", text(root, "InvoiceTypeCode")
    fields = {**_head(root, currency), **_parties(root), **_payment(root), **_totals(root, totals, currency)}
    return [
        EInvoice(
            syntax="ubl",
            profile=profile_of(text(root, "CustomizationID")),
            type="credit note" if credit else document_type(type_code, fields["gross_total"]),
            self_billed=type_code == SELF_BILLED,
            fields=kept(fields),
            lines=tuple(_line(line, currency) for line in children(root, "InvoiceLine|CreditNoteLine")),
            taxes=tuple(_tax(tax, currency) for tax in children(root, "TaxTotal/TaxSubtotal") if _own(tax, currency)),
            adjustments=tuple(_adjustments(root, currency)),
            line_sum=amount(text(totals, "LineExtensionAmount"), currency),  # BT-106
            currencies=other_currencies(root, currency, text(root, "TaxCurrencyCode")),
            others=_others(root),
        )
    ]


def _head(root: etree._Element, currency: str) -> dict[str, str | None]:
    delivered = date(text(root, "Delivery/ActualDeliveryDate"))  # BT-72
    return {
        "invoice_number": text(root, "ID"),
        "issue_date": date(text(root, "IssueDate")),
        "due_date": date(text(root, "DueDate") or text(root, "PaymentMeans/PaymentDueDate")),
        "currency": currency,
        "order_reference": text(root, "OrderReference/ID"),
        "corrected_invoice": text(root, "BillingReference/InvoiceDocumentReference/ID"),
        "service_start": date(text(root, "InvoicePeriod/StartDate")) or delivered,
        "service_end": date(text(root, "InvoicePeriod/EndDate")) or delivered,
    }


def _parties(root: etree._Element) -> dict[str, str | None]:
    seller, buyer = first(root, "AccountingSupplierParty/Party"), first(root, "AccountingCustomerParty/Party")
    return {
        "seller_name": _name(seller),
        "seller_address": _address(seller),
        "seller_vat_id": _vat_id(seller),
        "buyer_name": _name(buyer),
        "buyer_address": _address(buyer),
        "buyer_vat_id": _vat_id(buyer),
    }


def _name(party: etree._Element | None) -> str | None:
    person = " ".join(filter(None, (text(party, "Person/FirstName"), text(party, "Person/FamilyName"))))
    return text(party, "PartyLegalEntity/RegistrationName") or text(party, "PartyName/Name") or person or None


def _address(party: etree._Element | None) -> str | None:
    place = first(party, "PostalAddress")
    street = " ".join(filter(None, (text(place, "StreetName"), text(place, "BuildingNumber"))))
    town = " ".join(filter(None, (text(place, "PostalZone"), text(place, "CityName"))))
    more = (text(place, "AdditionalStreetName"), text(place, "AddressLine/Line"))
    return join(street, *more, town, text(place, "CountrySubentity"), text(place, "Country/IdentificationCode"))


def _vat_id(party: etree._Element | None, *, vat: bool = True) -> str | None:
    registered = [
        (text(scheme, "TaxScheme/ID"), text(scheme, "CompanyID")) for scheme in children(party, "PartyTaxScheme")
    ]
    found = [number for scheme, number in registered if number and ((scheme or "VAT").upper() == "VAT") is vat]
    found += [number for _, number in registered if number] if vat else []
    return "".join(found[0].split()) if found else None


def _others(root: etree._Element) -> dict[str, tuple[str, ...]]:
    seller = first(root, "AccountingSupplierParty/Party")
    buyer = first(root, "AccountingCustomerParty/Party")
    found = {
        "seller_name": text(seller, "PartyName/Name"),
        "buyer_name": text(buyer, "PartyName/Name"),
        "seller_vat_id": _vat_id(seller, vat=False),
    }
    return {name: (value,) for name, value in kept(found).items()}


def _payment(root: etree._Element) -> dict[str, str | None]:
    account = text(root, "PaymentMeans/PayeeFinancialAccount/ID")
    compact = "".join(account.split()) if account else ""
    return {
        "iban": compact if compact[:2].isalpha() else None,  # BT-84 may also be a domestic account number
        "bic": text(root, "PaymentMeans/PayeeFinancialAccount/FinancialInstitutionBranch/ID")
        or text(root, "PaymentMeans/PayeeFinancialAccount/FinancialInstitutionBranch/FinancialInstitution/ID"),
        "payment_terms": " ".join(filter(None, (text(note) for note in children(root, "PaymentTerms/Note")))),
    }


def _own(element: etree._Element, currency: str) -> bool:
    """Whether a tax subtotal is in the currency of the invoice (a second TaxTotal is in the tax currency)."""
    taxed = first(element, "TaxAmount")
    return taxed is None or taxed.get("currencyID", currency) == currency


def _totals(root: etree._Element, totals: etree._Element, currency: str) -> dict[str, str | None]:
    def total(name: str) -> str | None:
        return amount(text(totals, name), currency)

    taxes = [
        Decimal(amount(text(tax, "TaxAmount"), currency) or "0")
        for tax in children(root, "TaxTotal")
        if _own(tax, currency)
    ]
    withheld = first(root, "WithholdingTaxTotal")
    return {
        "net_total": total("TaxExclusiveAmount"),
        "tax_total": amount(f"{sum(taxes):f}", currency) if taxes else None,
        "withheld_total": amount(text(withheld, "TaxAmount"), currency),
        "discount_total": total("AllowanceTotalAmount"),
        "charge_total": total("ChargeTotalAmount"),
        "rounding": total("PayableRoundingAmount"),
        "gross_total": total("TaxInclusiveAmount"),
        "prepaid": total("PrepaidAmount"),
        "amount_due": total("PayableAmount"),
    }


def _tax(tax: etree._Element, currency: str) -> EInvoiceTax:
    return EInvoiceTax(
        base=amount(text(tax, "TaxableAmount"), currency),
        rate=number(text(tax, "TaxCategory/Percent") or text(tax, "Percent")),
        amount=amount(text(tax, "TaxAmount"), currency),
        category=text(tax, "TaxCategory/ID") or "S",
        exemption=text(tax, "TaxCategory/TaxExemptionReason") or "",
    )


def _adjustments(root: etree._Element, currency: str) -> Iterator[EInvoiceAdjustment]:
    for entry in children(root, "AllowanceCharge"):
        taken = amount(text(entry, "Amount"), currency)
        if taken is not None:
            yield EInvoiceAdjustment(
                amount=taken,
                charge=text(entry, "ChargeIndicator") == "true",
                base=amount(text(entry, "BaseAmount"), currency),
                percent=number(text(entry, "MultiplierFactorNumeric")),
                tax_rate=number(text(entry, "TaxCategory/Percent")),
            )


def _line(line: etree._Element, currency: str) -> EInvoiceLine:
    quantity = first(line, "InvoicedQuantity|CreditedQuantity")
    return EInvoiceLine(
        description=text(line, "Item/Name") or text(line, "Item/Description"),
        quantity=number(text(quantity)),
        unit=quantity.get("unitCode") if quantity is not None else None,
        unit_price=_unit_price(line, currency),
        discount=_discount(line, currency),
        tax_rate=number(text(line, "Item/ClassifiedTaxCategory/Percent")),
        line_total=amount(text(line, "LineExtensionAmount"), currency),
        category=text(line, "Item/ClassifiedTaxCategory/ID") or "",
    )


def _unit_price(line: etree._Element, currency: str) -> str | None:
    charged = amount(text(line, "Price/PriceAmount"), currency)
    per = number(text(line, "Price/BaseQuantity"))
    if charged is None or per in (None, "1", "0"):
        return charged
    return amount(f"{round(Decimal(charged) / Decimal(per or '1'), 8):f}", currency)


def _discount(line: etree._Element, currency: str) -> str | None:
    taken_off = [
        Decimal(amount(text(entry, "Amount"), currency) or "0")
        * (-1 if text(entry, "ChargeIndicator") == "true" else 1)
        for entry in children(line, "AllowanceCharge")
    ]
    return amount(f"{sum(taken_off):f}", currency) if taken_off else None
