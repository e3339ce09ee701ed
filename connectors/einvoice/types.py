"""What the code lists of invoices mean here: UNTDID 1001 for the kind of document, URNs for profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

__all__ = ["SELF_BILLED", "document_type", "kept", "profile_of"]

_CREDIT = {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"}
SELF_BILLED = "389"
_PRO_FORMA = {"325", "310"}
_PROFILES = (
    ("xrechnung", "xrechnung"), ("peppol", "peppol"), ("minimum", "minimum"),
    ("basicwl", "basic wl"), ("basic", "basic"),
    ("extended", "extended"), ("comfort", "en16931"), ("en16931", "en16931"),
)  # fmt: skip


def document_type(code: str | None, gross: str | None) -> Literal["invoice", "credit note", "pro forma"]:
    """The kind of document of a code of UNTDID 1001 (BT-3); an invoice over a negative amount is a credit note."""
    if code in _CREDIT or (gross or "").startswith("-"):
        return "credit note"
    return "pro forma" if code in _PRO_FORMA else "invoice"


def profile_of(guideline: str | None) -> str:
    """The short name of a specification identifier (BT-24), "" when it is unknown."""
    lowered = (guideline or "").lower().replace("-", "").replace("_", "").replace(" ", "")
    return next((name for mark, name in _PROFILES if mark in lowered), "")


def kept(fields: Mapping[str, str | None]) -> dict[str, str]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value}
