"""Making the tables, and which version of them a database has. Alembic is imported where used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from referral_engine.store import bells
from referral_engine.store.checkpoints import rebase
from referral_engine.store.engine import take_turn
from referral_engine.store.errors import store_outdated
from referral_engine.store.every_table import metadata

__all__ = ["HEAD", "MIGRATIONS", "RELEASED", "check", "create", "current", "upgrade"]

# The newest migration; a test holds it against the folder, so that opening need not read it.
HEAD = "0010"
# The schema each release came with. Every one has its fixture (docs/store.md).
RELEASED = {"0.1.0": "0001"}
MIGRATIONS = Path(__file__).with_name("migrations")


def create(engine: Engine) -> None:
    """Makes all tables of an empty database at once, as the migrations would have made them."""
    with engine.begin() as connection:
        take_turn(connection)
        if current(connection):
            return  # another process was first
        metadata.create_all(connection, checkfirst=False)
        connection.execute(
            text(
                "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,"
                " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
            )
        )
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def current(connection: Connection | Engine) -> str:
    """The migration the database is at; empty when it holds no store."""
    if isinstance(connection, Engine):
        with connection.connect() as opened:
            return current(opened)
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def check(connection: Connection | Engine) -> None:
    """Raises Refused (STORE_OUTDATED) unless the database is at HEAD."""
    if (found := current(connection)) != HEAD:
        raise store_outdated(found, HEAD)


def upgrade(engine: Engine, revision: str = "head") -> str:
    """Brings the database to `revision` by its migrations, in one transaction; where it is then."""
    from alembic import command

    with engine.begin() as connection:
        take_turn(connection)
        command.upgrade(alembic_config(connection), revision)
        if connection.dialect.name == "postgresql":
            bells.renew(connection)
            rebase(connection)
        return current(connection)


def alembic_config(connection: Connection | None = None) -> Any:
    """Alembic's configuration for our folder of migrations, running on `connection`."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
