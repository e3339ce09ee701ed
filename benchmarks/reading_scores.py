"""Score readings against truths: fields right, documents wholly right, false accepts, line items.

A truth's field may be a list (any of these answers) and null (the page has no such value).  A document counts as a
false accept when it calls itself confident and is not wholly right, or when its printed figures contradict each other.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

__all__ = ["WHOLE", "Plain", "Score", "agrees", "score"]

WHOLE = ("invoice_number", "issue_date", "currency", "net_total", "tax_total", "gross_total", "seller_vat_id")
Plain = Mapping[str, Any]
"""`{"fields": {...}, "lines": [...], "confident": bool}`"""


@dataclass(slots=True)
class Score:
    """Counts over a set of documents."""

    documents: int = 0
    whole: int = 0
    confident: int = 0
    false_accepts: int = 0
    lines_right: int = 0
    lines_read: int = 0
    lines_true: int = 0
    by_layout: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))

    @property
    def f1(self) -> float:
        """Of line items: right when total and quantity are."""
        both = self.lines_read + self.lines_true
        return 2 * self.lines_right / both if both else 0.0

    @property
    def mean_over_layouts(self) -> float:
        """Each layout counts the same, however many documents it has."""
        shares = [sum(found) / len(found) for found in self.by_layout.values()]
        return sum(shares) / len(shares) if shares else 0.0


def score(readings: Mapping[str, Plain], truths: Sequence[Mapping[str, Any]], names: Sequence[str] = WHOLE) -> Score:
    """Compare; a document without a reading counts as not read."""
    result = Score()
    for truth in truths:
        reading = readings.get(truth["id"], {"fields": {}, "lines": [], "confident": False})
        wanted = truth["fields"]
        right = all(agrees(name, reading["fields"].get(name), wanted[name]) for name in names if name in wanted)
        result.documents += 1
        result.whole += right
        result.by_layout[truth["layout"]].append(right)
        result.confident += bool(reading["confident"])
        result.false_accepts += bool(reading["confident"]) and (not right or bool(truth.get("anomalies")))
        if truth.get("lines"):
            result.lines_right += _lines_right(reading["lines"], truth["lines"])
            result.lines_read += len(reading["lines"])
            result.lines_true += len(truth["lines"])
    return result


def _lines_right(read: Sequence[Plain], true: Sequence[Plain]) -> int:
    left, right = list(read), 0
    for wanted in true:
        for line in left:
            total = agrees("line_total", line.get("line_total"), wanted["line_total"])
            if total and (
                wanted.get("quantity") is None or agrees("quantity", line.get("quantity"), wanted["quantity"])
            ):
                right += 1
                left.remove(line)
                break
    return right


def agrees(name: str, got: Any, wanted: Any) -> bool:
    """Whether an answer is one of those that a truth allows."""
    answers = wanted if isinstance(wanted, list) else [wanted]
    return any(_same(name, _normal(name, got), _normal(name, answer)) for answer in answers)


def _same(name: str, got: object, wanted: object) -> bool:
    if name == "seller_vat_id" and isinstance(got, str) and isinstance(wanted, str):
        return got == wanted or got[2:] == wanted or got == wanted[2:]
    return got == wanted


def _normal(name: str, value: Any) -> object:
    if value in (None, "", []):
        return None
    if name.endswith("_total") or name == "quantity":
        try:
            return Decimal(str(value)).normalize()
        except InvalidOperation:
            return str(value)
    letters = unicodedata.normalize("NFKD", str(value))
    return re.sub(r"[\W_]", "", letters).casefold()
