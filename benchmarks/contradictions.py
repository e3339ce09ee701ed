"""XML that contradicts its page is found: one value of the XML changed, each in turn, on hybrid invoices.

    uv run python -m benchmarks.contradictions [FOLDER] [--generated N] [--missed]

FOLDER holds PDFs with an embedded e-invoice (Factur-X, ZUGFeRD), such as the public corpus of the ZUGFeRD community;
`--generated` adds N of `demo.invoices`.  The type, every field of the head, every value of every line and of every tax
row is changed, each in several ways, from the last digit to another word.  A change is *named* when the reading says
that this value differs from the page, and *found* when at least the XML no longer agrees with itself.  Values that
differ in the untouched file are not tried: those files are counted as alarms.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Literal, NamedTuple

from bots.reader.merge import merge
from bots.reader.printed import PrintedText
from bots.reader.reading import Reading
from bots.reader.sources import SourceLimits, find_sources
from bots.reader.splitting import understand_all
from config.errors import DocumentRefused, Reason
from connectors.einvoice import EInvoice
from demo.invoices import CASES, generate

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LINE = ("description", "quantity", "unit_price", "tax_rate", "line_total")
_UNSAID = {"withholding", "gross prices", "rounding", "contradiction", "wrong VAT id"}
_TAX = ("base", "rate", "amount")


class Hybrid(NamedTuple):
    """A PDF with an e-invoice, opened and read."""

    name: str
    einvoice: EInvoice
    reading: Reading
    printed: PrintedText

    def doubts(self, einvoice: EInvoice) -> tuple[Reason, ...]:
        """Why this XML with this page is not proven."""
        return merge(einvoice, self.reading, self.printed).doubts


@dataclass
class Score:
    """Counts by kind of value; `alarms` are values that differ in untouched files; `told` says which."""

    documents: int = 0
    differ: int = 0
    broken: int = 0
    changed: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)


def main() -> int:
    """Print a line a kind of value; 1 when a change was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--generated", type=int, default=0, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the first generated one")
    parser.add_argument("--missed", action="store_true", help="list the changes that were missed, and the alarms")
    options = parser.parse_args()
    score = measure(chain(_public(options.folder), made(range(options.seed, options.seed + options.generated))))
    print(f"{score.documents} hybrids; untouched, {score.differ} differ from their page: {dict(score.alarms)}")
    print(f"{score.broken} more contradict themselves (sums, ids)")
    print(f"{'value':22} {'changed':>8} {'named':>8} {'found':>8} {'missed':>8}")
    for name, count in [*score.changed.most_common(), ("all", score.changed.total())]:
        named, found = ((c.total() if name == "all" else c[name]) for c in (score.named, score.found))
        print(f"{name:22} {count:8} {named:8} {found:8} {count - found:8}")
    for line in score.told if options.missed else ():
        print(line)
    return 0 if score.found.total() == score.changed.total() else 1


def measure(hybrids: Iterable[Hybrid]) -> Score:
    """Change every value of these hybrids."""
    score = Score()
    for hybrid in hybrids:
        _try(hybrid, score)
    return score


def _public(folder: Path | None) -> Iterator[Hybrid]:
    """The hybrids of a folder, each once however often it is there."""
    seen: set[str] = set()
    for path in sorted(folder.rglob("*.pdf")) if folder is not None else ():
        try:
            hybrid = _open(path.read_bytes(), path.name)
        except DocumentRefused:
            continue
        if hybrid is not None and (key := repr((hybrid.einvoice, hybrid.reading))) not in seen:
            seen.add(key)
            yield hybrid


def made(seeds: Iterable[int]) -> Iterator[Hybrid]:
    """Of the cases that EN 16931 says as pages do: it has no withheld tax, no gross prices, and rounds what is due."""
    cases = [case for case in CASES if case not in _UNSAID]
    for seed in seeds:
        specimen = generate(f"contradictions {seed}", form="hybrid", case=cases[seed % len(cases)])
        hybrid = _open(specimen.pdf, f"generated {seed} ({specimen.case}, {specimen.language})")
        if hybrid is not None:
            yield hybrid


def _open(data: bytes, name: str) -> Hybrid | None:
    sources = find_sources(data, name, SourceLimits(ocr_pages=0))
    if len(sources.einvoices) != 1 or not any(page.words for page in sources.pages):
        return None
    return Hybrid(name, sources.einvoices[0], understand_all(sources.pages)[0], PrintedText.of(sources.pages))


def _try(hybrid: Hybrid, score: Score) -> None:
    before = hybrid.doubts(hybrid.einvoice)
    untouched = _names(before)
    score.documents += 1
    score.differ += bool(untouched)
    score.broken += bool(before) and not untouched
    score.alarms.update(_kind(name) for name in untouched)
    if before:
        score.told += [f"alarm   {hybrid.name}: {reason.code} {dict(reason.facts)}" for reason in before]
    for name, text, touched in _changes(hybrid.einvoice):
        if name in untouched:
            continue
        after, kind = hybrid.doubts(touched), _kind(name)
        score.changed[kind] += 1
        score.named[kind] += name in _names(after)
        score.found[kind] += any(reason not in before for reason in after)
        if all(reason in before for reason in after):
            score.told.append(f"missed  {hybrid.name}: {name} {text}")


def _names(doubts: tuple[Reason, ...]) -> set[str]:
    return {str(reason.facts["field"]) for reason in doubts if reason.code == "OF215"}


def _kind(name: str) -> str:
    return re.sub(r" \d+", "", name)


def _changes(einvoice: EInvoice) -> Iterator[tuple[str, str, EInvoice]]:
    """Each value's place, what it becomes, and the XML with it."""
    if not einvoice.self_billed:  # its page is a "Gutschrift" all the same
        other_type: Literal["invoice", "credit note"] = "invoice" if einvoice.type == "credit note" else "credit note"
        yield "type", f"{einvoice.type} -> {other_type}", replace(einvoice, type=other_type)
    for name, text in einvoice.fields.items():
        for other in _others(text):
            yield name, f"{text} -> {other}", replace(einvoice, fields={**einvoice.fields, name: other})
    for at, line in enumerate(einvoice.lines):
        for name in _LINE:
            for other in _others(getattr(line, name)):
                lines = (*einvoice.lines[:at], replace(line, **{name: other}), *einvoice.lines[at + 1 :])
                yield f"line {at + 1} {name}", f"{getattr(line, name)} -> {other}", replace(einvoice, lines=lines)
    for at, tax in enumerate(einvoice.taxes):
        for name in _TAX:
            for other in _others(getattr(tax, name)):
                taxes = (*einvoice.taxes[:at], replace(tax, **{name: other}), *einvoice.taxes[at + 1 :])
                yield f"tax {at + 1} {name}", f"{getattr(tax, name)} -> {other}", replace(einvoice, taxes=taxes)


def _others(text: str | None) -> Iterator[str]:
    """Other values of the same kind: near ones, and one farther off."""
    if not text:
        return
    if _DATE.fullmatch(text):
        day = date.fromisoformat(text)
        yield from ((day + timedelta(days=days)).isoformat() for days in (1, 31))
    elif _NUMBER.fullmatch(text):
        value = Decimal(text)
        last = Decimal(1).scaleb(-min(len(text.partition(".")[2]), 2))  # a third place may be rounded away in print
        yield from dict.fromkeys((f"{value + last:f}", f"{value + 1:f}", f"{value + Decimal('7.13'):f}"))
    elif len(text) == 3 and text.isupper():
        yield from ("USD" if text == "EUR" else "EUR", "GBP" if text != "GBP" else "CHF")
    else:
        yield from _worded(text)


def _worded(text: str) -> Iterator[str]:
    """The last figure by one more, or a letter more; the first word another one; the end cut off."""
    yield from _shortened(text)
    digits = [match.start() for match in re.finditer(r"\d", text)]
    if digits:
        at = digits[-1]
        yield text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]
        at = digits[0]
        yield text[:at] + str((int(text[at]) + 3) % 10) + text[at + 1 :]
    else:
        yield f"{text}x"
        yield f"Zyx {text.partition(' ')[2]}".strip()


def _shortened(text: str) -> Iterator[str]:
    """Without the last letter of its last word, but for the country's code in an address; a word less is no other
    value: pages say more than XML."""
    place, country = (text[:-4], text[-4:]) if re.search(r", [A-Z]{2}$", text) else (text, "")
    last = re.search(r"[^\W_]\S*$", place)
    cut = re.sub(r"[^\W_][\W_]*$", "", place)
    if last is not None and re.search(r"[^\W_]", cut[last.start() :]):
        yield f"{cut}{country}"


if __name__ == "__main__":
    sys.exit(main())
