"""Dead wake-ups are counted every few seconds: that must not read those of all history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    dead = sa.text("dead = 1")
    op.create_index(
        "ix_wakeup_dead", "wakeup", ["case_code"], sqlite_where=dead, postgresql_where=dead
    )
