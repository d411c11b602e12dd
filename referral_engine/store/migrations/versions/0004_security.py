"""Who signed what, as rows that refuse one person in both places; tokens, and guesses counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _approvals()
    _tokens()


def _approvals() -> None:
    approval = op.create_table(
        "approval",
        sa.Column("case_code", _TEXT, nullable=False),
        sa.Column("proposal_id", _TEXT, nullable=False),
        sa.Column("approved_by", _TEXT, nullable=False),
        sa.Column("asked_by", _TEXT, nullable=False),
        sa.Column("act", _TEXT, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_code", "proposal_id", "approved_by", name="pk_approval"),
        sa.CheckConstraint(
            "approved_by <> asked_by AND approved_by <> ''", name=op.f("ck_approval_two_persons")
        ),
        sqlite_with_rowid=False,
    )
    if rows := list(_signed_before()):
        op.bulk_insert(approval, rows)


def _signed_before() -> Iterator[dict[str, Any]]:
    """What was signed under the first release, told by the events. A signature that the table
    would refuse is left for `audit verify` to name."""
    event = sa.table(
        "case_event", sa.column("case_code"), sa.column("seq"), sa.column("kind"), sa.column("body")
    )
    query = sa.select(event.c.case_code, event.c.seq, event.c.kind, event.c.body)
    query = query.where(event.c.kind.in_(("proposed", "signed")))
    asked: dict[str, tuple[str, str]] = {}
    for row in op.get_bind().execute(query.order_by(event.c.case_code, event.c.seq)).all():
        body = json.loads(bytes(row.body))["body"]
        if row.kind == "proposed":
            asked[body["proposal"]["id"]] = (body["proposal"]["by"], body["proposal"]["kind"])
            continue
        signature, (asker, act) = body["signature"], asked.get(body["proposal"], ("", ""))
        if signature["agreed"] and signature["by"] not in ("", asker):
            yield {
                "case_code": row.case_code, "proposal_id": body["proposal"],
                "approved_by": signature["by"], "asked_by": asker, "act": act, "seq": row.seq,
            }  # fmt: skip


def _tokens() -> None:
    op.create_table(
        "access_token",
        sa.Column("token_id", _TEXT, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("principal_id", _TEXT, nullable=False),
        *(_word(name) for name in ("roles", "unit", "case_code", "issued_by")),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        _word("revoked_by"),
        sa.PrimaryKeyConstraint("token_id", name="pk_access_token"),
        sqlite_with_rowid=False,
    )
    bound = sa.text("case_code <> ''")
    op.create_index(
        "ix_access_token_case_code", "access_token", ["case_code"],
        sqlite_where=bound, postgresql_where=bound,
    )  # fmt: skip
    op.create_table(
        "follow_attempt",
        sa.Column("bucket", _TEXT, nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "hour", name="pk_follow_attempt"),
        sqlite_with_rowid=False,
    )


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, _TEXT, server_default="", nullable=False)
