"""Factur-X: the invoice as UN/CEFACT Cross Industry Invoice XML (profile EN 16931), embedded in its PDF.

The file bears the attachment and the metadata by which readers find it; it does not claim PDF/A-3 conformance,
which would need embedded fonts and a colour profile.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pikepdf
from lxml import etree

from demo.invoices.model import Invoice, Item, Party, TaxRow

__all__ = ["as_printed", "cross_industry_invoice", "embed"]

_RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
_RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
_UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">
<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>
<fx:Version>1.0</fx:Version><fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
_CATEGORIES = {"reverse charge": "AE", "intra-community": "K", "exempt": "E"}


def embed(pdf: bytes, invoice: Invoice, xml: bytes | None = None) -> bytes:
    """The PDF with its XML inside; `xml` may be another one than the invoice's own (to contradict the page)."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        spec = pikepdf.AttachedFileSpec(
            document,
            xml or cross_industry_invoice(invoice),
            filename="factur-x.xml",
            description="Factur-X",
            mime_type="text/xml",
            creation_date="",
            mod_date="",
        )
        spec.obj.AFRelationship = pikepdf.Name.Alternative
        document.attachments["factur-x.xml"] = spec
        document.Root.AF = pikepdf.Array([document.attachments["factur-x.xml"].obj])
        document.Root.Metadata = document.make_stream(
            _XMP.encode(), {"/Type": pikepdf.Name.Metadata, "/Subtype": pikepdf.Name.XML}
        )
        buffer = io.BytesIO()
        document.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def as_printed(invoice: Invoice, truth: Mapping[str, Any], *, embedded: bool) -> Invoice:
    """The invoice without what its page leaves out, such as letters that a font of PDF (not `embedded`) lacks: an
    honest XML says no more than its page."""
    fields = truth["fields"]
    seller, buyer = (party if embedded else _in_latin(party) for party in (invoice.seller, invoice.buyer))
    seller = replace(seller, iban=seller.iban if fields["iban"] else "")
    buyer = replace(buyer, vat_id=buyer.vat_id if fields["buyer_vat_id"] else "")
    days = invoice.days if fields["due_date"] else 0
    return replace(invoice, seller=seller, buyer=buyer, days=days)


def _in_latin(party: Party) -> Party:
    words = {
        name: getattr(party, name).encode("cp1252", "ignore").decode("cp1252") for name in ("name", "street", "city")
    }
    return replace(party, **words)


class _Node:
    """Builds XML in the order that the schema asks for."""

    def __init__(self, element: etree._Element):
        self.element = element

    def add(self, name: str, text: object = None, **attributes: str) -> _Node:
        prefix, _, local = name.rpartition(":")
        space = {"": _RAM, "udt": _UDT, "rsm": _RSM}[prefix]
        child = etree.SubElement(self.element, f"{{{space}}}{local}", attributes)
        if text is not None:
            child.text = str(text)
        return _Node(child)

    def day(self, name: str, day: date) -> None:
        self.add(name).add("udt:DateTimeString", f"{day:%Y%m%d}", format="102")


def cross_industry_invoice(invoice: Invoice) -> bytes:
    """The CII XML of an invoice."""
    root = _Node(etree.Element(f"{{{_RSM}}}CrossIndustryInvoice", nsmap={"rsm": _RSM, "ram": _RAM, "udt": _UDT}))
    context = root.add("rsm:ExchangedDocumentContext")
    profile = "urn:cen.eu:en16931:2017" if invoice.items else "urn:factur-x.eu:1p0:basicwl"  # BR-16: a line at least
    context.add("GuidelineSpecifiedDocumentContextParameter").add("ID", profile)
    head = root.add("rsm:ExchangedDocument")
    head.add("ID", invoice.number)
    head.add("TypeCode", {"credit_note": "381", "pro_forma": "325"}.get(invoice.document, "380"))
    head.day("IssueDateTime", invoice.issued)
    trade = root.add("rsm:SupplyChainTradeTransaction")
    category = _CATEGORIES.get(invoice.case, "S")
    for index, item in enumerate(invoice.items, 1):
        _line(trade, index, item, category)
    agreement = trade.add("ApplicableHeaderTradeAgreement")
    _party(agreement.add("SellerTradeParty"), invoice.seller)
    _party(agreement.add("BuyerTradeParty"), invoice.buyer)
    if invoice.order:
        agreement.add("BuyerOrderReferencedDocument").add("IssuerAssignedID", invoice.order)
    delivery = trade.add("ApplicableHeaderTradeDelivery")
    if invoice.delivered is not None:
        delivery.add("ActualDeliverySupplyChainEvent").day("OccurrenceDateTime", invoice.delivered)
    _settlement(trade.add("ApplicableHeaderTradeSettlement"), invoice, category)
    return etree.tostring(root.element, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _party(node: _Node, party: Party) -> None:
    node.add("Name", party.name)
    address = node.add("PostalTradeAddress")
    code, _, city = party.city.partition(" ")
    address.add("PostcodeCode", code)
    address.add("LineOne", party.street)
    address.add("CityName", city)
    address.add("CountryID", party.country)
    if party.vat_id:
        node.add("SpecifiedTaxRegistration").add("ID", party.vat_id, schemeID="VA")


def _line(trade: _Node, index: int, item: Item, category: str) -> None:
    line = trade.add("IncludedSupplyChainTradeLineItem")
    line.add("AssociatedDocumentLineDocument").add("LineID", index)
    product = line.add("SpecifiedTradeProduct")
    product.add("SellerAssignedID", item.sku)
    product.add("Name", item.description)
    net = item.unit_price * (100 - item.discount) / 100
    line.add("SpecifiedLineTradeAgreement").add("NetPriceProductTradePrice").add("ChargeAmount", f"{net.normalize():f}")
    line.add("SpecifiedLineTradeDelivery").add("BilledQuantity", f"{item.quantity.normalize():f}", unitCode="C62")
    settlement = line.add("SpecifiedLineTradeSettlement")
    tax = settlement.add("ApplicableTradeTax")
    tax.add("TypeCode", "VAT")
    tax.add("CategoryCode", category)
    tax.add("RateApplicablePercent", item.rate)
    summation = settlement.add("SpecifiedTradeSettlementLineMonetarySummation")
    summation.add("LineTotalAmount", f"{item.total:.2f}")


def _settlement(node: _Node, invoice: Invoice, category: str) -> None:
    node.add("InvoiceCurrencyCode", invoice.currency)
    if invoice.seller.iban:
        means = node.add("SpecifiedTradeSettlementPaymentMeans")
        means.add("TypeCode", "58")
        means.add("PayeePartyCreditorFinancialAccount").add("IBANID", invoice.seller.iban)
    for row in invoice.taxes:
        _tax(node, row, category)
    _adjustments(node, invoice, category)
    if invoice.days:
        node.add("SpecifiedTradePaymentTerms").day("DueDateDateTime", invoice.due)
    total = node.add("SpecifiedTradeSettlementHeaderMonetarySummation")
    total.add("LineTotalAmount", f"{invoice.net + invoice.discount - invoice.charge:.2f}")
    total.add("ChargeTotalAmount", f"{invoice.charge:.2f}")
    total.add("AllowanceTotalAmount", f"{invoice.discount:.2f}")
    total.add("TaxBasisTotalAmount", f"{invoice.net:.2f}")
    total.add("TaxTotalAmount", f"{invoice.tax:.2f}", currencyID=invoice.currency)
    total.add("GrandTotalAmount", f"{invoice.gross:.2f}")
    if invoice.prepaid is not None:
        total.add("TotalPrepaidAmount", f"{invoice.prepaid:.2f}")
    total.add("DuePayableAmount", f"{invoice.gross - (invoice.prepaid or Decimal(0)):.2f}")


def _tax(node: _Node, row: TaxRow, category: str) -> None:
    tax = node.add("ApplicableTradeTax")
    tax.add("CalculatedAmount", f"{row.amount:.2f}")
    tax.add("TypeCode", "VAT")
    if category != "S":
        tax.add("ExemptionReason", {"AE": "Reverse charge", "K": "Intra-Community supply", "E": "Exempt"}[category])
    tax.add("BasisAmount", f"{row.base:.2f}")
    tax.add("CategoryCode", category)
    tax.add("RateApplicablePercent", row.rate)


def _adjustments(node: _Node, invoice: Invoice, category: str) -> None:
    for charge, amount, reason in ((False, invoice.discount, "Discount"), (True, invoice.charge, "Freight")):
        if not amount:
            continue
        adjustment = node.add("SpecifiedTradeAllowanceCharge")
        adjustment.add("ChargeIndicator").add("udt:Indicator", "true" if charge else "false")
        adjustment.add("ActualAmount", f"{amount:.2f}")
        adjustment.add("Reason", reason)
        tax = adjustment.add("CategoryTradeTax")
        tax.add("TypeCode", "VAT")
        tax.add("CategoryCode", category)
        tax.add("RateApplicablePercent", max(invoice.taxes, key=lambda row: row.base).rate)
