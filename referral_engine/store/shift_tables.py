"""The table of shifts that were handed over."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table

from referral_engine.store.columns import ID, TEXT, at, metadata, words

__all__ = ["handover"]

# Nobody takes over from themselves. What was open is told in numbers: the cases themselves say the
# rest, to whoever may see them.
handover = Table(
    "handover",
    metadata,
    Column("handover_id", ID, primary_key=True, autoincrement=True),
    Column("unit", TEXT, nullable=False),
    words("handed_by"),
    at("handed_at"),
    words("taken_by"),
    at("taken_at", nullable=True),
    *(Column(name, Integer, nullable=False) for name in ("waiting", "late", "unsigned")),
    CheckConstraint("taken_by <> handed_by", name="two_persons"),
    Index("ix_handover_unit_handover_id", "unit", "handover_id"),
)
