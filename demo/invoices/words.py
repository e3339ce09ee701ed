"""What invoices say in each language: labels with their variants, number and date styles, goods, sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from pydantic import Field

from config.yaml_file import Strict, read_yaml

__all__ = ["LANGUAGES", "Words", "format_amount", "format_date", "words"]

_DIRECTORY = Path(__file__).parent / "languages"
LANGUAGES: tuple[str, ...] = tuple(sorted(path.stem for path in _DIRECTORY.glob("*.yaml")))
"""ISO 639-1 codes that invoices can be generated in; one more is one more file."""


class Words(Strict):
    """One language; goods are (description, lowest price, highest price, second line of text or "")."""

    numbers: tuple[str, ...]
    dates: tuple[str, ...]
    months: tuple[str, ...] = Field(min_length=12, max_length=12)
    labels: Mapping[str, tuple[str, ...]]
    terms: tuple[str, ...]
    due_sentence: tuple[str, ...]
    thanks: tuple[str, ...]
    reverse_charge: tuple[str, ...]
    intra: tuple[str, ...]
    exempt: tuple[str, ...]
    small_print: tuple[str, ...]
    units: tuple[str, ...]
    goods: tuple[tuple[str, Decimal, Decimal, str], ...]


@cache
def words(language: str) -> Words:
    """The words of a language; ConfigError when there is no file of that name."""
    return read_yaml(_DIRECTORY / f"{language}.yaml", Words)


def format_amount(amount: Decimal, style: str, places: int = 2) -> str:
    """An amount as printed; `style` is how 1234.56 looks, such as `1.234,56`, `1 234,56` or `1'234.56`."""
    group, mark = style[1] if style[1] != "2" else "", style[-3]
    text = f"{amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):,.{places}f}"
    return text.replace(",", "\0").replace(".", mark).replace("\0", "\xa0" if group == " " else group)


def format_date(day: date, style: str, months: tuple[str, ...]) -> str:
    """A date as printed; `style` has d, dd, mm, MMM, MMMM, yy, yyyy and quoted text."""
    out = []
    for index, part in enumerate(style.split("'")):
        if index % 2:
            out.append(part)
            continue
        month = months[day.month - 1]
        short = month if len(month) <= 4 else month[:3]
        for token, text in (
            ("yyyy", f"{day.year}"),
            ("yy", f"{day.year % 100:02d}"),
            ("dd", f"{day.day:02d}"),
            ("mm", f"{day.month:02d}"),
            ("d", f"{day.day}"),
            ("MMMM", "\1"),  # names last: they may hold the letters of a token
            ("MMM", "\2"),
        ):
            part = part.replace(token, text)
        out.append(part.replace("\1", month).replace("\2", short))
    return "".join(out)
