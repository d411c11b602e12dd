"""The tables as they were first released."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _cases()
    _keys_and_work()
    _engine()


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _current_transaction() -> sa.TextClause:
    return sa.text("(pg_current_xact_id()::text::bigint)" if _on_postgresql() else "0")


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _cases() -> None:
    op.create_table(
        "case_event",
        sa.Column("event_id", _ID, autoincrement=True, nullable=False),
        sa.Column("case_code", _TEXT, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("owner", _TEXT, nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("schema_version", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=False),
        sa.Column("xact", sa.BigInteger(), server_default=_current_transaction(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_case_event"),
        sa.UniqueConstraint("case_code", "seq", name="uq_case_event_case_code_seq"),
        sqlite_autoincrement=True,
    )
    if _on_postgresql():
        op.create_index("ix_case_event_xact_event_id", "case_event", ["xact", "event_id"])
    op.create_table(
        "case_file",
        sa.Column("case_code", _TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", _TEXT, server_default="", nullable=False),
        sa.Column("is_open", sa.SmallInteger(), nullable=False),
        sa.Column("owner", _TEXT, server_default="", nullable=False),
        sa.Column("holder", _TEXT, server_default="", nullable=False),
        sa.Column("level", _TEXT, server_default="", nullable=False),
        sa.Column("channel", _TEXT, server_default="", nullable=False),
        sa.Column("category", _TEXT, server_default="", nullable=False),
        sa.Column("territory", _TEXT, server_default="", nullable=False),
        sa.Column("township", _TEXT, server_default="", nullable=False),
        sa.Column("path", _TEXT, server_default="", nullable=False),
        sa.Column("sealed", _TEXT, server_default="", nullable=False),
        sa.Column("reporter", _TEXT, server_default="", nullable=False),
        sa.Column("rule_set", _TEXT, server_default="", nullable=False),
        sa.Column("rule", _TEXT, server_default="", nullable=False),
        sa.Column("outcome", _TEXT, server_default="", nullable=False),
        sa.Column("merged_into", _TEXT, server_default="", nullable=False),
        sa.Column("problem", _TEXT, server_default="", nullable=False),
        sa.Column("incident", _TEXT, server_default="", nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("head_hash", sa.LargeBinary(), nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_code", name="pk_case_file"),
    )
    op.create_index(
        "ix_case_file_category_township_received_at",
        "case_file",
        ["category", "township", "received_at"],
    )
    op.create_index("ix_case_file_incident", "case_file", ["incident"], **_where("incident <> ''"))
    op.create_index(
        "ix_case_file_owner_open", "case_file", ["owner", "registered_at"], **_where("is_open = 1")
    )
    op.create_index("ix_case_file_problem", "case_file", ["problem"], **_where("problem <> ''"))
    op.create_index("ix_case_file_registered_at", "case_file", ["registered_at"])
    op.create_index(
        "ix_case_file_reporter_received_at",
        "case_file",
        ["reporter", "received_at"],
        **_where("reporter <> ''"),
    )
    op.create_table(
        "case_link",
        sa.Column("case_code", _TEXT, nullable=False),
        sa.Column("other_code", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("case_code", "other_code", name="pk_case_link"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_case_link_other_code", "case_link", ["other_code"])
    op.create_table(
        "referral",
        sa.Column("case_code", _TEXT, nullable=False),
        sa.Column("referral_id", _TEXT, nullable=False),
        sa.Column("unit", _TEXT, server_default="", nullable=False),
        sa.Column("station", _TEXT, server_default="", nullable=False),
        sa.Column("part", _TEXT, server_default="", nullable=False),
        sa.Column("state", _TEXT, server_default="", nullable=False),
        sa.Column("is_open", sa.SmallInteger(), nullable=False),
        sa.Column("round_no", sa.SmallInteger(), nullable=False),
        sa.Column("whistle", _TEXT, server_default="", nullable=False),
        sa.Column("offered_at", sa.BigInteger(), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("reported_at", sa.BigInteger(), nullable=True),
        sa.Column("due_name", _TEXT, server_default="", nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("case_code", "referral_id", name="pk_referral"),
    )
    op.create_index("ix_referral_referral_id", "referral", ["referral_id"])
    op.create_index(
        "ix_referral_station_open", "referral", ["station", "due_at"], **_where("is_open = 1")
    )
    op.create_index("ix_referral_unit_offered_at", "referral", ["unit", "offered_at"])
    op.create_index(
        "ix_referral_unit_open", "referral", ["unit", "due_at"], **_where("is_open = 1")
    )
    op.create_table(
        "content",
        sa.Column("case_code", _TEXT, nullable=False),
        sa.Column("ref", _TEXT, nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("case_code", "ref", name="pk_content"),
    )
    op.create_table(
        "data_key",
        sa.Column("case_code", _TEXT, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("master_key_id", _TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("case_code", name="pk_data_key"),
        sqlite_with_rowid=False,
    )


def _keys_and_work() -> None:
    op.create_table(
        "command_key",
        sa.Column("principal_id", _TEXT, nullable=False),
        sa.Column("request_key", _TEXT, nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.Column("case_code", _TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("principal_id", "request_key", name="pk_command_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "intake_key",
        sa.Column("channel", _TEXT, nullable=False),
        sa.Column("sender_key", _TEXT, nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("case_code", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("channel", "sender_key", name="pk_intake_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wakeup",
        sa.Column("case_code", _TEXT, nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claims", sa.Integer(), server_default="0", nullable=False),
        sa.Column("dead", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("error", _TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("case_code", name="pk_wakeup"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_wakeup_due_at", "wakeup", ["due_at"], **_where("due_at IS NOT NULL AND dead = 0")
    )
    op.create_table(
        "plugin_call",
        sa.Column("item_id", _ID, autoincrement=True, nullable=False),
        sa.Column("effect_key", _TEXT, nullable=False),
        sa.Column("case_code", _TEXT, nullable=False),
        sa.Column("lane", _TEXT, nullable=False),
        sa.Column("referral_id", _TEXT, server_default="", nullable=False),
        sa.Column("verb", _TEXT, server_default="", nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("status", _TEXT, server_default="pending", nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claims", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", _TEXT, server_default="", nullable=False),
        sa.Column("trace", _TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("item_id", name="pk_plugin_call"),
        sa.UniqueConstraint("effect_key", name="uq_plugin_call_effect_key"),
    )
    op.create_index(
        "ix_plugin_call_case_code", "plugin_call", ["case_code"], **_where("status = 'pending'")
    )
    op.create_index("ix_plugin_call_dead", "plugin_call", ["item_id"], **_where("status = 'dead'"))
    op.create_index(
        "ix_plugin_call_due_at",
        "plugin_call",
        ["due_at", "item_id"],
        **_where("status = 'pending'"),
    )
    op.create_index(
        "ix_plugin_call_lane_due_at",
        "plugin_call",
        ["lane", "due_at", "item_id"],
        **_where("status = 'pending'"),
    )
    op.create_table(
        "follow_up",
        sa.Column("item_id", _ID, autoincrement=True, nullable=False),
        sa.Column("effect_key", _TEXT, nullable=False),
        sa.Column("case_code", _TEXT, nullable=False),
        sa.Column("lane", _TEXT, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("status", _TEXT, server_default="pending", nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claims", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", _TEXT, server_default="", nullable=False),
        sa.Column("trace", _TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("item_id", name="pk_follow_up"),
        sa.UniqueConstraint("effect_key", name="uq_follow_up_effect_key"),
    )
    op.create_index("ix_follow_up_dead", "follow_up", ["item_id"], **_where("status = 'dead'"))
    op.create_index(
        "ix_follow_up_due_at", "follow_up", ["due_at", "item_id"], **_where("status = 'pending'")
    )
    op.create_table(
        "notice",
        sa.Column("item_id", _ID, autoincrement=True, nullable=False),
        sa.Column("effect_key", _TEXT, nullable=False),
        sa.Column("case_code", _TEXT, nullable=False),
        sa.Column("lane", _TEXT, nullable=False),
        sa.Column("subject", _TEXT, server_default="", nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("status", _TEXT, server_default="pending", nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claims", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", _TEXT, server_default="", nullable=False),
        sa.Column("trace", _TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("item_id", name="pk_notice"),
        sa.UniqueConstraint("effect_key", name="uq_notice_effect_key"),
    )
    op.create_index("ix_notice_dead", "notice", ["item_id"], **_where("status = 'dead'"))
    op.create_index(
        "ix_notice_due_at", "notice", ["due_at", "item_id"], **_where("status = 'pending'")
    )
    op.create_index(
        "ix_notice_lane_due_at",
        "notice",
        ["lane", "due_at", "item_id"],
        **_where("status = 'pending'"),
    )


def _engine() -> None:
    op.create_table(
        "rule_set",
        sa.Column("rule_set_hash", _TEXT, nullable=False),
        sa.Column("author", _TEXT, server_default="", nullable=False),
        sa.Column("reason", _TEXT, server_default="", nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("sources", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("rule_set_hash", name="pk_rule_set"),
    )
    op.create_table(
        "publication",
        sa.Column("publication_id", _ID, autoincrement=True, nullable=False),
        sa.Column("rule_set_hash", _TEXT, nullable=False),
        sa.Column("author", _TEXT, server_default="", nullable=False),
        sa.Column("reason", _TEXT, server_default="", nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("publication_id", name="pk_publication"),
    )
    op.create_table(
        "org_version",
        sa.Column("org_hash", _TEXT, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("sources", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("org_hash", name="pk_org_version"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("checkpoint_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("case_count", sa.BigInteger(), nullable=False),
        sa.Column("merkle_root", sa.LargeBinary(), nullable=False),
        sa.Column("checkpoint_hash", sa.LargeBinary(), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("heads", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("checkpoint_no", name="pk_checkpoint"),
    )
    op.create_table(
        "heartbeat",
        sa.Column("runner_id", _TEXT, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("runner_id", name="pk_heartbeat"),
    )
    op.create_table(
        "downtime",
        sa.Column("downtime_id", _ID, autoincrement=True, nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("downtime_id", name="pk_downtime"),
    )
    op.create_index("ix_downtime_until_at", "downtime", ["until_at"])
    op.create_table(
        "access_log",
        sa.Column("access_id", _ID, autoincrement=True, nullable=False),
        sa.Column("case_code", _TEXT, nullable=False),
        sa.Column("principal_id", _TEXT, nullable=False),
        sa.Column("purpose", _TEXT, server_default="", nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("access_id", name="pk_access_log"),
    )
    op.create_index("ix_access_log_case_code_seen_at", "access_log", ["case_code", "seen_at"])
    op.create_table(
        "setting",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("master_key_id", _TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_setting"),
    )
