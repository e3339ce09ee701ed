"""Proofs and doubts: confident means proven, and one doubt is enough for a person to look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bots.reader.corroboration import lines_hold
from bots.reader.ids import compact, iban_holds, made_up, tax_id_holds
from bots.reader.lines import Table, rows_of
from bots.reader.parties import Parties
from bots.reader.reading import Proof, Reading
from bots.reader.sheet import Sheet
from bots.reader.tax_contradictions import contradicted_rates, strange_rates
from bots.reader.texts import Pick
from bots.reader.totals import Hypothesis
from config.errors import Reason

__all__ = ["Evidence", "prove"]


@dataclass(slots=True)
class Evidence:
    """What the proofs look at besides the reading itself."""

    sheet: Sheet
    hypotheses: Sequence[Hypothesis]
    tables: Sequence[Table]
    parties: Parties
    numbers: Sequence[Pick]
    dates: Sequence[Pick]
    currency_from: str


def prove(reading: Reading, evidence: Evidence) -> tuple[dict[str, Proof], tuple[Reason, ...]]:
    """All checks that the page offers, and a reason for each that fails or cannot be made."""
    proofs = {proof.name: proof for proof in _proofs(reading, evidence)}
    return proofs, tuple(_doubts(reading, evidence, proofs))


def _proofs(reading: Reading, evidence: Evidence) -> Iterator[Proof]:
    best = evidence.hypotheses[0]
    values = best.values
    if "net_total" in values and "gross_total" in values:
        says = " ".join(f"{name}={value}" for name, value in values.items())
        yield Proof("totals", best.closes and not best.near, says, tuple(values))
    if best.rates_hold is not None:
        says = "; ".join(f"{row.percent}% -> {row.tax.value if row.tax else ''}" for row in best.rates)
        yield Proof("tax rates", best.rates_hold, says, ("net_total", "tax_total"))
    if best.lines_hold is not None and best.table is not None:
        total = best.table.sum_of(best.column)
        yield Proof("lines", best.lines_hold, f"{len(best.table.items)} lines sum to {total}", ("net_total",))
        held = [holds for holds in lines_hold(best.table.items) if holds is not None]
        if held:
            yield Proof("line products", all(held), f"{sum(held)} of {len(held)} lines: quantity x price", ())
    yield from _check_digits(reading, evidence)
    issue, due = reading.get("issue_date"), reading.get("due_date")
    if issue and due:
        yield Proof("dates in order", issue <= due, f"{issue} <= {due}", ("issue_date", "due_date"))


def _check_digits(reading: Reading, evidence: Evidence) -> Iterator[Proof]:
    """Check digits of the seller's id and of the account, where such are known."""
    seller, iban = reading.get("seller_vat_id"), reading.get("iban")
    if seller and (holds := tax_id_holds(seller, reading.language)) is not None:
        yield Proof("seller id check digits", holds, f"check digits of {seller}", ("seller_vat_id",))
    if iban:
        yield Proof("iban check digits", iban_holds(iban), f"check digits of {iban}", ("iban",))
    buyers = [pick.value for pick in evidence.parties.buyer_vat]
    if buyers and (holds := tax_id_holds(buyers[0], reading.language)) is not None:
        yield Proof("buyer id check digits", holds, f"check digits of {buyers[0]}", ("buyer_vat_id",))


def _doubts(reading: Reading, evidence: Evidence, proofs: dict[str, Proof]) -> Iterator[Reason]:
    if reading.type not in ("invoice", "credit note"):
        yield Reason("OF220", facts={"type": reading.type})
    yield from _doubt_totals(evidence, proofs)
    yield from _doubt_number(reading, evidence)
    yield from _doubt_dates(reading, evidence)
    yield from _doubt_currency(reading, evidence)
    yield from _doubt_seller(reading, evidence)
    yield from _doubt_check_digits(reading, evidence, proofs)


def _doubt_totals(evidence: Evidence, proofs: dict[str, Proof]) -> Iterator[Reason]:
    best = evidence.hypotheses[0]
    values = best.values
    if "gross_total" not in values:
        yield Reason("OF221")
        return
    facts = {name: str(values.get(name, "-")) for name in ("net_total", "tax_total", "gross_total")}
    if "net_total" not in values:
        if not best.lines_hold or values.get("tax_total"):
            yield Reason("OF222", facts=facts)
    elif not best.closes or best.near:
        yield Reason("OF223", facts=facts)
    if best.rates_hold is False or _rates_differ(evidence):
        yield Reason("OF224", facts=facts)
    if best.lines_hold is False and best.table is not None:
        yield Reason("OF225", facts={"sum": str(best.table.sum_of(best.column)), **facts})
    if not best.rates_hold and not best.lines_hold and not best.chained:
        yield Reason("OF226", facts=facts)
    products = proofs.get("line products")
    if products is not None and not products.holds:
        yield Reason("OF227", facts={"lines": products.says})
    for role in ("net_total", "tax_total", "gross_total"):
        if role in values and role not in best.support and not best.rates_hold:
            yield Reason("OF228", facts={"field": role, "value": str(values[role])})
    if len(evidence.hypotheses) > 1 and evidence.hypotheses[1].score > best.score - 0.3:
        rival = evidence.hypotheses[1].values
        yield Reason("OF229", facts={"gross": str(rival.get("gross_total")), "net": str(rival.get("net_total"))})
    for over in best.unexplained[:1]:
        yield Reason("OF249", facts={"value": str(over.amount.value), "gross": facts["gross_total"]})


def _rates_differ(evidence: Evidence) -> bool:
    """Whether a line, or another row than those which make up the tax, says otherwise."""
    best = evidence.hypotheses[0]
    net = best.values.get("net_total")
    skip = rows_of(evidence.sheet, evidence.tables)
    if net is not None and any(contradicted_rates(evidence.sheet, skip, best.rates, net)):
        return True
    return best.table is not None and any(strange_rates(best.table.items, best.rates))


def _doubt_number(reading: Reading, evidence: Evidence) -> Iterator[Reason]:
    picks = evidence.numbers
    if not picks or picks[0].score < 0.6:
        yield Reason("OF230", facts={"value": reading.get("invoice_number") or "-"})
        return
    rivals = (pick for pick in picks[1:3] if pick.score > picks[0].score - 0.1)
    for rival in rivals:
        if compact(rival.value) not in compact(picks[0].value):
            yield Reason("OF231", facts={"value": picks[0].value, "other": rival.value})
            return


def _doubt_dates(reading: Reading, evidence: Evidence) -> Iterator[Reason]:
    picks = evidence.dates
    if not picks or picks[0].score < 0.6:
        yield Reason("OF232", facts={"value": reading.get("issue_date") or "-"})
        return
    if len(picks) > 1 and picks[1].score > picks[0].score - 0.1:
        yield Reason("OF233", facts={"value": picks[0].value, "other": picks[1].value})
    elif picks[0].label is None and picks[0].score < 0.79 and (stray := _other_date(evidence, picks[0])) is not None:
        yield Reason("OF233", facts={"value": picks[0].value, "other": stray})
    spots = evidence.sheet.spots
    loose = any(
        spot.loose and spot.value.isoformat() == picks[0].value for spot in spots.dates.get(picks[0].row.index, ())
    )
    if loose and not spots.order_shown and evidence.sheet.language in ("en", ""):
        yield Reason("OF234", facts={"value": picks[0].text})
    due = reading.get("due_date")
    if due and due < picks[0].value:
        yield Reason("OF235", facts={"issue": picks[0].value, "due": due})


def _other_date(evidence: Evidence, pick: Pick) -> str | None:
    """Another date at the head of the page that no label explains: then a date without a label is a guess."""
    sheet = evidence.sheet
    for spot in sheet.spots.all_dates():
        explained = any(
            hit.means("label", "due_date", "service_date", "service_period", "other_date", "order_reference")
            for index in (spot.row.index - 1, spot.row.index)
            for hit in sheet.hits.get(index, ())
        )
        head = spot.row.page == 1 and spot.row.top < 0.5 * sheet.layout.pages[0].height
        head = head and not any(table.heading.first <= spot.row.index for table in evidence.tables)
        if head and not explained and spot.value.isoformat() != pick.value:
            return spot.value.isoformat()
    return None


def _doubt_currency(reading: Reading, evidence: Evidence) -> Iterator[Reason]:
    if reading.get("currency") is None:
        yield Reason("OF236")
    elif evidence.currency_from in ("mixed", "country"):
        yield Reason("OF237", facts={"value": reading.get("currency") or ""})


def _doubt_seller(reading: Reading, evidence: Evidence) -> Iterator[Reason]:
    picks = evidence.parties.seller_vat
    if not picks:
        nameless = evidence.parties.unread_vat_label or reading.get("seller_name") is None
        taxed = reading.get("tax_total") not in (None, "0.00")
        if nameless or (taxed and evidence.parties.buyer_vat):  # who charges tax and names the buyer's id has one
            yield Reason("OF238")
        return
    if picks[0].score < 0.6 or not evidence.parties.shown_seller:
        yield Reason("OF239", facts={"value": picks[0].value})
    if len(picks) > 1 and picks[1].score > picks[0].score - 0.2 and not _same_id(picks[0].value, picks[1].value):
        yield Reason("OF240", facts={"value": picks[0].value, "other": picks[1].value})


def _doubt_check_digits(reading: Reading, evidence: Evidence, proofs: dict[str, Proof]) -> Iterator[Reason]:
    """An id with wrong check digits is doubted, but for a plain placeholder (`DE123456789`) on a page that was not
    recognised in a picture and on which no other id is right: that is a sample, and is read as it is printed."""
    seller, iban, buyer = (proofs.get(f"{name} check digits") for name in ("seller id", "iban", "buyer id"))
    recognised = evidence.sheet.layout.pages[0].source == "ocr"
    others = any(proof is not None and proof.holds for proof in (iban, buyer))
    vat_id, account = reading.get("seller_vat_id") or "", reading.get("iban") or ""
    if seller is not None and not seller.holds and (recognised or others or not made_up(vat_id)):
        yield Reason("OF243", facts={"value": vat_id})
    right = seller is not None and seller.holds
    if iban is not None and not iban.holds and (recognised or right or not made_up(account)):
        yield Reason("OF244", facts={"value": account})


def _same_id(first: str, second: str) -> bool:
    """One id, with and without its country."""
    return first[2:] == second or second[2:] == first
