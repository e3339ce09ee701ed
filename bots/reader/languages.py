"""What documents call things, by language: `config/languages/*.yaml`.  Adding a language is adding a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field

from bots.reader.folding import fold, key
from config.yaml_file import Strict, read_yaml

__all__ = ["AMOUNT_ROLES", "Lexicon", "Meaning", "lexicon", "lexicon_of"]

_FOLDER = Path(__file__).resolve().parents[2] / "config" / "languages"

AMOUNT_ROLES = frozenset({
    "net_total", "tax_total", "gross_total", "amount_due", "prepaid", "withheld_total", "discount_total",
    "charge_total", "rounding", "lines_total", "previous_balance", "carried", "change",
})  # fmt: skip
"""Labels whose value is an amount."""
_IN_FULL = 6
"""Shorter names of tax ids are words of other languages (`CIF` is a term of delivery)."""


class Language(Strict):
    """One language's file.

    Attributes:
        decimal: the decimal mark that is usual in it.
        dates: the usual order of day, month and year when all three are numbers.
        months: twelve entries, each the forms of one month, separated by blanks.
        currencies: ISO code -> names in words.
        titles: type of document -> what it is called on paper.
        labels: field -> its labels.
        columns: column of the line table -> its headings.
        parties: seller, buyer, delivery -> what stands above or before their addresses.
        tax_names: what value added tax is called.
        phrases: sentences that matter (reverse charge, exemption, continuation).
    """

    language: str = Field(pattern="^[a-z]{2}$")
    decimal: Literal[",", "."]
    dates: Literal["dmy", "mdy", "ymd"]
    months: tuple[str, ...] = Field(min_length=12, max_length=12)
    currencies: Mapping[str, tuple[str, ...]] = {}
    titles: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, tuple[str, ...]]
    parties: Mapping[str, tuple[str, ...]]
    tax_names: tuple[str, ...]
    phrases: Mapping[str, tuple[str, ...]] = {}


class Meaning(NamedTuple):
    """What a label may stand for. `kind` is label, column, title, party, phrase, tax or currency."""

    kind: str
    name: str
    language: str


@dataclass(frozen=True)
class Lexicon:
    """All languages together, ready for look-up by folded key."""

    languages: Mapping[str, Language]
    meanings: Mapping[str, tuple[Meaning, ...]]
    prefixes: frozenset[str]
    months: Mapping[str, int]


@cache
def lexicon() -> Lexicon:
    """Read `config/languages` once.

    Raises:
        ConfigError: a file is not as `Language` expects.
    """
    languages = {path.stem: read_yaml(path, Language) for path in sorted(_FOLDER.glob("*.yaml"))}
    meanings: dict[str, dict[Meaning, None]] = defaultdict(dict)
    months: dict[str, int] = {}
    for name, language in languages.items():
        for number, forms in enumerate(language.months, 1):
            for form in forms.split():
                months.setdefault(fold(form), number)
        for kind, table in _tables(language).items():
            for meaning, texts in table.items():
                for text in texts:
                    if found := key(text):
                        meanings[found][Meaning(kind, meaning, name)] = None
    prefixes = frozenset(k[:end] for k in meanings for end in range(1, len(k) + 1))
    return Lexicon(languages, {k: tuple(found) for k, found in meanings.items()}, prefixes, months)


@cache
def lexicon_of(keep: frozenset[str]) -> Lexicon:
    """The lexicon of some languages only: a long label of a foreign language must not hide a short one of ours.

    What a tax is called is a matter of the country and not of the language (a Belgian page in Dutch may say `TVA`):
    names of taxes and of tax ids stay in all languages.
    """
    whole = lexicon()
    meanings = {
        k: kept
        for k, found in whole.meanings.items()
        if (kept := tuple(m for m in found if m.language in keep or _of_a_country(k, m, found)))
    }
    prefixes = frozenset(k[:end] for k in meanings for end in range(1, len(k) + 1))
    return Lexicon(whole.languages, meanings, prefixes, whole.months)


def _of_a_country(k: str, meaning: Meaning, all_of_it: Sequence[Meaning]) -> bool:
    """Whether a label names a tax (`TVA`, `Moms`) or, in full, a tax id (`Partita IVA`)."""
    if meaning.kind == "tax" or (meaning.kind == "label" and meaning.name == "tax_total"):
        return any(m.kind == "tax" for m in all_of_it)
    return meaning.kind == "label" and meaning.name == "vat_id" and len(k) >= _IN_FULL


def _tables(language: Language) -> dict[str, Mapping[str, tuple[str, ...]]]:
    return {
        "label": language.labels,
        "column": language.columns,
        "title": language.titles,
        "party": language.parties,
        "phrase": language.phrases,
        "currency": language.currencies,
        "tax": {"tax": language.tax_names},
    }
