"""Departments that are down are left alone; whose turn it is costs the same however much waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "outage",
        sa.Column("unit", _TEXT, nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.Column("error", _TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("unit", name="pk_outage"),
        sqlite_with_rowid=False,
    )
    held = sa.text("status = 'pending' AND lease_until > 0")
    for box in ("plugin_call", "notice"):
        op.create_index(
            f"ix_{box}_lane_lease_until", box, ["lane", "lease_until"],
            sqlite_where=held, postgresql_where=held,
        )  # fmt: skip
