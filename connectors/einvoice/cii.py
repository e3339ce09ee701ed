"""UN/CEFACT Cross Industry Invoice: ZUGFeRD 1 (CrossIndustryDocument), ZUGFeRD 2 / Factur-X and XRechnung (D16B).

The numbers in comments are the business terms of EN 16931-1.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from connectors.einvoice.model import EInvoice, EInvoiceAdjustment, EInvoiceLine, EInvoiceTax
from connectors.einvoice.types import SELF_BILLED, document_type, kept, profile_of
from connectors.einvoice.xml import amount, children, date, first, join, local_name, number, other_currencies, text

__all__ = ["read_cii"]

_SUMMATION = "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
_LINE_SUMMATION = "SpecifiedTradeSettlementLineMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
_GUIDELINE = (
    "ExchangedDocumentContext|SpecifiedExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID"  # BT-24
)
_SAID = frozenset({
    "AccountName", "BuyerAssignedID", "CityName", "CompleteNumber", "Content", "DepartmentName", "Description",
    "ExemptionReason", "GlobalID", "Information", "IssuerAssignedID", "LineOne", "LineTwo", "LineThree", "Name",
    "PaymentReference", "PersonName", "PostcodeCode", "Reason", "SellerAssignedID", "TradingBusinessName", "URIID",
    "Value",
})  # fmt: skip
"""Elements that hold words or codes as a page may print them."""
_LINE_ITEM = "IncludedSupplyChainTradeLineItem"
_NOT_CHARGED = {"GROUP", "INFORMATION"}  # EXTENDED: lines that only head or explain others (BT-X-8)


def read_cii(root: etree._Element) -> list[EInvoice]:
    """The invoice of a CII document; an empty list when it has none."""
    document = first(root, "ExchangedDocument|HeaderExchangedDocument")
    trade = first(root, "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction")
    if document is None or trade is None:
        return []
    settlement = first(trade, "ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement")
    currency = text(settlement, "InvoiceCurrencyCode") or "EUR"
    fields = {
        **_head(document),
        **_parties(trade),
        **_payment(settlement, currency),
        **_dates(trade, settlement),
        **_totals(first(settlement, _SUMMATION), currency),
    }
    return [
        EInvoice(
            syntax="cii",
            profile=profile_of(text(root, _GUIDELINE)),
            type=document_type(text(document, "TypeCode"), fields["gross_total"]),
            self_billed=text(document, "TypeCode") == SELF_BILLED,
            fields=kept(fields),
            lines=tuple(_lines(trade, currency)),
            taxes=tuple(_tax(tax, currency) for tax in children(settlement, "ApplicableTradeTax")),
            adjustments=tuple(_adjustments(settlement, currency)),
            line_sum=amount(text(settlement, f"{_SUMMATION}/LineTotalAmount"), currency),  # BT-106
            currencies=other_currencies(trade, currency, text(settlement, "TaxCurrencyCode")),
            texts=tuple(_texts(document)) + tuple(_texts(trade)),
            others=_others(trade),
        )
    ]


def _head(document: etree._Element) -> dict[str, str | None]:
    return {
        "invoice_number": text(document, "ID"),  # BT-1
        "issue_date": date(text(document, "IssueDateTime/DateTimeString|DateTime")),  # BT-2
    }


def _parties(trade: etree._Element) -> dict[str, str | None]:
    agreement = first(trade, "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement")
    seller, buyer = first(agreement, "SellerTradeParty"), first(agreement, "BuyerTradeParty")
    return {
        "seller_name": text(seller, "Name"),  # BT-27
        "seller_address": _address(seller),
        "seller_vat_id": _vat_id(seller),  # BT-31
        "buyer_name": text(buyer, "Name"),  # BT-44
        "buyer_address": _address(buyer),
        "buyer_vat_id": _vat_id(buyer),  # BT-48
        "order_reference": text(agreement, "BuyerOrderReferencedDocument/IssuerAssignedID|ID"),  # BT-13
    }


def _address(party: etree._Element | None) -> str | None:
    place = first(party, "PostalTradeAddress")
    street = [text(place, line) for line in ("LineOne", "StreetName", "LineTwo", "LineThree")]
    town = " ".join(filter(None, (text(place, "PostcodeCode"), text(place, "CityName"))))
    return join(*street, town, text(place, "CountryID"))


def _vat_id(party: etree._Element | None, schemes: tuple[str, ...] = ("VA", "FC")) -> str | None:
    registrations = {
        str(entry.get("schemeID", "")): text(entry) for entry in children(party, "SpecifiedTaxRegistration/ID")
    }
    found = next((registrations[scheme] for scheme in schemes if registrations.get(scheme)), None)
    return "".join(found.split()) if found else None


def _others(trade: etree._Element) -> dict[str, tuple[str, ...]]:
    agreement = first(trade, "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement")
    seller = first(agreement, "SellerTradeParty")
    found = {
        "seller_name": text(seller, "SpecifiedLegalOrganization/TradingBusinessName"),
        "seller_vat_id": _vat_id(seller, ("FC",)),
    }
    return {name: (value,) for name, value in kept(found).items()}


def _payment(settlement: etree._Element | None, currency: str) -> dict[str, str | None]:
    means = "SpecifiedTradeSettlementPaymentMeans"
    iban = text(settlement, f"{means}/PayeePartyCreditorFinancialAccount/IBANID")  # BT-84
    terms = list(children(settlement, "SpecifiedTradePaymentTerms"))
    return {
        "currency": currency,  # BT-5
        "iban": "".join(iban.split()) if iban else None,
        "bic": text(settlement, f"{means}/PayeeSpecifiedCreditorFinancialInstitution/BICID"),  # BT-86
        "payment_terms": " ".join(filter(None, (text(term, "Description") for term in terms))),  # BT-20
        "due_date": max(filter(None, (date(text(term, "DueDateDateTime")) for term in terms)), default=None),  # BT-9
        "corrected_invoice": text(settlement, "InvoiceReferencedDocument/IssuerAssignedID|ID"),  # BT-25
    }


def _dates(trade: etree._Element, settlement: etree._Element | None) -> dict[str, str | None]:
    delivery = first(trade, "ApplicableHeaderTradeDelivery|ApplicableSupplyChainTradeDelivery")
    delivered = date(text(delivery, "ActualDeliverySupplyChainEvent/OccurrenceDateTime"))  # BT-72
    return {
        "service_start": date(text(settlement, "BillingSpecifiedPeriod/StartDateTime")) or delivered,  # BT-73
        "service_end": date(text(settlement, "BillingSpecifiedPeriod/EndDateTime")) or delivered,  # BT-74
    }


def _totals(summation: etree._Element | None, currency: str) -> dict[str, str | None]:
    def total(name: str) -> str | None:
        return amount(text(summation, name), currency)

    taxes = list(children(summation, "TaxTotalAmount"))
    own = [tax for tax in taxes if tax.get("currencyID") == currency] or taxes  # a second one is in the tax currency
    return {
        "net_total": total("TaxBasisTotalAmount"),  # BT-109
        "tax_total": amount(text(own[0]), currency) if own else None,  # BT-110
        "discount_total": total("AllowanceTotalAmount"),  # BT-107
        "charge_total": total("ChargeTotalAmount"),  # BT-108
        "rounding": total("RoundingAmount"),  # BT-114
        "gross_total": total("GrandTotalAmount"),  # BT-112
        "prepaid": total("TotalPrepaidAmount"),  # BT-113
        "amount_due": total("DuePayableAmount"),  # BT-115
    }


def _tax(tax: etree._Element, currency: str) -> EInvoiceTax:
    return EInvoiceTax(
        base=amount(text(tax, "BasisAmount"), currency),
        rate=number(text(tax, "RateApplicablePercent|ApplicablePercent")),
        amount=amount(text(tax, "CalculatedAmount"), currency),
        category=text(tax, "CategoryCode") or "S",
        exemption=text(tax, "ExemptionReason") or "",
    )


def _adjustments(settlement: etree._Element | None, currency: str) -> Iterator[EInvoiceAdjustment]:
    for entry in children(settlement, "SpecifiedTradeAllowanceCharge|SpecifiedLogisticsServiceCharge"):
        taken = amount(text(entry, "ActualAmount|AppliedAmount"), currency)  # BT-92, BT-99
        if taken is not None:
            yield EInvoiceAdjustment(
                amount=taken,
                charge=local_name(entry) == "SpecifiedLogisticsServiceCharge"
                or text(entry, "ChargeIndicator") == "true",
                base=amount(text(entry, "BasisAmount"), currency),
                percent=number(text(entry, "CalculationPercent")),
                tax_rate=number(
                    text(entry, "CategoryTradeTax|AppliedTradeTax/RateApplicablePercent|ApplicablePercent")
                ),
            )


def _texts(element: etree._Element) -> Iterator[str]:
    """The words and codes in this element, without those of lines."""
    for child in element:
        if local_name(child) == _LINE_ITEM or not isinstance(child.tag, str):
            continue
        if len(child):
            yield from _texts(child)
        elif local_name(child) in _SAID and (said := text(child)) is not None:
            yield said


def _lines(trade: etree._Element, currency: str) -> list[EInvoiceLine]:
    found = []
    for item in children(trade, _LINE_ITEM):
        status = text(item, "AssociatedDocumentLineDocument/LineStatusReasonCode")
        line = _line(item, currency)
        if status not in _NOT_CHARGED and (line.line_total or line.quantity):  # ZUGFeRD 1 has lines of mere text
            found.append(line)
    return found


def _line(item: etree._Element, currency: str) -> EInvoiceLine:
    agreement = first(item, "SpecifiedLineTradeAgreement|SpecifiedSupplyChainTradeAgreement")
    delivery = first(item, "SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery")
    settlement = first(item, "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement")
    quantity = first(delivery, "BilledQuantity")
    return EInvoiceLine(
        description=text(item, "SpecifiedTradeProduct/Name")
        or text(item, "SpecifiedTradeProduct/Description"),  # BT-153
        quantity=number(text(quantity)),
        unit=quantity.get("unitCode") if quantity is not None else None,
        unit_price=_unit_price(agreement, currency),
        discount=_discount(settlement, currency),
        tax_rate=number(text(settlement, "ApplicableTradeTax/RateApplicablePercent|ApplicablePercent")),
        line_total=amount(text(settlement, f"{_LINE_SUMMATION}/LineTotalAmount"), currency),  # BT-131
        category=text(settlement, "ApplicableTradeTax/CategoryCode") or "",  # BT-151
        texts=tuple(_texts(item)),
    )


def _unit_price(agreement: etree._Element | None, currency: str) -> str | None:
    price = first(agreement, "NetPriceProductTradePrice")  # BT-146
    charged = amount(text(price, "ChargeAmount"), currency)
    per = number(text(price, "BasisQuantity"))  # BT-149: the price of so many
    if charged is None or per in (None, "1", "0"):
        return charged
    return amount(f"{round(Decimal(charged) / Decimal(per or '1'), 8):f}", currency)


def _discount(settlement: etree._Element | None, currency: str) -> str | None:
    taken_off = [
        Decimal(amount(text(entry, "ActualAmount"), currency) or "0")
        * (-1 if text(entry, "ChargeIndicator") == "true" else 1)
        for entry in children(settlement, "SpecifiedTradeAllowanceCharge")
    ]
    return amount(f"{sum(taken_off):f}", currency) if taken_off else None
