"""The tables of who signed and who may come in: signatures, tokens, guesses at follow-up codes."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
)

from referral_engine.store.columns import TEXT, at, metadata, partial, words

__all__ = ["access_token", "approval", "follow_attempt"]

# Who asked and who agreed, a row a signature: the table itself refuses one person in both places.
approval = Table(
    "approval",
    metadata,
    Column("case_code", TEXT, nullable=False),
    Column("proposal_id", TEXT, nullable=False),
    Column("approved_by", TEXT, nullable=False),
    Column("asked_by", TEXT, nullable=False),
    Column("act", TEXT, nullable=False),
    Column("seq", Integer, nullable=False),
    PrimaryKeyConstraint("case_code", "proposal_id", "approved_by"),
    CheckConstraint("approved_by <> asked_by AND approved_by <> ''", name="two_persons"),
    sqlite_with_rowid=False,
)

# Rows are never removed: who let whom in is asked years later. `secret_hash` alone is of no use.
access_token = Table(
    "access_token",
    metadata,
    Column("token_id", TEXT, primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("principal_id", TEXT, nullable=False),
    words("roles"),
    words("unit"),
    words("case_code"),
    words("issued_by"),
    at("issued_at"),
    at("expires_at"),
    at("used_at", nullable=True),
    at("revoked_at", nullable=True),
    words("revoked_by"),
    partial("ix_access_token_case_code", "case_code <> ''", "case_code"),
    sqlite_with_rowid=False,
)

# `bucket` is the beginning of a code's keyed digest, so that there are only so many rows whatever
# codes are tried; `hour` is hours since 1970.
follow_attempt = Table(
    "follow_attempt",
    metadata,
    Column("bucket", TEXT, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    PrimaryKeyConstraint("bucket", "hour"),
    sqlite_with_rowid=False,
)
