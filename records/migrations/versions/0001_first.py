"""The tables of version 0.1.

What this revision made is fixed by `records.schema` as of 0.1; a later change of a table is a later revision.
"""

from __future__ import annotations

from alembic import op

from records.schema import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    """Drop all tables."""
    metadata.drop_all(op.get_bind())
