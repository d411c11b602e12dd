"""Many workers: which departments each of them serves; commands for one case in their turn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_PENDING = sa.text("status = 'pending'")


def upgrade() -> None:
    served = sa.Column("serves", _TEXT, server_default="", nullable=False)
    op.add_column("heartbeat", served)
    op.create_index(
        "ix_follow_up_lane_due_at", "follow_up", ["lane", "due_at", "item_id"],
        sqlite_where=_PENDING, postgresql_where=_PENDING,
    )  # fmt: skip
