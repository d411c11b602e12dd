"""A publication may wait for a second person or for its moment, and keeps what was known of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for name, default in (("state", "ready"), ("confirmed_by", ""), ("withdrawn_by", "")):
        op.add_column("publication", sa.Column(name, _TEXT, server_default=default, nullable=False))
    op.add_column("publication", sa.Column("confirmed_at", sa.BigInteger(), nullable=True))
    op.add_column("publication", sa.Column("withdrawn_at", sa.BigInteger(), nullable=True))
    op.add_column(
        "publication",
        sa.Column("effective_at", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.add_column("publication", sa.Column("evidence", sa.LargeBinary(), nullable=True))
    # What was in force before was so from the moment it was made.
    op.execute("UPDATE publication SET effective_at = made_at")
