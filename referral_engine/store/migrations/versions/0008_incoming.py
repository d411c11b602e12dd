"""What departments' systems report by themselves is known by their key, and waits for its turn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "incoming",
        *(sa.Column(name, _TEXT, nullable=False) for name in ("unit", "sender_key")),
        *(sa.Column(name, _TEXT, nullable=False) for name in ("case_code", "referral_id")),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        *(
            sa.Column(name, _TEXT, server_default="", nullable=False)
            for name in ("status", "code", "reason")
        ),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.SmallInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("unit", "sender_key", name="pk_incoming"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_incoming_referral_id_number", "incoming", ["referral_id", "number"])
    _partial("ix_incoming_waiting", "status = 'waiting'", "received_at")
    _partial("ix_incoming_untold", "told = 0", "unit", "received_at")


def _partial(name: str, where: str, *columns: str) -> None:
    rows = sa.text(where)
    op.create_index(name, "incoming", [*columns], sqlite_where=rows, postgresql_where=rows)
