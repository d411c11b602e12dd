"""The tables of the mediators: their register, who has which case, allowances and their ledger.

Amounts are whole fen (分). A line of the ledger is a debit above zero and a credit below; the lines
of an entry add up to nothing, and no line is ever changed: what was wrong is reversed.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    text,
)

from referral_engine.store.columns import ID, TEXT, at, metadata, partial, words

__all__ = ["allowance", "ledger_entry", "ledger_line", "mediator", "mediator_case"]

mediator = Table(
    "mediator",
    metadata,
    Column("mediator_id", TEXT, primary_key=True),
    words("name"),
    words("organisation"),
    words("kind"),
    words("unit"),
    words("trades"),
    words("expertise"),
    words("languages"),
    words("territory"),
    Column("most_open", Integer, nullable=False),
    words("added_by"),
    at("added_at"),
    at("left_at", nullable=True),
    sqlite_with_rowid=False,
)

mediator_case = Table(
    "mediator_case",
    metadata,
    Column("case_code", TEXT, nullable=False),
    Column("mediator_id", TEXT, nullable=False),
    words("assigned_by"),
    at("assigned_at"),
    at("released_at", nullable=True),
    PrimaryKeyConstraint("case_code", "mediator_id"),
    partial("ix_mediator_case_mediator_id", "released_at IS NULL", "mediator_id"),
    sqlite_with_rowid=False,
)

_LIVE = text("state <> 'refused'")

# Whoever proposes does not sign: the table itself refuses one person in both places.
allowance = Table(
    "allowance",
    metadata,
    Column("allowance_id", ID, primary_key=True, autoincrement=True),
    Column("case_code", TEXT, nullable=False),
    Column("mediator_id", TEXT, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("state", TEXT, nullable=False, server_default="proposed"),
    words("proposed_by"),
    at("proposed_at"),
    words("signed_by"),
    at("signed_at", nullable=True),
    words("paid_by"),
    at("paid_at", nullable=True),
    words("reference"),
    CheckConstraint("signed_by <> proposed_by", name="two_persons"),
    CheckConstraint("amount > 0", name="something"),
    # One a case and mediator, but what was refused may be proposed anew.
    Index(
        "ix_allowance_case_code_mediator_id", "case_code", "mediator_id",
        unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE,
    ),
    sqlite_autoincrement=True,
)  # fmt: skip

ledger_entry = Table(
    "ledger_entry",
    metadata,
    Column("entry_id", ID, primary_key=True, autoincrement=True),
    Column("kind", TEXT, nullable=False),
    Column("allowance_id", BigInteger, nullable=False, server_default="0"),
    Column("reverses", BigInteger, nullable=False, server_default="0"),
    words("posted_by"),
    at("posted_at"),
    words("note"),
    sqlite_autoincrement=True,
)

ledger_line = Table(
    "ledger_line",
    metadata,
    Column("entry_id", BigInteger, nullable=False),
    Column("account", TEXT, nullable=False),
    Column("amount", BigInteger, nullable=False),
    PrimaryKeyConstraint("entry_id", "account"),
    CheckConstraint("amount <> 0", name="something"),
    Index("ix_ledger_line_account", "account"),
    sqlite_with_rowid=False,
)
