"""Values of a record in texts with `{names}`, and how the system writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from config.errors import BusinessException, ConfigError
from config.systems import System

__all__ = ["Record", "filled", "holds", "part_of", "render", "same", "typed", "understood"]

Record = Mapping[str, Any]
_NAME = re.compile(r"\{([A-Za-z_][\w]*(?:\.[\w]+)*)(?::([^{}]+))?\}")
_CUT = re.compile(r"-?\d+")


def filled(record: Record, name: str) -> str | None:
    """A value of a record by its dotted name, as text; None when the record has no such name."""
    value: Any = record
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return "" if value is None else str(value)


def render(template: str, record: Record) -> str:
    """A template with its names filled in.

    `{name:30}` is at most its first 30 characters, `{name:-4}` its last 4; `{name:%d}` a part of a date, by the codes
    of `strftime`; `{name:upper}`, `{name:lower}`, `{name:digits}` what they say.

    Raises:
        BusinessException: OF505, the record has no such name; OF506, it is no date.
        ConfigError: OF543, what follows the colon is none of these.
    """

    def value(match: re.Match[str]) -> str:
        text = filled(record, match[1])
        if text is None:
            raise BusinessException("OF505", name=match[1], template=template)
        return _shaped(text, match[2], template) if match[2] else text

    return _NAME.sub(value, template)


def _shaped(text: str, how: str, template: str) -> str:
    if _CUT.fullmatch(how):
        return text[: int(how)] if int(how) >= 0 else text[int(how) :]
    if how in ("upper", "lower"):
        return text.upper() if how == "upper" else text.lower()
    if how == "digits":
        return "".join(c for c in text if c.isdigit())
    if "%" not in how:
        raise ConfigError("OF543", how=how, template=template)
    try:
        return date.fromisoformat(text).strftime(how) if text else ""
    except ValueError:
        raise BusinessException("OF506", value=text, table=how) from None


def holds(template: str, record: Record) -> bool:
    """Whether a `when` is true: its names are there, and it is not empty, 0 or false."""
    text = _NAME.sub(lambda match: filled(record, match[1]) or "", template).strip()
    try:
        return Decimal(text) != 0
    except InvalidOperation:
        return bool(text) and text.casefold() not in ("false", "no", "none")


def typed(value: str, kind: str, system: System) -> str:
    """A canonical value as the system wants it typed or chosen.

    Args:
        value: decimal with a point, ISO date, or text; "" stays empty.
        kind: text, date, amount, number, integer or the name of a look-up table.

    Raises:
        BusinessException: OF506, the look-up table has no entry for it, or it is no date or number.
    """
    if value == "" or kind in ("text", "code"):
        return value
    if kind in system.tables:
        return _looked_up(value, kind, system.tables[kind])
    try:
        if kind == "date":
            return date.fromisoformat(value).strftime(system.formats.date)
        number = Decimal(value)
    except (ValueError, InvalidOperation):
        raise BusinessException("OF506", value=value, table=kind) from None
    places = {"amount": system.formats.places, "integer": 0}.get(kind)
    if places is not None:
        number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{number:,f}".translate({ord(","): system.formats.thousands, ord("."): system.formats.decimal})


def _looked_up(value: str, kind: str, table: Mapping[str, str]) -> str:
    if value in table:
        return table[value]
    for ours, theirs in table.items():  # "21.00" is "21"
        if _number(ours) is not None and _number(ours) == _number(value):
            return theirs
    raise BusinessException("OF506", value=value, table=kind)


def understood(text: str, kind: str, system: System) -> str:
    """What a page shows, as a canonical value; the text itself when it cannot be understood."""
    text = " ".join(text.split())
    if kind == "date":
        try:
            return datetime.strptime(text, system.formats.date).date().isoformat()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            return text
    if kind in ("amount", "number", "integer"):
        number = _shown_number(text, system.formats.decimal)
        return text if number is None else f"{number:f}"
    return text


def part_of(shown: str, pattern: str | None) -> str:
    """What a page shows, or the part of it that a regular expression's group finds; "" when it finds none."""
    if pattern is None:
        return shown
    found = re.search(pattern, shown)
    return (found[1] if found.re.groups else found[0]) if found else ""


def same(shown: str, wanted: str, kind: str, system: System) -> bool:
    """Whether what a page shows is the wanted canonical value. Nothing shown is 0 for amounts."""
    if kind in ("amount", "number", "integer"):
        one, two = _number(understood(shown, kind, system) or "0"), _number(wanted or "0")
        if one is None or two is None:
            return False
        if kind == "amount":
            two = two.quantize(Decimal(1).scaleb(-system.formats.places), ROUND_HALF_UP)
        return one == two
    if kind in system.tables:
        theirs, plain = _plain(typed(wanted, kind, system), system), _plain(shown, system)
        return plain == theirs or _begins(plain, theirs)
    if kind == "date":
        return understood(shown, kind, system) == wanted
    plain, plainly = _plain(shown, system), _plain(wanted, system)
    return plain == plainly or (kind == "code" and _begins(plain, plainly))


def _plain(text: str, system: System) -> str:
    plain = " ".join(text.split())
    return plain.casefold() if system.formats.case == "ignore" else plain


def _begins(text: str, code: str) -> bool:
    """Whether a text is a code with its explanation behind it: "P0001 - Paper Ltd"."""
    return bool(code) and text.startswith(code) and not text[len(code) : len(code) + 1].isalnum()


_NEGATIVE = re.compile(r"(?<!\w)[-−]\s*[^\d\s]{0,3}\s*[.,]?\d|\d\s*[-−]\s*$|\([^\d()]*[\d.,'’\s]+[^\d()]*\)")


def _shown_number(text: str, decimal: str) -> Decimal | None:
    """The one number of a text; None when there is none, or several, or one that could be another.

    A mark that cannot part thousands is the decimal one, whatever the description says: 1.50 is never 150.
    """
    found = re.findall(r"[.,]?\d[\d.,'’\s]*", text)
    if len(found) != 1:
        return None
    digits = found[0].strip().rstrip(".,'’")
    number = _by_mark(digits, decimal)
    if number is None:
        number = _by_mark(digits, "," if decimal == "." else ".")
    negative = bool(_NEGATIVE.search(text))
    return -number if number is not None and negative else number


def _by_mark(digits: str, decimal: str) -> Decimal | None:
    whole, _, places = digits.partition(decimal)
    if not re.fullmatch(r"\d*|\d{1,3}(?:[.,'’\s]\d{2,3})*[.,'’\s]\d{3}", whole) or not re.fullmatch(r"\d*", places):
        return None
    return _number(f"{re.sub(r'[^0-9]', '', whole)}.{places}")


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def needs(record: Record, names: tuple[str, ...], where: str) -> None:
    """Refuse a record that lacks what the form needs.

    Raises:
        BusinessException: OF505.
    """
    for name in names:
        if not filled(record, name):
            raise BusinessException("OF505", where, name=name, template="needs")


def known(system: System, kind: str, names: Mapping[str, Any], name: str) -> Any:
    """A form or list of a system by name; ConfigError OF504 when there is none."""
    try:
        return names[name]
    except KeyError:
        raise ConfigError("OF504", system.title, kind=kind, name=name, known=", ".join(names)) from None
