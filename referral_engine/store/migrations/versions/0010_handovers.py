"""Shifts that were handed over: by whom, to whom, and how much was open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "handover",
        sa.Column("handover_id", _ID, autoincrement=True, nullable=False),
        sa.Column("unit", _TEXT, nullable=False),
        sa.Column("handed_by", _TEXT, nullable=False, server_default=""),
        sa.Column("handed_at", sa.BigInteger, nullable=False),
        sa.Column("taken_by", _TEXT, nullable=False, server_default=""),
        sa.Column("taken_at", sa.BigInteger),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("waiting", "late", "unsigned")),
        sa.PrimaryKeyConstraint("handover_id", name="pk_handover"),
        sa.CheckConstraint("taken_by <> handed_by", name=op.f("ck_handover_two_persons")),
    )
    op.create_index("ix_handover_unit_handover_id", "handover", ["unit", "handover_id"])
