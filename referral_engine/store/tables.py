"""Every table, declared once, valid on SQLite and PostgreSQL; those of signatures and tokens are in
`security_tables.py`.

Times are microseconds since 1970 in UTC (see moment.py); flags are 0 or 1; an empty string means
"none". `case_event` and `content` are the truth, `case_file`, `referral`, `case_link` and
`approval` are projections that `audit verify` rebuilds and compares, the outboxes and `wakeup` are
work to do. There are no foreign keys: rows that hang in the air are found by the audit, which also
finds what a foreign key cannot, and the hot inserts stay cheap.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    UniqueConstraint,
)

from referral_engine.store.columns import ID, TEXT, CurrentTransaction, metadata
from referral_engine.store.columns import at as _at
from referral_engine.store.columns import partial as _partial
from referral_engine.store.columns import words as _text

__all__ = [
    "OUTBOXES",
    "access_log",
    "case_event",
    "case_file",
    "case_link",
    "checkpoint",
    "command_key",
    "content",
    "data_key",
    "downtime",
    "follow_up",
    "heartbeat",
    "incoming",
    "intake_key",
    "metadata",
    "notice",
    "org_version",
    "outage",
    "plugin_call",
    "publication",
    "referral",
    "rule_set",
    "setting",
    "wakeup",
]

_Id, _Text = ID, TEXT


case_event = Table(
    "case_event",
    metadata,
    Column("event_id", _Id, primary_key=True, autoincrement=True),
    Column("case_code", _Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", _Text, nullable=False),
    Column("owner", _Text, nullable=False),
    _at("recorded_at"),
    Column("schema_version", SmallInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("event_hash", LargeBinary, nullable=False),
    Column("xact", BigInteger, nullable=False, server_default=CurrentTransaction()),
    UniqueConstraint("case_code", "seq"),
    # A number once given is not given again, even when the end of the table was cut off.
    sqlite_autoincrement=True,
)
Index("ix_case_event_xact_event_id", case_event.c.xact, case_event.c.event_id).ddl_if(
    dialect="postgresql"
)

case_file = Table(
    "case_file",
    metadata,
    Column("case_code", _Text, primary_key=True),
    Column("version", Integer, nullable=False),
    _text("state"),
    Column("is_open", SmallInteger, nullable=False),
    _text("owner"),
    _text("holder"),
    _text("level"),
    _text("channel"),
    _text("category"),
    _text("territory"),
    _text("township"),
    _text("path"),
    _text("sealed"),
    _text("reporter"),
    _text("rule_set"),
    _text("rule"),
    _text("outcome"),
    _text("merged_into"),
    _text("problem"),
    _text("incident"),
    _at("received_at"),
    _at("registered_at"),
    _at("next_at", nullable=True),
    _at("closed_at", nullable=True),
    Column("head_hash", LargeBinary, nullable=False),
    Column("snapshot", LargeBinary, nullable=False),
    Index("ix_case_file_category_township_received_at", "category", "township", "received_at"),
    Index("ix_case_file_territory_category_received_at", "territory", "category", "received_at"),
    Index("ix_case_file_registered_at", "registered_at"),
    _partial("ix_case_file_reporter_received_at", "reporter <> ''", "reporter", "received_at"),
    _partial("ix_case_file_owner_open", "is_open = 1", "owner", "registered_at"),
    _partial("ix_case_file_problem", "problem <> ''", "problem"),
    _partial("ix_case_file_incident", "incident <> ''", "incident"),
)

referral = Table(
    "referral",
    metadata,
    Column("case_code", _Text, nullable=False),
    Column("referral_id", _Text, nullable=False),
    _text("unit"),
    _text("station"),
    _text("part"),
    _text("state"),
    Column("is_open", SmallInteger, nullable=False),
    Column("round_no", SmallInteger, nullable=False),
    _text("whistle"),
    _at("offered_at"),
    _at("claimed_at", nullable=True),
    _at("reported_at", nullable=True),
    _text("due_name"),
    _at("due_at", nullable=True),
    PrimaryKeyConstraint("case_code", "referral_id"),
    Index("ix_referral_referral_id", "referral_id"),
    _partial("ix_referral_unit_open", "is_open = 1", "unit", "due_at"),
    _partial("ix_referral_station_open", "is_open = 1", "station", "due_at"),
    Index("ix_referral_unit_offered_at", "unit", "offered_at"),
)

case_link = Table(
    "case_link",
    metadata,
    Column("case_code", _Text, nullable=False),
    Column("other_code", _Text, nullable=False),
    PrimaryKeyConstraint("case_code", "other_code"),
    Index("ix_case_link_other_code", "other_code"),
    sqlite_with_rowid=False,
)

content = Table(
    "content",
    metadata,
    Column("case_code", _Text, nullable=False),
    Column("ref", _Text, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    PrimaryKeyConstraint("case_code", "ref"),
)

data_key = Table(
    "data_key",
    metadata,
    Column("case_code", _Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    _text("master_key_id"),
    sqlite_with_rowid=False,
)

command_key = Table(
    "command_key",
    metadata,
    Column("principal_id", _Text, nullable=False),
    Column("request_key", _Text, nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    Column("result", LargeBinary, nullable=False),
    _text("case_code"),
    PrimaryKeyConstraint("principal_id", "request_key"),
    sqlite_with_rowid=False,
)

intake_key = Table(
    "intake_key",
    metadata,
    Column("channel", _Text, nullable=False),
    Column("sender_key", _Text, nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    Column("case_code", _Text, nullable=False),
    PrimaryKeyConstraint("channel", "sender_key"),
    sqlite_with_rowid=False,
)

wakeup = Table(
    "wakeup",
    metadata,
    # The row outlives its due time: a fence starting again from 1 could be met by a stale owner.
    Column("case_code", _Text, primary_key=True),
    _at("due_at", nullable=True),
    Column("lease_until", BigInteger, nullable=False, server_default="0"),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("claims", Integer, nullable=False, server_default="0"),
    Column("dead", SmallInteger, nullable=False, server_default="0"),
    _text("error"),
    _partial("ix_wakeup_due_at", "due_at IS NOT NULL AND dead = 0", "due_at"),
    _partial("ix_wakeup_dead", "dead = 1", "case_code"),
    sqlite_with_rowid=False,
)


def _outbox(name: str, *columns: Column[Any], indexes: tuple[Index, ...] = ()) -> Table:
    """Work to be done at least once after the commit: `lane` is whom it concerns, for fairness."""
    return Table(
        name,
        metadata,
        Column("item_id", _Id, primary_key=True, autoincrement=True),
        Column("effect_key", _Text, nullable=False, unique=True),
        Column("case_code", _Text, nullable=False),
        Column("lane", _Text, nullable=False),
        *columns,
        Column("payload", LargeBinary, nullable=False),
        Column("status", _Text, nullable=False, server_default="pending"),
        _at("due_at"),
        Column("lease_until", BigInteger, nullable=False, server_default="0"),
        Column("fence", Integer, nullable=False, server_default="0"),
        Column("claims", Integer, nullable=False, server_default="0"),
        _text("error"),
        _text("trace"),
        _partial(f"ix_{name}_due_at", "status = 'pending'", "due_at", "item_id"),
        _partial(f"ix_{name}_dead", "status = 'dead'", "item_id"),
        *indexes,
    )


def _lanes(name: str) -> Index:
    return _partial(f"ix_{name}_lane_due_at", "status = 'pending'", "lane", "due_at", "item_id")


def _held(name: str) -> Index:
    """What of a lane is in hand: little, however long its queue is."""
    held = "status = 'pending' AND lease_until > 0"
    return _partial(f"ix_{name}_lane_lease_until", held, "lane", "lease_until")


plugin_call = _outbox(
    "plugin_call",
    _text("referral_id"),
    _text("verb"),
    indexes=(
        _partial("ix_plugin_call_case_code", "status = 'pending'", "case_code"),
        _lanes("plugin_call"),
        _held("plugin_call"),
    ),
)
follow_up = _outbox("follow_up", indexes=(_lanes("follow_up"),))
notice = _outbox("notice", _text("subject"), indexes=(_lanes("notice"), _held("notice")))
OUTBOXES = (plugin_call, follow_up, notice)

outage = Table(
    "outage",
    metadata,
    Column("unit", _Text, primary_key=True),
    _at("since_at"),
    _text("error"),
    sqlite_with_rowid=False,
)

# What departments' systems tell of their own accord, by the key they know it under; the row stays
# for ever, what it said only as long as it waits for something that comes before it.
incoming = Table(
    "incoming",
    metadata,
    Column("unit", _Text, nullable=False),
    Column("sender_key", _Text, nullable=False),
    Column("case_code", _Text, nullable=False),
    Column("referral_id", _Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    _text("status"),
    _text("code"),
    _text("reason"),
    Column("payload", LargeBinary, nullable=False),
    _at("received_at"),
    Column("told", SmallInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("unit", "sender_key"),
    Index("ix_incoming_referral_id_number", "referral_id", "number"),
    _partial("ix_incoming_waiting", "status = 'waiting'", "received_at"),
    _partial("ix_incoming_untold", "told = 0", "unit", "received_at"),
    sqlite_with_rowid=False,
)

rule_set = Table(
    "rule_set",
    metadata,
    Column("rule_set_hash", _Text, primary_key=True),
    _text("author"),
    _text("reason"),
    _at("made_at"),
    Column("sources", LargeBinary, nullable=False),
)

publication = Table(
    "publication",
    metadata,
    Column("publication_id", _Id, primary_key=True, autoincrement=True),
    Column("rule_set_hash", _Text, nullable=False),
    _text("author"),
    _text("reason"),
    _at("made_at"),
    Column("state", _Text, nullable=False, server_default="ready"),
    _text("confirmed_by"),
    _text("withdrawn_by"),
    _at("confirmed_at", nullable=True),
    _at("withdrawn_at", nullable=True),
    Column("effective_at", BigInteger, nullable=False, server_default="0"),
    # Tests and backtest of the time, as JSON.
    Column("evidence", LargeBinary),
)

org_version = Table(
    "org_version",
    metadata,
    Column("org_hash", _Text, primary_key=True),
    _at("made_at"),
    Column("sources", LargeBinary, nullable=False),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("checkpoint_no", Integer, primary_key=True, autoincrement=False),
    _at("made_at"),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("case_count", BigInteger, nullable=False),
    Column("merkle_root", LargeBinary, nullable=False),
    Column("checkpoint_hash", LargeBinary, nullable=False),
    # Where the next one goes on: an event's number on SQLite, a transaction's on PostgreSQL.
    Column("upto", BigInteger, nullable=False),
    Column("heads", LargeBinary, nullable=False),
)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("runner_id", _Text, primary_key=True),
    _at("started_at"),
    _at("seen_at"),
    # The departments whose plugins it has, one a line.
    _text("serves"),
)

downtime = Table(
    "downtime",
    metadata,
    Column("downtime_id", _Id, primary_key=True, autoincrement=True),
    _at("since_at"),
    _at("until_at"),
    Index("ix_downtime_until_at", "until_at"),
)

access_log = Table(
    "access_log",
    metadata,
    Column("access_id", _Id, primary_key=True, autoincrement=True),
    Column("case_code", _Text, nullable=False),
    Column("principal_id", _Text, nullable=False),
    _text("purpose"),
    _at("seen_at"),
    Index("ix_access_log_case_code_seen_at", "case_code", "seen_at"),
)

setting = Table(
    "setting",
    metadata,
    Column("name", _Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    _text("master_key_id"),
)
