"""The tables of version 0.1, as they were then: a later change of a table is a later revision."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "documents",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_documents")),
    )
    op.create_table(
        "events",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("item", sa.String(), nullable=True),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
    )
    op.create_index(
        "ix_events_item",
        "events",
        ["item", "seq"],
        unique=False,
        sqlite_where=sa.text("item IS NOT NULL"),
        postgresql_where=sa.text("item IS NOT NULL"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "mails",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sa.UniqueConstraint("account", "sha256", name="uq_mails_sha256"),
    )
    op.create_index("ix_mails_message_id", "mails", ["account", "message_id"], unique=False)
    op.create_table(
        "marks",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("polled_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "folder", name=op.f("pk_marks")),
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meta")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("argument", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("available_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("account", "folder", "uidvalidity", "uid", "action", "argument", name="uq_outbox_action"),
    )
    op.create_index("ix_outbox_due", "outbox", ["account", "done_at", "available_at"], unique=False)
    op.create_table(
        "pending",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("item", sa.String(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending")),
    )
    op.create_table(
        "work_items",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("payload_version", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("due", sa.String(), server_default="9999-12-31", nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("amount_rank", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("available_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_owner", sa.String(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lease_token", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_items")),
        sa.UniqueConstraint("process", "key", name="uq_work_items_key"),
    )
    op.create_index(
        "ix_work_items_claim", "work_items", ["process", "state", "priority", "due", "amount_rank", "id"], unique=False
    )
    op.create_table(
        "intents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("values_hash", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'absent', 'conflict')", name=op.f("ck_intents_state")),
        sa.ForeignKeyConstraint(["item_id"], ["work_items.id"], name=op.f("fk_intents_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intents")),
    )
    op.create_index(op.f("ix_intents_item_id"), "intents", ["item_id"], unique=False)
    op.create_index("ix_intents_state", "intents", ["state", "system"], unique=False)
    op.create_index(
        "uq_intents_live",
        "intents",
        ["system", "form", "key"],
        unique=True,
        sqlite_where=sa.text("state <> 'absent'"),
        postgresql_where=sa.text("state <> 'absent'"),
    )
    op.create_table(
        "item_documents",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["work_items.id"], name=op.f("fk_item_documents_item_id")),
        sa.PrimaryKeyConstraint("item_id", "sha256", "role", name=op.f("pk_item_documents")),
    )
    op.create_index("ix_item_documents_sha256", "item_documents", ["sha256"], unique=False)
    op.create_table(
        "item_tags",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["work_items.id"], name=op.f("fk_item_tags_item_id")),
        sa.PrimaryKeyConstraint("item_id", "name", "value", name=op.f("pk_item_tags")),
    )
    op.create_index("ix_item_tags_value", "item_tags", ["process", "name", "value"], unique=False)
    op.create_table(
        "mail_places",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("mail_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_mail_places_mail_id")),
        sa.PrimaryKeyConstraint("account", "folder", "uidvalidity", "uid", name=op.f("pk_mail_places")),
    )
    op.create_index(op.f("ix_mail_places_mail_id"), "mail_places", ["mail_id"], unique=False)
    op.create_table(
        "payloads",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["work_items.id"], name=op.f("fk_payloads_item_id")),
        sa.PrimaryKeyConstraint("item_id", "version", name=op.f("pk_payloads")),
    )
    op.create_table(
        "review_tasks",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("needs", sa.Integer(), nullable=False),
        sa.Column("four_eyes", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("proposal", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=True),
        sa.Column("routes", sa.Text(), nullable=False),
        sa.Column("corrected_by", sa.String(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_by_2", sa.String(), nullable=True),
        sa.Column("lease_owner", sa.String(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("available_at", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.String(), server_default="9999-12-31", nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "NOT four_eyes OR corrected_by IS NULL OR approved_by IS NULL OR corrected_by <> approved_by",
            name=op.f("ck_review_tasks_approver_is_not_corrector"),
        ),
        sa.CheckConstraint(
            "approved_by_2 IS NULL OR (approved_by IS NOT NULL AND approved_by <> approved_by_2"
            " AND (corrected_by IS NULL OR corrected_by <> approved_by_2))",
            name=op.f("ck_review_tasks_second_approver_is_another"),
        ),
        sa.CheckConstraint("needs IN (1, 2)", name=op.f("ck_review_tasks_needs")),
        sa.ForeignKeyConstraint(["item_id"], ["work_items.id"], name=op.f("fk_review_tasks_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_tasks")),
    )
    op.create_index(op.f("ix_review_tasks_item_id"), "review_tasks", ["item_id"], unique=False)
    op.create_index("ix_review_tasks_open", "review_tasks", ["process", "state", "due", "opened_at"], unique=False)
    op.create_table(
        "sources",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["documents.sha256"], name=op.f("fk_sources_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
    )
    op.create_index(op.f("ix_sources_sha256"), "sources", ["sha256"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["review_tasks.id"], name=op.f("fk_decisions_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_task_id"), "decisions", ["task_id"], unique=False)


def downgrade() -> None:
    """Drop all tables."""
    op.drop_index(op.f("ix_decisions_task_id"), table_name="decisions")
    op.drop_table("decisions")
    op.drop_index(op.f("ix_sources_sha256"), table_name="sources")
    op.drop_table("sources")
    op.drop_index("ix_review_tasks_open", table_name="review_tasks")
    op.drop_index(op.f("ix_review_tasks_item_id"), table_name="review_tasks")
    op.drop_table("review_tasks")
    op.drop_table("payloads")
    op.drop_index(op.f("ix_mail_places_mail_id"), table_name="mail_places")
    op.drop_table("mail_places")
    op.drop_index("ix_item_tags_value", table_name="item_tags")
    op.drop_table("item_tags")
    op.drop_index("ix_item_documents_sha256", table_name="item_documents")
    op.drop_table("item_documents")
    op.drop_index(
        "uq_intents_live",
        table_name="intents",
        sqlite_where=sa.text("state <> 'absent'"),
        postgresql_where=sa.text("state <> 'absent'"),
    )
    op.drop_index("ix_intents_state", table_name="intents")
    op.drop_index(op.f("ix_intents_item_id"), table_name="intents")
    op.drop_table("intents")
    op.drop_index("ix_work_items_claim", table_name="work_items")
    op.drop_table("work_items")
    op.drop_table("pending")
    op.drop_index("ix_outbox_due", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("meta")
    op.drop_table("marks")
    op.drop_index("ix_mails_message_id", table_name="mails")
    op.drop_table("mails")
    op.drop_table("leases")
    op.drop_index(
        "ix_events_item",
        table_name="events",
        sqlite_where=sa.text("item IS NOT NULL"),
        postgresql_where=sa.text("item IS NOT NULL"),
    )
    op.drop_table("events")
    op.drop_table("documents")
    op.drop_table("checkpoints")
