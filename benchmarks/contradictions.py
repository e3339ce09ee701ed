"""XML that contradicts its page is found: one value of the XML changed, each in turn, on hybrid invoices.

    uv run python -m benchmarks.contradictions [FOLDER] [--generated N] [--missed]

FOLDER holds PDFs with an embedded e-invoice (Factur-X, ZUGFeRD), such as the public corpus of the ZUGFeRD community;
`--generated` adds N of `demo.invoices`.  The type, every field of the head, every value of every line and of every tax
row is changed, each in several ways, from the last digit to another word, digits that change places, `O` for `0`,
an account of the same bank whose check digits hold.  Values of two lines and dates of two fields are swapped; lines are
taken away, repeated and added.  Pages of reminders, quotations and pro formas get the XML of an invoice.  A change is
*named* when the reading says that this value differs from the page, and *found* when at least the XML no longer agrees
with itself.  Values that differ in the untouched file are not tried: those files are counted as alarms.
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
from itertools import chain, combinations, pairwise
from pathlib import Path
from typing import Literal, NamedTuple

from bots.reader.ids import iban_holds
from bots.reader.merge import merge
from bots.reader.printed import PrintedText
from bots.reader.reading import Reading
from bots.reader.sources import SourceLimits, find_sources
from bots.reader.splitting import understand_all
from config.errors import DocumentRefused, Reason
from connectors.einvoice import EInvoice, EInvoiceAdjustment, EInvoiceLine, EInvoiceTax
from demo.invoices import CASES, Case, generate

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LINE = ("description", "quantity", "unit_price", "tax_rate", "line_total")
_UNSAID = {"withholding", "gross prices", "rounding", "contradiction", "wrong VAT id"}
_OTHER_PAPERS: tuple[Case, ...] = ("reminder", "quotation", "pro forma")
_IDS = ("invoice_number", "order_reference", "corrected_invoice", "seller_vat_id", "buyer_vat_id")
"""Fields that may look like a number, and have no sign."""
_ALIKE = str.maketrans("0O1IS58B", "O0I15SB8")
_DATES = ("issue_date", "due_date", "service_start", "service_end")
_TAX = ("base", "rate", "amount", "category")
_ADJUSTMENT = ("amount", "base", "percent", "tax_rate")
_CATEGORIES = ("S", "Z", "E", "AE", "K", "G", "O")


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
    seeds = range(options.seed, options.seed + options.generated)
    score = measure(chain(_public(options.folder), made(seeds)))
    for hybrid in other_papers(seeds):
        _try_title(hybrid, score)
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
    cases = [case for case in CASES if case not in _UNSAID and case not in _OTHER_PAPERS]
    for seed in seeds:
        specimen = generate(f"contradictions {seed}", form="hybrid", case=cases[seed % len(cases)])
        hybrid = _open(specimen.pdf, f"generated {seed} ({specimen.case}, {specimen.language})")
        if hybrid is not None:
            yield hybrid


def other_papers(seeds: Iterable[int], case: Case | None = None, language: str | None = None) -> Iterator[Hybrid]:
    """Pages that no invoice is printed on, in turn."""
    for seed in seeds:
        paper = case or _OTHER_PAPERS[seed % len(_OTHER_PAPERS)]
        specimen = generate(f"title {seed}", form="hybrid", case=paper, language=language)
        hybrid = _open(specimen.pdf, f"generated title {seed} ({specimen.case}, {specimen.language})")
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


def _try_title(hybrid: Hybrid, score: Score) -> None:
    """The XML says that the paper is an invoice."""
    after = hybrid.doubts(replace(hybrid.einvoice, type="invoice"))
    score.changed["title"] += 1
    score.named["title"] += "type" in _names(after)
    score.found["title"] += bool(after)
    if not after:
        score.told.append(f"missed  {hybrid.name}: title")


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
        for other in _others(text, counts=name not in _IDS):
            yield name, f"{text} -> {other}", replace(einvoice, fields={**einvoice.fields, name: other})
    for at, line in enumerate(einvoice.lines):
        for name, value, other in _others_of(line, (*_LINE, "category")):
            touched = replace(line, **{name: other})  # type: ignore[arg-type] # one of the texts
            lines = (*einvoice.lines[:at], touched, *einvoice.lines[at + 1 :])
            yield f"line {at + 1} {name}", f"{value} -> {other}", replace(einvoice, lines=lines)
    for at, tax in enumerate(einvoice.taxes):
        for name, value, other in _others_of(tax, _TAX):
            taxes = (*einvoice.taxes[:at], replace(tax, **{name: other}), *einvoice.taxes[at + 1 :])
            yield f"tax {at + 1} {name}", f"{value} -> {other}", replace(einvoice, taxes=taxes)
    for at, part in enumerate(einvoice.adjustments):
        for name, value, other in _others_of(part, _ADJUSTMENT):
            touched_part = replace(part, **{name: other})  # type: ignore[arg-type] # one of the texts
            parts = (*einvoice.adjustments[:at], touched_part, *einvoice.adjustments[at + 1 :])
            yield f"adjustment {at + 1} {name}", f"{value} -> {other}", replace(einvoice, adjustments=parts)
    for other in _others(einvoice.line_sum):
        yield "line_sum", f"{einvoice.line_sum} -> {other}", replace(einvoice, line_sum=other)
    yield "other currency", "", replace(einvoice, currencies=frozenset({"XXX"}))
    yield from _swaps(einvoice)
    yield from _counts(einvoice)


def _others_of(
    row: EInvoiceLine | EInvoiceTax | EInvoiceAdjustment, names: Iterable[str]
) -> Iterator[tuple[str, str, str]]:
    """Each value of these names, and what it becomes."""
    for name in names:
        value = getattr(row, name)
        others = (code for code in _CATEGORIES if value not in ("", code)) if name == "category" else _others(value)
        yield from ((name, value, other) for other in others)


def _swaps(einvoice: EInvoice) -> Iterator[tuple[str, str, EInvoice]]:
    """Values of a line and the next one, and dates of two fields, in each other's place."""
    for at, (first, second) in enumerate(pairwise(einvoice.lines)):
        for name in _LINE:
            one, other = getattr(first, name), getattr(second, name)
            if one and other and one != other:
                pair = (replace(first, **{name: other}), replace(second, **{name: one}))
                lines = (*einvoice.lines[:at], *pair, *einvoice.lines[at + 2 :])
                yield f"line {at + 1} {name} swapped", f"{one} <-> {other}", replace(einvoice, lines=lines)
    for one, other in combinations([name for name in _DATES if name in einvoice.fields], 2):
        dates = einvoice.fields[one], einvoice.fields[other]
        if dates[0] != dates[1]:
            fields = {**einvoice.fields, one: dates[1], other: dates[0]}
            yield f"{one} swapped", f"{dates[0]} <-> {dates[1]} of {other}", replace(einvoice, fields=fields)


def _counts(einvoice: EInvoice) -> Iterator[tuple[str, str, EInvoice]]:
    """A line less, a line twice, a line of nothing more."""
    lines = einvoice.lines
    for at, line in enumerate(lines):
        yield "removed line", f"{line}", replace(einvoice, lines=(*lines[:at], *lines[at + 1 :]))
        yield "repeated line", f"{line}", replace(einvoice, lines=(*lines[: at + 1], *lines[at:]))
        free = replace(line, quantity="1", unit_price="0.00", line_total="0.00", discount=None)
        for more in (free, replace(free, description="Zyx")):
            yield "added line", f"{more}", replace(einvoice, lines=(*lines[: at + 1], more, *lines[at + 1 :]))


def _others(text: str | None, *, counts: bool = True) -> Iterator[str]:
    """Other values of the same kind: near ones, and one farther off; `counts` unless it may be an id."""
    if not text:
        return
    if _DATE.fullmatch(text):
        day = date.fromisoformat(text)
        yield from ((day + timedelta(days=days)).isoformat() for days in (1, -1, 31, 365))
        if day.day <= 12 and day.day != day.month:
            yield day.replace(month=day.day, day=day.month).isoformat()
    elif _NUMBER.fullmatch(text):
        value = Decimal(text)
        last = Decimal(1).scaleb(-min(len(text.partition(".")[2]), 2))  # a third place may be rounded away in print
        near = [f"{value + last:f}", f"{value + 1:f}", f"{value + Decimal('7.13'):f}", f"{value * 10:f}"]
        near += [f"{-value:f}"] if counts else []
        swapped = (other for other in _transposed(text) if Decimal(other) != value)
        yield from (other for other in dict.fromkeys((*near, *swapped)) if Decimal(other) != value)
    elif len(text) == 3 and text.isupper():
        yield from ("USD" if text == "EUR" else "EUR", "GBP" if text != "GBP" else "CHF")
    else:
        yield from _worded(text)


def _worded(text: str) -> Iterator[str]:
    """The last figure by one more, or a letter more; the first word another one; the end cut off."""
    yield from _shortened(text)
    yield from _transposed(text)
    yield from (text[:at] + other + text[at + 1 :] for at, other in _alike(text))
    if iban_holds(text):
        yield _other_account(text)
    digits = [match.start() for match in re.finditer(r"\d", text)]
    if digits:
        at = digits[-1]
        yield text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]
        at = digits[0]
        yield text[:at] + str((int(text[at]) + 3) % 10) + text[at + 1 :]
    else:
        yield f"{text}x"
        yield f"Zyx {text.partition(' ')[2]}".strip()


def _transposed(text: str) -> Iterator[str]:
    """The last two figures beside each other that are not the same, in the other order."""
    pairs = [match.start() for match in re.finditer(r"\d(?=\d)", text)]
    for at in [at for at in pairs if text[at] != text[at + 1]][-1:]:
        yield text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _alike(text: str) -> Iterator[tuple[int, str]]:
    """The first character that another one looks like, in a word with figures."""
    for word in re.finditer(r"\S*\d\S*", text):
        for at in range(word.start(), word.end()):
            if (other := text[at].translate(_ALIKE)) != text[at]:
                yield at, other
                return


def _other_account(iban: str) -> str:
    """Another account whose check digits hold (ISO 13616)."""
    account = f"{iban[4:-1]}{(int(iban[-1]) + 1) % 10}" if iban[-1].isdigit() else iban[4:-1] + "7"
    number = "".join(str(int(char, 36)) for char in f"{account}{iban[:2]}00")
    return f"{iban[:2]}{98 - int(number) % 97:02}{account}"


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
