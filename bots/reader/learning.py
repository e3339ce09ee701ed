"""What persons' corrections of a supplier come to: its profile in the records, counted once the past agrees with it.

A profile is a work item of the process "profiles", keyed by the supplier's tax id: each version is kept, and the event
`profile.counts` tells from which correction on it has a say.  It finds values; it proves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bots.invoice import Invoice
from bots.office import Office
from bots.reader.ids import compact
from bots.reader.joining import paper_of
from bots.reader.page import Page
from bots.reader.profiles import LEARNABLE, PastDocument, Profile, learn, recall
from bots.reader.reading import Reading
from bots.reader.safely import pages_safely
from config.errors import DocumentRefused
from records import Transaction, WorkItem, processes, work_items

__all__ = ["SELLER_TAG", "learn_from", "recalled"]

SELLER_TAG = "seller"
"""Tag of invoices by the tax id of who sent them."""
_INVOICES = "invoices"
_CONFIRMED = ("checked", "ready", "entering", "entered", "reconciled")
_PAST = 12
"""Past documents of a supplier that a hint is tried on."""

PROFILES = processes.declare(
    processes.Process(
        "profiles",
        initial="candidate",
        transitions={"candidate": frozenset({"counts"}), "counts": frozenset({"candidate"})},
    )
)


def learn_from(office: Office, item: WorkItem, fields: Collection[str]) -> Profile | None:
    """Take a person's corrections of an invoice into its supplier's profile.

    Args:
        item: the invoice as it is after the correction.
        fields: which fields the person typed.

    Returns:
        The profile as it is now; None when nothing can be learned from this correction.
    """
    seller = _seller(item)
    wanted = LEARNABLE.intersection(fields)
    if not seller or not wanted:
        return None
    corrected = _past_document(office, item)
    if corrected is None:
        return None
    records = office.acting("reader").records
    with records.read() as tx:
        past = [other for other in _past(tx, seller) if other.id != item.id]
        known = _profile(tx, seller)
    before = Profile.from_json(known.payload) if known is not None else Profile(seller)
    after = learn(before, corrected, filter(None, (_past_document(office, other) for other in past)), wanted)
    with records.begin() as tx:
        _keep(tx, seller, item, before, after)
    return after


def recalled(office: Office, item: WorkItem, readings: Sequence[Reading]) -> list[Reading]:
    """The readings with what the profiles of their sellers find."""
    with office.records.read() as tx:
        profiles = [_counting(tx, reading) for reading in readings]
    if not any(profile is not None for profile in profiles):
        return list(readings)
    pages = _pages(office, item)
    return [
        recall(profile, reading, [page for page in pages if reading.pages[0] <= page.number <= reading.pages[1]])
        if profile is not None
        else reading
        for profile, reading in zip(profiles, readings, strict=True)
    ]


def _counting(tx: Transaction, reading: Reading) -> Profile | None:
    seller = compact(reading.get("seller_vat_id") or "")
    known = _profile(tx, seller) if seller else None
    return Profile.from_json(known.payload) if known is not None and known.state == "counts" else None


def _seller(item: WorkItem) -> str:
    return compact(Invoice.from_payload(item.payload).text("seller_vat_id")) if "invoice" in item.payload else ""


def _profile(tx: Transaction, seller: str) -> WorkItem | None:
    return next(iter(work_items.find(tx, PROFILES.name, key=f"profile:{seller}")), None)


def _past(tx: Transaction, seller: str) -> list[WorkItem]:
    """The supplier's latest invoices that a proof or a person has confirmed."""
    found = work_items.find(tx, _INVOICES, tags={SELLER_TAG: seller})
    return [item for item in found if item.state in _CONFIRMED or "settled" in item.payload][-_PAST:]


def _past_document(office: Office, item: WorkItem) -> PastDocument | None:
    """A document with its confirmed values; None when it has no text to learn from, or holds several invoices."""
    if "part" in item.payload or not (pages := _pages(office, item)):
        return None
    invoice = Invoice.from_payload(item.payload)
    confirmed = {name: text for name in LEARNABLE if (text := invoice.text(name))}
    return PastDocument(pages, confirmed)


def _pages(office: Office, item: WorkItem) -> tuple[Page, ...]:
    paper = paper_of(item)
    if paper is None:
        return ()
    try:
        return pages_safely(office.records.archive.get(paper))
    except DocumentRefused:  # a person typed what no program can read
        return ()


def _keep(tx: Transaction, seller: str, item: WorkItem, before: Profile, after: Profile) -> None:
    """Write the profile down: as a candidate at the first correction, as counting once it has a hint."""
    known = _profile(tx, seller)
    about = {"seller": seller, "taught by": item.id}
    if known is None:
        known = work_items.create(
            tx, process=PROFILES.name, key=f"profile:{seller}", payload=after.to_json(), documents=(),
            action="profile.proposed", after=about,
        )  # fmt: skip
    state = "counts" if after.hints else "candidate"
    if after != before or state != known.state:
        work_items.move(
            tx, known, state, action="profile.counts" if after.hints else "profile.withdrawn", payload=after.to_json(),
            before={"hints": _words(before)}, after={**about, "hints": _words(after)},
        )  # fmt: skip


def _words(profile: Profile) -> list[str]:
    return [f"{hint.field} {hint.way} {hint.label}" for hint in profile.hints]
