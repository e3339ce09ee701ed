"""XML that contradicts its page is found: one value of the XML changed, each field in turn, on real hybrid invoices.

    uv run python -m benchmarks.contradictions FOLDER

FOLDER holds PDFs with an embedded e-invoice (Factur-X, ZUGFeRD), such as the public corpus of the ZUGFeRD community.
Fields in which the untouched file already differs from its page are not tried; they are counted as alarms.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from bots.reader.compare import differences
from bots.reader.page import Page
from bots.reader.reading import Reading
from bots.reader.sources import SourceLimits, find_sources
from bots.reader.splitting import understand_all
from config.errors import DocumentRefused
from connectors.einvoice import EInvoice

_AMOUNT = re.compile(r"-?\d+\.\d\d+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass
class Score:
    """How often each field was changed, how often that was missed, and which fields differed untouched."""

    documents: int = 0
    alarmed: int = 0
    tried: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)


def main() -> int:
    """Print a line a field."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    score = Score()
    for einvoice, reading, pages in _hybrids(Path(sys.argv[1])):
        _try(einvoice, reading, pages, score)
    print(f"{score.documents} hybrids, {score.alarmed} differ from their page as they are: {dict(score.alarms)}")
    for name, count in score.tried.most_common():
        print(f"{name:18} changed {count:4}   missed {score.missed[name]:4}")
    return 0


def _hybrids(folder: Path) -> Iterator[tuple[EInvoice, Reading, tuple[Page, ...]]]:
    for path in sorted(folder.rglob("*.pdf")):
        try:
            sources = find_sources(path.read_bytes(), path.name, SourceLimits(ocr_pages=0))
        except DocumentRefused:
            continue
        if len(sources.einvoices) == 1 and any(page.words for page in sources.pages):
            yield sources.einvoices[0], understand_all(sources.pages)[0], sources.pages


def _try(einvoice: EInvoice, reading: Reading, pages: tuple[Page, ...], score: Score) -> None:
    untouched = {found.field for found in differences(einvoice, reading, pages)}
    score.documents += 1
    score.alarmed += bool(untouched)
    score.alarms.update(re.sub(r" \d+", "", name) for name in untouched)
    for name, text in einvoice.fields.items():
        if name in untouched or name == "payment_terms":  # worded freely
            continue
        touched = replace(einvoice, fields={**einvoice.fields, name: _other(text)})
        score.tried[name] += 1
        if name not in {found.field for found in differences(touched, reading, pages)}:
            score.missed[name] += 1


def _other(text: str) -> str:
    """Another value of the same kind."""
    if _AMOUNT.fullmatch(text):
        return f"{Decimal(text) + Decimal('7.13'):f}"
    if _DATE.fullmatch(text):
        return (date.fromisoformat(text) + timedelta(days=3)).isoformat()
    digits = [match.start() for match in re.finditer(r"\d", text)]
    if digits:
        at = digits[-1]
        return text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]
    return {"EUR": "USD"}.get(text, "EUR") if len(text) == 3 and text.isupper() else text + "x"


if __name__ == "__main__":
    sys.exit(main())
