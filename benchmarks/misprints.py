"""A page with one wrong digit is never accepted: one figure of generated invoices printed wrong, in one place.

    uv run python -m benchmarks.misprints [--documents N] [--told]

Per kind of figure: how many pages had one changed, how many of the untouched readings were proven, how many of the
changed ones still are, and how many of these are wrong: a field or a line's value that differs from the facts.
Three kinds cannot always be told: a tax rate or base beside which the sum still closes is no field that is entered, and
a unit price or quantity proves itself only where both are printed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from benchmarks.reading import plain
from benchmarks.reading_scores import WHOLE, Plain, agrees
from bots.reader import read
from demo.invoices import Misprint, Specimen, generate, misprint

KINDS = (
    "gross", "net", "tax", "amount due", "line total", "unit price", "quantity", "discount", "charge", "withheld",
    "prepaid", "tax rate", "tax base", "seller VAT id", "IBAN",
)  # fmt: skip
_FIELDS = (*WHOLE, "iban", "amount_due", "prepaid", "withheld_total")
_LINE = ("quantity", "unit_price", "line_total")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one misprinted page; `wrong` names what was accepted and is not so."""

    seed: int
    misprint: Misprint
    accepted: bool
    wrong: tuple[str, ...] = ()


@dataclass
class Score:
    """Counts by kind of figure."""

    changed: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)


def main() -> int:
    """Print a line a kind; 1 when a wrong value was accepted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=300, metavar="N")
    parser.add_argument("--told", action="store_true", help="list what was accepted")
    options = parser.parse_args()
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        score = count(one for found in pool.imap(outcomes, range(options.documents)) for one in found)
    print(f"{'figure':16} {'changed':>8} {'accepted':>9} {'wrong':>7}")
    for kind in (*KINDS, "all"):
        changed, accepted, wrong = (
            counted.total() if kind == "all" else counted[kind]
            for counted in (score.changed, score.accepted, score.wrong)
        )
        print(f"{kind:16} {changed:8} {accepted:9} {wrong:7}")
    for line in score.told if options.told else ():
        print(line)
    return 1 if score.wrong.total() else 0


def count(found: Iterable[Outcome]) -> Score:
    """Sum up."""
    score = Score()
    for one in found:
        kind = one.misprint.kind
        score.changed[kind] += 1
        score.accepted[kind] += one.accepted
        score.wrong[kind] += bool(one.wrong)
        if one.accepted:
            score.told.append(f"{one.seed} {kind}: {one.misprint.right!r} -> {one.misprint.wrong!r} {one.wrong}")
    return score


def outcomes(seed: int) -> list[Outcome]:
    """One misprint of each kind of a document that is proven as it should be."""
    right = generate(f"misprint {seed}")
    if not read(right.pdf, "right")[0].confident:
        return []
    return list(_spoiled(seed, right))


def _spoiled(seed: int, right: Specimen) -> Iterator[Outcome]:
    for kind in KINDS:
        spoiled, made = _misprinted(seed, kind)
        if made is None:
            continue
        reading = read(spoiled.pdf, "spoiled")[0]
        wrong = tuple(_wrong(plain(reading), right.truth)) if reading.confident else ()
        yield Outcome(seed, made, reading.confident, wrong)


def _misprinted(seed: int, kind: str) -> tuple[Specimen, Misprint | None]:
    made: list[Misprint | None] = []
    rng = Random(f"{seed} {kind}")
    specimen = generate(f"misprint {seed}", touch=lambda draft: made.append(misprint(draft, rng, kind)))
    return specimen, made[0]


def _wrong(reading: Plain, truth: Mapping[str, Any]) -> Iterator[str]:
    """The fields and values of lines that are not as the facts have them."""
    fields = truth["fields"]
    for name in _FIELDS:
        got = reading["fields"].get(name)
        if name in fields and (name in WHOLE or got is not None) and not agrees(name, got, fields[name]):
            yield name
    if len(reading["lines"]) == len(truth["lines"]):
        for read_line, true_line in zip(reading["lines"], truth["lines"], strict=True):
            yield from (
                name for name in _LINE if read_line[name] is not None and not _equal(read_line[name], true_line[name])
            )


def _equal(first: str, second: str) -> bool:
    return abs(Decimal(first)) == abs(Decimal(second))


if __name__ == "__main__":
    sys.exit(main())
