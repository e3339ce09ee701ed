"""What reading a document yields: values with their place on the page, their proofs and their rivals.

This is the contract between the reader and everyone after it (checker, review station, data entry).
Amounts are decimal strings with a point (`-1234.50`), dates ISO 8601, ids without blanks; boxes are in PDF points,
origin at the page's top left, (x0, y0, x1, y1); pages count from 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from config.errors import Reason

__all__ = ["FIELDS", "Box", "DocumentType", "Line", "Proof", "Reading", "Source", "Tax", "Value"]

Box = tuple[float, float, float, float]
Source = Literal["xml", "text", "ocr", "master data", "computed", "person"]
DocumentType = Literal["invoice", "credit note", "pro forma", "receipt", "reminder", "statement", "not an invoice"]

FIELDS = (
    "invoice_number", "issue_date", "due_date", "payment_terms", "service_start", "service_end", "order_reference",
    "currency", "seller_name", "seller_address", "seller_vat_id", "buyer_name", "buyer_address", "buyer_vat_id",
    "iban", "bic", "net_total", "tax_total", "withheld_total", "discount_total", "charge_total", "rounding",
    "gross_total", "prepaid", "amount_due", "corrected_invoice",
)  # fmt: skip
"""Names of a document's fields. `gross_total` is the printed invoice total (after a withholding tax that the document
subtracts), not what is still due."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value read, in canonical form, with what it rests on.

    Attributes:
        value: canonical text (see the module).
        text: as printed.
        page, box: where it stands; None for values of XML, master data or a computation.
        source: where it came from.
        proofs: names of the proofs that hold for it (keys of `Reading.proofs`).
        others: candidates that lost, best first.
    """

    value: str
    text: str = ""
    page: int | None = None
    box: Box | None = None
    source: Source = "text"
    proofs: tuple[str, ...] = ()
    others: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One invoice line; what the page does not give is None."""

    description: Value | None = None
    quantity: Value | None = None
    unit: Value | None = None
    unit_price: Value | None = None
    discount: Value | None = None
    tax_rate: Value | None = None
    line_total: Value | None = None


@dataclass(frozen=True, slots=True)
class Tax:
    """One row of the tax breakdown; `rate` in percent; `category` of UNCL 5305 (S, Z, E, AE, K, G, O)."""

    base: Value | None = None
    rate: Value | None = None
    amount: Value | None = None
    category: str = "S"
    exemption: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """A check that was made: what it says in words, whether it holds, and on which fields."""

    name: str
    holds: bool
    says: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One invoice (or other paper) as read from one or several documents.

    Attributes:
        type: what kind of paper it is.
        fields: by the names in FIELDS; a field that the page does not have is absent.
        doubts: why it is not confident, one reason a doubt; empty means *proven*, and only then may a bot go on alone.
        pages: (first, last) pages of the source document that this reading covers, counted from 1.
        language: ISO 639-1 code of the labels found, "" when unknown.
    """

    type: DocumentType = "invoice"
    fields: Mapping[str, Value] = field(default_factory=dict)
    lines: Sequence[Line] = ()
    taxes: tuple[Tax, ...] = ()
    proofs: Mapping[str, Proof] = field(default_factory=dict)
    doubts: tuple[Reason, ...] = ()
    pages: tuple[int, int] = (1, 1)
    language: str = ""

    @property
    def confident(self) -> bool:
        """Whether the document proves itself."""
        return not self.doubts

    def get(self, name: str) -> str | None:
        """A field's canonical text, or None."""
        found = self.fields.get(name)
        return found.value if found is not None else None

    def with_proofs(self, proofs: Mapping[str, Proof]) -> Reading:
        """The reading with these proofs, and at each value the names of those that hold for it."""
        held = {
            name: tuple(proof.name for proof in proofs.values() if proof.holds and name in proof.fields)
            for name in self.fields
        }
        fields = {name: replace(value, proofs=held[name]) for name, value in self.fields.items()}
        return replace(self, fields=fields, proofs=proofs)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON without loss; what the work item keeps."""
        return {
            "type": self.type,
            "fields": {name: _value_out(value) for name, value in self.fields.items()},
            "lines": [_record_out(line) for line in self.lines],
            "taxes": [_record_out(tax) for tax in self.taxes],
            "proofs": {
                name: {"holds": p.holds, "says": p.says, "fields": list(p.fields)} for name, p in self.proofs.items()
            },
            "doubts": [doubt.to_json() for doubt in self.doubts],
            "pages": list(self.pages),
            "language": self.language,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Reading:
        """The inverse of `to_json`."""
        return cls(
            type=data["type"],
            fields={name: _value_in(value) for name, value in data["fields"].items()},
            lines=tuple(Line(**_record_in(line)) for line in data["lines"]),
            taxes=tuple(Tax(**_record_in(tax)) for tax in data["taxes"]),
            proofs={name: Proof(name, p["holds"], p["says"], tuple(p["fields"])) for name, p in data["proofs"].items()},
            doubts=tuple(Reason.from_json(doubt) for doubt in data["doubts"]),
            pages=(data["pages"][0], data["pages"][1]),
            language=data["language"],
        )


def _value_out(value: Value) -> dict[str, Any]:
    out: dict[str, Any] = {"value": value.value, "source": value.source}
    if value.text:
        out["text"] = value.text
    if value.page is not None:
        out["page"] = value.page
    if value.box is not None:
        out["box"] = [f"{edge:.2f}" for edge in value.box]  # strings: the audit log's profile of JSON has no floats
    if value.proofs:
        out["proofs"] = list(value.proofs)
    if value.others:
        out["others"] = [_value_out(other) for other in value.others]
    return out


def _value_in(data: Mapping[str, Any]) -> Value:
    box = data.get("box")
    return Value(
        value=data["value"],
        text=data.get("text", ""),
        page=data.get("page"),
        box=(float(box[0]), float(box[1]), float(box[2]), float(box[3])) if box else None,
        source=data["source"],
        proofs=tuple(data.get("proofs", ())),
        others=tuple(_value_in(other) for other in data.get("others", ())),
    )


def _record_out(record: Line | Tax) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name in record.__slots__:
        content = getattr(record, name)
        if isinstance(content, Value):
            out[name] = _value_out(content)
        elif content:
            out[name] = content
    return out


def _record_in(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value_in(content) if isinstance(content, dict) else content for name, content in data.items()}
