"""Each work item's last event in a table of its own, in place of an index entry an event: appending is the hot path."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Fill the new table from the index, and drop that."""
    op.create_table(
        "last_events",
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_last_events")),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO last_events SELECT item, max(seq) FROM events WHERE item IS NOT NULL GROUP BY item")
    op.drop_index("ix_events_item", table_name="events")
    op.drop_column("events", "item")
