"""The tables: declared once, migrated to, checked when a store is opened."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, text

from referral_engine.errors import Refused
from referral_engine.store import Store, schema
from referral_engine.store.engine import open_reader, open_writer
from referral_engine.store.tables import metadata
from tests.unit.store.story import opened

# PostgreSQL's reserved words (appendix C) and SQLite's, as far as one could be tempted.
RESERVED = {
    "action", "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "at", "both", "by",
    "case", "cast", "check", "collate", "column", "commit", "constraint", "create", "current",
    "default", "desc", "distinct", "do", "else", "end", "except", "exists", "fetch", "for",
    "foreign", "from", "grant", "group", "having", "in", "index", "into", "join", "key", "lateral",
    "leading", "like", "limit", "match", "no", "not", "null", "of", "offset", "on", "only", "or",
    "order", "placing", "plan", "primary", "references", "release", "row", "select", "table",
    "then", "to", "transaction", "union", "unique", "user", "using", "values", "view", "when",
    "where", "window", "with", "without",
}  # fmt: skip


def shape(engine: Engine) -> dict[str, Any]:
    """Columns, keys and indexes of every table, as the database tells them."""
    seen = inspect(engine)
    found: dict[str, Any] = {}
    for name in seen.get_table_names():
        if name.startswith("procrastinate_"):
            continue  # the transport's own, made and renewed as its release wants them
        columns = [
            (c["name"], str(c["type"]), c["nullable"], c["default"]) for c in seen.get_columns(name)
        ]
        indexes = sorted(
            (str(i["name"]), tuple(i["column_names"]), str(_options(i)))
            for i in seen.get_indexes(name)
        )
        unique = sorted(tuple(u["column_names"]) for u in seen.get_unique_constraints(name))
        key = seen.get_pk_constraint(name)["constrained_columns"]
        checks = sorted(
            (str(c["name"]), str(c["sqltext"])) for c in seen.get_check_constraints(name)
        )
        found[name] = (columns, key, unique, checks, indexes)
    return found


def _options(index: Any) -> dict[str, str]:
    return {name: str(value) for name, value in index.get("dialect_options", {}).items()}


def test_migrations_make_exactly_the_declared_tables(any_url: str) -> None:
    engine = open_writer(any_url)
    schema.create(engine)
    created = shape(engine)
    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    assert schema.upgrade(engine) == schema.HEAD
    assert shape(engine) == created
    assert set(created) == {*metadata.tables, "alembic_version"}
    engine.dispose()


def test_head_is_the_newest_migration() -> None:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(schema.alembic_config())
    assert scripts.get_heads() == [schema.HEAD]


def test_an_upgraded_database_is_a_store(any_url: str) -> None:
    engine = open_writer(any_url)
    schema.upgrade(engine)
    assert schema.upgrade(engine) == schema.HEAD
    engine.dispose()
    with Store.open(any_url) as store:
        assert opened(store, "A-1").case == store.read(lambda r: r.load("A-1")).case  # type: ignore[union-attr]


def test_an_old_schema_is_refused_with_what_to_do(url: str) -> None:
    engine = open_writer(url)
    schema.create(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    engine.dispose()
    for readonly in (False, True):
        with pytest.raises(Refused, match=r"STORE_OUTDATED.*0000.*referral db upgrade"):
            Store.open(url, readonly=readonly)


def test_opening_a_store_does_not_load_alembic(url: str) -> None:
    code = (
        "import sys; from referral_engine.store import Store\n"
        f"Store.open({url!r}).close()\n"
        "assert 'alembic' not in sys.modules and 'psycopg' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_name_needs_quoting() -> None:
    names = {table.name for table in metadata.sorted_tables}
    names |= {column.name for table in metadata.sorted_tables for column in table.columns}
    assert names & RESERVED == set()
    assert all(name.islower() for name in names)


def test_on_disk_a_commit_is_on_disk(url: str) -> None:
    engine = open_writer(url)
    with engine.connect() as connection:
        pragma = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "cache_size", "busy_timeout")
        }
    engine.dispose()
    full = 2
    assert pragma == {
        "journal_mode": "wal", "synchronous": full, "cache_size": -32768, "busy_timeout": 30_000,
    }  # fmt: skip


def test_only_a_rehearsal_does_not_wait_for_the_disk(url: str) -> None:
    engine = open_writer(url, power_safe=False)
    with engine.connect() as connection:
        pragmas = ("journal_mode", "synchronous")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
    engine.dispose()
    normal = 1
    assert found == ["wal", normal]


def test_readers_cannot_write(any_store: Store) -> None:
    reader = open_reader(any_store.url)
    with reader.connect() as connection, pytest.raises(Exception, match=r"read-?only"):
        connection.execute(text("DELETE FROM case_event"))
    reader.dispose()
