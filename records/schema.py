"""The tables. `migrations/` makes and changes them; this is what the code believes to be there.

Moments are whole microseconds since 1970 (UTC), JSON is canonical text, amounts are minor units.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

__all__ = [
    "checkpoints",
    "decisions",
    "documents",
    "events",
    "intents",
    "item_documents",
    "item_tags",
    "last_events",
    "leases",
    "mail_places",
    "mails",
    "marks",
    "meta",
    "metadata",
    "outbox",
    "payloads",
    "pending",
    "review_tasks",
    "sources",
    "work_items",
]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_Big = BigInteger().with_variant(Integer, "sqlite")  # SQLite's rowid needs INTEGER; it holds 64 bits
_NO_DUE = "9999-12-31"

meta = Table(
    "meta",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)

work_items = Table(
    "work_items",
    metadata,
    Column("id", String, primary_key=True),
    Column("process", String, nullable=False),
    Column("key", String, nullable=False),
    Column("state", String, nullable=False),
    Column("payload_version", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("due", String, nullable=False, server_default=_NO_DUE),
    Column("amount", BigInteger),
    Column("currency", String),
    Column("amount_rank", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("available_at", BigInteger, nullable=False),
    Column("lease_owner", String),
    Column("lease_until", BigInteger, nullable=False, server_default="0"),
    Column("lease_token", BigInteger, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False),
    Column("reason", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    UniqueConstraint("process", "key", name="uq_work_items_key"),
    Index("ix_work_items_claim", "process", "state", "priority", "due", "amount_rank", "id"),
)

payloads = Table(
    "payloads",
    metadata,
    Column("item_id", ForeignKey("work_items.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("payload", Text, nullable=False),
    Column("sha256", String, nullable=False),
    Column("written_at", BigInteger, nullable=False),
    Column("written_by", String, nullable=False),
)

item_tags = Table(
    "item_tags",
    metadata,
    Column("item_id", ForeignKey("work_items.id"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("value", String, primary_key=True),
    Column("process", String, nullable=False),
    Index("ix_item_tags_value", "process", "name", "value"),
)

documents = Table(
    "documents",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("media_type", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("id", _Big, primary_key=True, autoincrement=True),
    Column("sha256", ForeignKey("documents.sha256"), nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("source", String, nullable=False),
    Column("place", Text, nullable=False),
    Column("arrived_at", BigInteger, nullable=False),
)

item_documents = Table(
    "item_documents",
    metadata,
    Column("item_id", ForeignKey("work_items.id"), primary_key=True),
    Column("sha256", String, primary_key=True),
    Column("role", String, primary_key=True),
    Index("ix_item_documents_sha256", "sha256"),
)

review_tasks = Table(
    "review_tasks",
    metadata,
    Column("id", String, primary_key=True),
    Column("item_id", ForeignKey("work_items.id"), nullable=False, index=True),
    Column("process", String, nullable=False),
    Column("state", String, nullable=False),
    Column("role", String, nullable=False),
    Column("needs", Integer, nullable=False),
    Column("four_eyes", Boolean, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("proposal", Text, nullable=False),
    Column("changes", Text),
    Column("routes", Text, nullable=False),
    Column("corrected_by", String),
    Column("approved_by", String),
    Column("approved_by_2", String),
    Column("lease_owner", String),
    Column("lease_until", BigInteger, nullable=False, server_default="0"),
    Column("available_at", BigInteger, nullable=False),
    Column("due", String, nullable=False, server_default=_NO_DUE),
    Column("opened_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    CheckConstraint("needs IN (1, 2)", name="needs"),
    CheckConstraint(
        "NOT four_eyes OR corrected_by IS NULL OR approved_by IS NULL OR corrected_by <> approved_by",
        name="approver_is_not_corrector",
    ),
    CheckConstraint(
        "approved_by_2 IS NULL OR (approved_by IS NOT NULL AND approved_by <> approved_by_2"
        " AND (corrected_by IS NULL OR corrected_by <> approved_by_2))",
        name="second_approver_is_another",
    ),
    Index("ix_review_tasks_open", "process", "state", "due", "opened_at"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", String, primary_key=True),
    Column("task_id", ForeignKey("review_tasks.id"), nullable=False, index=True),
    Column("person", String, nullable=False),
    Column("decision", String, nullable=False),
    Column("changes", Text),
    Column("comment", Text, nullable=False),
    Column("decided_at", BigInteger, nullable=False),
)

intents = Table(
    "intents",
    metadata,
    Column("id", String, primary_key=True),
    Column("item_id", ForeignKey("work_items.id"), nullable=False, index=True),
    Column("system", String, nullable=False),
    Column("form", String, nullable=False),
    Column("key", String, nullable=False),
    Column("values_hash", String, nullable=False),
    Column("state", String, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("settled_at", BigInteger),
    CheckConstraint("state IN ('open', 'confirmed', 'absent', 'conflict')", name="state"),
    # At most one entry of a key can be under way or done: the database itself refuses a second submit.
    Index(
        "uq_intents_live",
        "system",
        "form",
        "key",
        unique=True,
        sqlite_where=text("state <> 'absent'"),
        postgresql_where=text("state <> 'absent'"),
    ),
    Index("ix_intents_state", "state", "system"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String),
    Column("until", BigInteger, nullable=False),
    Column("token", BigInteger, nullable=False),
)

mails = Table(
    "mails",
    metadata,
    Column("id", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("message_id", String, nullable=False),
    Column("facts", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    UniqueConstraint("account", "sha256", name="uq_mails_sha256"),
    Index("ix_mails_message_id", "account", "message_id"),
)

mail_places = Table(
    "mail_places",
    metadata,
    Column("account", String, primary_key=True),
    Column("folder", String, primary_key=True),
    Column("uidvalidity", BigInteger, primary_key=True),
    Column("uid", BigInteger, primary_key=True),
    Column("mail_id", ForeignKey("mails.id"), nullable=False, index=True),
)

marks = Table(
    "marks",
    metadata,
    Column("account", String, primary_key=True),
    Column("folder", String, primary_key=True),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("polled_at", BigInteger, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("folder", String, nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("action", String, nullable=False),
    Column("argument", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("available_at", BigInteger, nullable=False),
    Column("done_at", BigInteger),
    Column("error", Text),
    UniqueConstraint("account", "folder", "uidvalidity", "uid", "action", "argument", name="uq_outbox_action"),
    Index("ix_outbox_due", "account", "done_at", "available_at"),
)

events = Table(
    "events",
    metadata,
    Column("seq", _Big, primary_key=True, autoincrement=False),
    Column("bytes", LargeBinary, nullable=False),
)

last_events = Table(
    "last_events",
    metadata,
    Column("item", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    sqlite_with_rowid=False,  # one page a commit less
)

pending = Table(
    "pending",
    metadata,
    Column("id", _Big, primary_key=True, autoincrement=True),
    Column("item", String),
    Column("body", LargeBinary, nullable=False),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", _Big, primary_key=True, autoincrement=False),
    Column("root", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("signed_at", BigInteger, nullable=False),
)
