"""The register of mediators, who has which case, and the allowances with their ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _register()
    _allowances()
    _ledger()


def _register() -> None:
    op.create_table(
        "mediator",
        sa.Column("mediator_id", _TEXT, nullable=False),
        *_words("name", "organisation", "kind", "unit", "trades", "expertise", "languages"),
        *_words("territory"),
        sa.Column("most_open", sa.Integer(), nullable=False),
        *_words("added_by"),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("mediator_id", name="pk_mediator"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mediator_case",
        sa.Column("case_code", _TEXT, nullable=False),
        sa.Column("mediator_id", _TEXT, nullable=False),
        *_words("assigned_by"),
        sa.Column("assigned_at", sa.BigInteger(), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("case_code", "mediator_id", name="pk_mediator_case"),
        sqlite_with_rowid=False,
    )
    there = sa.text("released_at IS NULL")
    op.create_index(
        "ix_mediator_case_mediator_id", "mediator_case", ["mediator_id"],
        sqlite_where=there, postgresql_where=there,
    )  # fmt: skip


def _allowances() -> None:
    op.create_table(
        "allowance",
        sa.Column("allowance_id", _ID, autoincrement=True, nullable=False),
        sa.Column("case_code", _TEXT, nullable=False),
        sa.Column("mediator_id", _TEXT, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", _TEXT, server_default="proposed", nullable=False),
        *_words("proposed_by"),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        *_words("signed_by"),
        sa.Column("signed_at", sa.BigInteger(), nullable=True),
        *_words("paid_by"),
        sa.Column("paid_at", sa.BigInteger(), nullable=True),
        *_words("reference"),
        sa.CheckConstraint("signed_by <> proposed_by", name=op.f("ck_allowance_two_persons")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_allowance_something")),
        sa.PrimaryKeyConstraint("allowance_id", name="pk_allowance"),
        sqlite_autoincrement=True,
    )
    live = sa.text("state <> 'refused'")
    op.create_index(
        "ix_allowance_case_code_mediator_id", "allowance", ["case_code", "mediator_id"],
        unique=True, sqlite_where=live, postgresql_where=live,
    )  # fmt: skip


def _ledger() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("entry_id", _ID, autoincrement=True, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("allowance_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reverses", sa.BigInteger(), server_default="0", nullable=False),
        *_words("posted_by"),
        sa.Column("posted_at", sa.BigInteger(), nullable=False),
        *_words("note"),
        sa.PrimaryKeyConstraint("entry_id", name="pk_ledger_entry"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "ledger_line",
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("account", _TEXT, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_ledger_line_something")),
        sa.PrimaryKeyConstraint("entry_id", "account", name="pk_ledger_line"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ledger_line_account", "ledger_line", ["account"])


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, _TEXT, server_default="", nullable=False) for name in names]
