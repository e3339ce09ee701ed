"""What the office keeps: work items, documents, reviews, intents, leases, mail, and the audit log over all of it.

records = Records.open(url, home=home, session=Session(Actor("bot", "reader")))
with records.begin() as tx:
    for item in work_items.claim(tx, "invoices", states=["received"], worker="host:1"):
        work_items.move(tx, item, "read", action="invoice.read", payload={...})
"""

from records import audit, documents, intents, leases, mailroom, processes, reviews, work_items
from records.archive import Archive
from records.audit import Event
from records.intents import Intent
from records.log import Log, Verification
from records.retries import RetryPolicy
from records.reviews import ReviewTask, Routes
from records.store import Records
from records.transaction import Transaction
from records.values import Actor, DocumentRef, Evidence, Lease, RunInfo, Session, Where, WorkItem

__all__ = [
    "Actor",
    "Archive",
    "DocumentRef",
    "Event",
    "Evidence",
    "Intent",
    "Lease",
    "Log",
    "Records",
    "RetryPolicy",
    "ReviewTask",
    "Routes",
    "RunInfo",
    "Session",
    "Transaction",
    "Verification",
    "Where",
    "WorkItem",
    "audit",
    "documents",
    "intents",
    "leases",
    "mailroom",
    "processes",
    "reviews",
    "work_items",
]
