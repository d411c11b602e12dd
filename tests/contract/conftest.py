"""Workspaces as `referral init` makes them, for commands that run as processes of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import new_database
from tests.databases import place
from tests.district import referral

_ALL_COMMANDS = (
    "test_nobody_can_tell_the_worlds_apart_in_any_language",
    "test_whoever_keeps_one_seal_knows_nothing_of_another",
)
Placed = Callable[[Path], Path]
"""Has the store of a workspace lie where the test wants it."""


@pytest.fixture(
    scope="session",
    params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.long])],
)
def placed(request: pytest.FixtureRequest) -> Placed:
    """On both stores; on the server's in CI."""
    if request.param == "sqlite":
        return lambda folder: folder
    server = request.getfixturevalue("postgres_server")
    return lambda folder: place(folder, new_database(server))


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped county, nothing taken in. Whoever changes it copies it first."""
    folder = tmp_path_factory.mktemp("county") / "county"
    referral(folder.parent, "init", folder, ends=0)
    return folder


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.long])]
)
def database(request: pytest.FixtureRequest) -> str:
    """An empty database on each store; on SQLite the empty word, for a file of the test's own."""
    if request.param == "sqlite":
        return ""
    return str(request.getfixturevalue("postgres_url"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every command in two worlds takes minutes on a server: once is enough for every change."""
    for item in items:
        if "[postgresql" in item.name and item.name.startswith(_ALL_COMMANDS):
            item.add_marker(pytest.mark.matrix)
