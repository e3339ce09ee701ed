"""From a prepared sheet to a reading: fields, lines, taxes, proofs and doubts."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import chain

from bots.reader.candidates import find_candidates
from bots.reader.extras import address_under, explained, payment_terms, service_dates
from bots.reader.folding import fold
from bots.reader.items import Item
from bots.reader.kinds import find_currency, find_title, kind_of
from bots.reader.labels import rows_with
from bots.reader.lines import Table, find_tables, rows_of
from bots.reader.packed_lines import PackedLines
from bots.reader.page import OwnIdentity, Page
from bots.reader.parties import Parties, find_parties
from bots.reader.proving import Evidence, prove
from bots.reader.reading import Line, Reading, Tax, Value
from bots.reader.sheet import Sheet, prepare
from bots.reader.spots import Amount, DateSpot
from bots.reader.taxes import agrees, find_tax_rows
from bots.reader.texts import Pick, find_dates_of, find_numbers_of, find_title_numbers, rank, says_of_what
from bots.reader.totals import Hypothesis, solve

__all__ = ["understand"]

_NUMBERS = ("invoice_number", "order_reference", "other_number", "corrected_invoice")
_DATES = ("issue_date", "due_date", "other_date", "service_date", "service_period")
_CLOCK = re.compile(r"[012]?\d:[0-5]\d:[0-5]\d")


def understand(pages: Sequence[Page], own: OwnIdentity | None = None) -> Reading:
    """Read the pages of one invoice (or other paper).

    Args:
        pages: all pages of one invoice (or other paper), in order.
        own: who we are, when known: never the seller.

    Returns:
        Reading: with `doubts` empty only when the document proves itself.
    """
    reading, sheet, best = _understood(pages, own)
    layout, table, column = sheet.layout, best.table, best.column
    del sheet, best  # of a long document, what the lines do not need is gone before they are written out
    written = _lines(table, column) if table is not None else ()
    lines = PackedLines.of(written) if layout.long else tuple(written)
    layout.forget()
    return replace(reading, lines=lines)


def _understood(pages: Sequence[Page], own: OwnIdentity | None) -> tuple[Reading, Sheet, Hypothesis]:
    """The reading without its lines, and what they are made of."""
    sheet = prepare(pages)
    tables = find_tables(sheet)
    table_rows = rows_of(sheet, tables)
    hypotheses = _solve(sheet, tables, table_rows)
    best = hypotheses[0]
    parties = find_parties(sheet, own)
    fields: dict[str, Value] = {}
    fields.update(_totals(hypotheses))
    coded, dated = find_numbers_of(sheet, *_NUMBERS), find_dates_of(sheet, *_DATES)
    numbers = _numbers(sheet, coded)
    dates = _dates(sheet, dated, numbers, table_rows)
    _put(fields, "invoice_number", numbers)
    _put(fields, "issue_date", dates)
    _put(fields, "due_date", [pick for pick in dated["due_date"] if pick.score > 0.35])
    for role, picks in zip(("service_start", "service_end"), service_dates(sheet, dated["service_date"]), strict=True):
        _put(fields, role, picks)
    _put(fields, "payment_terms", payment_terms(sheet))
    _put(fields, "order_reference", coded["order_reference"])
    _put(fields, "corrected_invoice", coded["corrected_invoice"])
    _parties(fields, parties, sheet)
    totals = [candidate.amount for candidate in best.support.values()]
    countries = [value.value[:2] for name in ("seller_vat_id", "iban") if (value := fields.get(name)) is not None]
    code, pick, how = find_currency(sheet, totals, countries)
    if code:
        fields["currency"] = pick.as_value() if pick else Value(code, source="computed" if how == "country" else "text")
    gross = best.values.get("gross_total")
    titles = find_title(sheet)
    reading = Reading(
        type=kind_of(titles, gross is not None and gross < 0),
        fields=fields,
        taxes=explained(_taxes(best) or _only_rate(best, sheet), sheet),
        pages=(pages[0].number, pages[-1].number) if pages else (1, 1),
        language=sheet.language,
    )
    evidence = Evidence(sheet, hypotheses, tables, parties, numbers, dates, how)
    source = pages[0].source if pages else "text"
    proofs, doubts = prove(reading, evidence)
    return _sourced(replace(reading.with_proofs(proofs), doubts=doubts), source), sheet, best


def _solve(sheet: Sheet, tables: Sequence[Table], table_rows: Container[int]) -> list[Hypothesis]:
    candidates = find_candidates(sheet, table_rows)
    tax_rows = find_tax_rows(sheet, table_rows)
    hypotheses = solve(candidates, tax_rows, tables, sheet.spots)
    if not hypotheses[0].closes and tables:
        candidates = find_candidates(sheet, frozenset())
        tax_rows = find_tax_rows(sheet, frozenset())
        again = solve(candidates, tax_rows, tables, sheet.spots)
        if again[0].closes:
            return again
    return hypotheses


def _put(fields: dict[str, Value], name: str, picks: Sequence[Pick]) -> None:
    if picks:
        others = [pick.as_value() for pick in picks[1:4]]
        fields[name] = picks[0].as_value(others)


def _totals(hypotheses: Sequence[Hypothesis]) -> dict[str, Value]:
    """The amounts of the best hypothesis, each with what the next ones say instead."""
    best = hypotheses[0]
    fields: dict[str, Value] = {}
    if (
        best.closes
        and "tax_total" not in best.values
        and best.values.get("net_total") == best.values.get("gross_total")
    ):
        fields["tax_total"] = Value("0.00", source="computed")  # subtotal and total are printed and equal
    for role, value in best.values.items():
        support = best.support.get(role)
        if support is None:
            fields[role] = Value(_text(value), source="computed")
        else:
            fields[role] = replace(_amount(support.amount, value), others=tuple(_rivals(role, hypotheses)))
    return fields


def _rivals(role: str, hypotheses: Sequence[Hypothesis]) -> Iterator[Value]:
    seen = {hypotheses[0].values[role]}
    for other in hypotheses[1:4]:
        value, support = other.values.get(role), other.support.get(role)
        if value is not None and support is not None and value not in seen:
            seen.add(value)
            yield _amount(support.amount, value)


def _amount(amount: Amount, value: Decimal | None = None) -> Value:
    text, printed = _text(amount.value if value is None else value), amount.text
    return Value(text, text if text == printed else printed, amount.row.words[0].page, amount.box)


def _text(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.01')):f}" if value == value.quantize(Decimal("0.01")) else f"{value:f}"


def _numbers(sheet: Sheet, coded: Mapping[str, Sequence[Pick]]) -> list[Pick]:
    """Candidates of the document's number; ids, phone numbers and the like are no numbers of a document.

    Args:
        coded: what stands beside labels of numbers.
    """
    ids = {spot.value for row in sheet.spots.ids.values() for spot in row}
    taken = {
        (pick.row.index, pick.first): pick.score
        for role in ("order_reference", "other_number", "corrected_invoice")
        for pick in reversed(coded[role])
    }
    picks = [*coded["invoice_number"], *find_title_numbers(sheet)]
    credits = any(hit.pure and not hit.prose for hit in sheet.hits_of("title", "credit note"))
    texts = " ".join(fold(row.text()) for row in sheet.layout.until(3))
    for pick in picks:
        if taken.get((pick.row.index, pick.first), 0.0) >= pick.score - 0.02 or pick.value in ids:
            pick.score -= 0.5
        if any(
            amount.first <= pick.first < amount.last and amount.currency
            for amount in sheet.spots.amounts.get(pick.row.index, ())
        ):
            pick.score -= 0.6
        if len(pick.value) < 3:
            pick.score -= 0.2
        if pick.label is not None and not says_of_what(sheet, pick.label):  # "Corrects invoice 4711"
            pick.score -= 0.15
        if credits and pick.label is not None and pick.label.means("title", "invoice"):  # "Re: invoice 4711"
            pick.score -= 0.3
        pick.score += 0.04 * min(texts.count(fold(pick.value)) - 1, 3) - 0.0015 * pick.row.index
    return rank(pick for pick in picks if pick.score > 0.25)


def _rest_of_a_label(sheet: Sheet, pick: Pick) -> bool:
    """Whether a date's label is a small word, the rest of one in the row above: `Livré` and below it `le : 3.5.`."""
    label = pick.label
    if label is None or len(label.key) > 2 or label.first or not label.row.index:
        return False
    above = sheet.layout.rows[label.row.index - 1]
    near = above.page == label.row.page and label.row.top - above.bottom < label.row.height
    return near and len(above.words) > 1 and above.words[-1].text[-1:].isalpha()


def _dates(
    sheet: Sheet, dated: Mapping[str, Sequence[Pick]], numbers: Sequence[Pick], table_rows: Container[int]
) -> list[Pick]:
    """Candidates of the issue date: labelled, beside the number, or alone at the head of the first page; dates of lines
    are not the document's.

    Args:
        dated: what stands beside labels of dates.
    """
    found = dated["issue_date"]
    picks = [pick for pick in found if pick.row.index not in table_rows and not _rest_of_a_label(sheet, pick)]
    named = {
        (pick.row.index, pick.first): pick.score
        for role in ("due_date", "other_date", "service_date", "service_period")
        for pick in sorted(dated[role], key=lambda pick: pick.score)
    }
    other = {place for place, score in named.items() if score > 0.55}
    for pick in picks:
        label = pick.label
        if (pick.row.index, pick.first) in other and (label is None or len(label.key) < 9):
            pick.score -= 0.45
    for pick in picks:
        pick.score -= 0.4 * _stamped(pick)
    if numbers:
        picks.extend(_behind_number(sheet, numbers[0], named.keys()))
        picks.extend(_beside_number(sheet, numbers[0], named.keys()))
    if not picks:
        page = sheet.layout.pages[0]
        for spot in sheet.spots.all_dates():
            if spot.row.page == 1 and spot.row.top < 0.45 * page.height and (spot.row.index, spot.first) not in named:
                worth = 0.7 if _of_a_letter(spot) else 0.45
                picks.append(Pick(spot.value.isoformat(), spot.text, spot.row, spot.first, spot.last, worth, None))
        values = {spot.value for spot in sheet.spots.all_dates() if (spot.row.index, spot.first) not in named}
        if not picks and len(values) == 1:  # a receipt's only date, at its foot
            spot = next(s for s in sheet.spots.all_dates() if s.value in values)
            picks.append(Pick(spot.value.isoformat(), spot.text, spot.row, spot.first, spot.last, 0.4, None))
    best: dict[str, Pick] = {}
    for pick in sorted(picks, key=lambda p: -p.score):
        best.setdefault(pick.value, pick)
    return list(best.values())


def _stamped(pick: Pick) -> bool:
    """Whether a time of day stands behind the date: when it was printed, not when it was written."""
    return any(_CLOCK.fullmatch(word.text) for word in pick.row.words[pick.last : pick.last + 2])


def _of_a_letter(spot: DateSpot) -> bool:
    """`Torino, 27/02/25`, `602 00 Brno, 29. 7. 2024`: the place and the date at the head of a letter."""
    before = [word.text for word in spot.row.words[spot.phrase.start : spot.first]]
    town = next((text for text in before if not text[:1].isdigit()), "")
    return 0 < len(before) <= 4 and any(text.endswith(",") for text in before) and town[:1].isupper()


def _behind_number(sheet: Sheet, number: Pick, other: Container[tuple[int, int]]) -> Iterator[Pick]:
    """`Invoice 4711 of 3 May 2024`."""
    row = number.row
    for spot in sheet.spots.dates.get(row.index, ()):
        if 0 <= spot.first - number.last < 4 and (row.index, spot.first) not in other:
            yield Pick(spot.value.isoformat(), spot.text, row, spot.first, spot.last, 0.8, None)


def _beside_number(sheet: Sheet, number: Pick, other: Container[tuple[int, int]]) -> Iterator[Pick]:
    """A date just above or under the document's number, in its column: `Invoice 4711` / `of 3 May 2024`."""
    row = number.row
    for index in (row.index + 1, row.index - 1):
        if not 0 <= index < len(sheet.layout.rows):
            continue
        near = sheet.layout.rows[index]
        if near.page != row.page or max(near.top, row.top) - min(near.bottom, row.bottom) > 1.7 * row.height:
            continue
        for spot in sheet.spots.dates.get(index, ()):
            phrase = spot.phrase
            label = next((p for p in row.phrases if p.start <= number.first < p.end), None)
            level = label is not None and phrase.x0 < label.x1 and phrase.x1 > label.x0
            goes_on = index > row.index and phrase.start == 0 and spot.first < 2 and abs(phrase.x0 - row.x0[0]) < 4
            if (goes_on or (level and spot.first - phrase.start < 4)) and (index, spot.first) not in other:
                yield Pick(spot.value.isoformat(), spot.text, near, spot.first, spot.last, 0.72, None)


def _parties(fields: dict[str, Value], parties: Parties, sheet: Sheet) -> None:
    _put(fields, "seller_vat_id", parties.seller_vat)
    _put(fields, "buyer_vat_id", parties.buyer_vat)
    _put(fields, "iban", parties.ibans)
    _put(fields, "seller_name", parties.seller_name)
    _put(fields, "buyer_name", parties.buyer_name)
    for role, names in (("seller_address", parties.seller_name), ("buyer_address", parties.buyer_name)):
        if (address := address_under(sheet, names[0] if names else None)) is not None:
            fields[role] = address
    if parties.bic is not None:
        fields["bic"] = parties.bic.as_value()


def _lines(table: Table, column: str) -> Iterator[Line]:
    return (_line(item, column) for item in table.items)


def _line(item: Item, column: str) -> Line:
    values = {name: _amount(amount) for name, amount in item.figures.items()}
    words = [word for row, first, last in item.description for word in row.words[first:last]]
    description = None
    if words:
        row, first, last = item.description[0]
        text = " ".join(r.text(a, b) for r, a, b in item.description)
        description = Value(
            text, row.text(first, last), row.words[first].page, Pick(text, text, row, first, last, 0, None).box
        )
    unit = None
    if item.unit is not None:
        row, first, last = item.unit
        unit = Value(
            row.text(first, last), row.text(first, last), row.page, Pick("", "", row, first, last, 0, None).box
        )
    total = values.get(column) or values.get("line_total") or values.get("line_gross")
    return Line(
        description=description, quantity=_plain(values.get("quantity")), unit=unit,
        unit_price=_plain(values.get("unit_price")), discount=values.get("discount"),
        tax_rate=_plain(values.get("tax_rate")), line_total=total,
    )  # fmt: skip


def _plain(value: Value | None) -> Value | None:
    """Quantities, prices and rates without idle zeros: `20.00` is `20`."""
    if value is None or "." not in value.value:
        return value
    return replace(value, value=value.value.rstrip("0").rstrip("."))


def _taxes(best: Hypothesis) -> tuple[Tax, ...]:
    return tuple(
        Tax(
            base=_amount(row.base) if row.base is not None else _whole(best, "net_total"),
            rate=_plain(Value(f"{row.percent:f}", row.rate.text if row.rate else "")),
            amount=_amount(row.tax) if row.tax is not None else _whole(best, "tax_total"),
            category="S" if row.percent else "E",
        )
        for row in best.rates
    )


def _only_rate(best: Hypothesis, sheet: Sheet) -> tuple[Tax, ...]:
    """The one rate, on the lines or beside the tax's name, that makes the whole tax of the whole net."""
    net, tax, support = best.values.get("net_total"), best.values.get("tax_total"), best.support.get("tax_total")
    if net is None or not tax or support is None:
        return ()
    items = best.table.items if best.table is not None else ()
    rated = ((item, item.value("tax_rate")) for item in items)
    of_lines = (item.figures["tax_rate"] for item, rate in rated if rate is not None and agrees(net, rate, tax))
    named = (amount for index in _tax_named(sheet) for amount in sheet.spots.amounts.get(index, ()) if amount.percent)
    rates = {rate.value: rate for rate in chain(of_lines, named) if agrees(net, rate.value, tax)}
    if len(rates) != 1:
        return ()
    value, rate = rates.popitem()
    amount = _amount(support.amount, tax)
    return (
        Tax(base=_whole(best, "net_total"), rate=_plain(Value(f"{value:f}", rate.text)), amount=amount, category="S"),
    )


def _tax_named(sheet: Sheet) -> Iterator[int]:
    """Rows that name a tax."""
    yield from sorted({*rows_with(sheet.hits, "tax"), *rows_with(sheet.hits, "label", "tax_total")})


def _whole(best: Hypothesis, role: str) -> Value | None:
    """The document's total stands in for the base or the tax that a single rate does not print itself."""
    support = best.support.get(role)
    return _amount(support.amount) if support is not None else None


def _sourced(reading: Reading, source: str) -> Reading:
    if source == "text":
        return reading
    fields = {
        name: replace(value, source="ocr") if value.source == "text" else value
        for name, value in reading.fields.items()
    }
    return replace(reading, fields=fields)
