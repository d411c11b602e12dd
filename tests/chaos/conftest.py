"""Districts with their events taken in, once a session, copied for each who kills; on a file and on
a server.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.chaos.load.server import running_server
from tests.databases import copied, place
from tests.district import make_district, referral

FreshDistrict = Callable[[str], Path]
Placed = Callable[[Path], Path]
"""Has the store of a workspace lie where the test wants it."""


@pytest.fixture(
    scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def placed(request: pytest.FixtureRequest) -> Iterator[Placed]:
    """On both stores, one after the other."""
    if request.param == "sqlite":
        yield lambda folder: folder
        return
    with (
        tempfile.TemporaryDirectory(prefix="referral-pg-", ignore_cleanup_errors=True) as data,
        running_server(Path(data)) as server,
    ):
        names = map("county_{}".format, range(1_000))
        yield lambda folder: place(folder, server.database(next(names)))


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> FreshDistrict:
    """The district with its 7,000 events, in a file."""
    return _copies(tmp_path_factory.mktemp("many"), shared_data, 7_000, lambda folder: folder)


@pytest.fixture(scope="session")
def some(
    tmp_path_factory: pytest.TempPathFactory, shared_data: Path, placed: Placed
) -> FreshDistrict:
    """The district with 700 of its events."""
    return _copies(tmp_path_factory.mktemp("some"), shared_data, 700, placed)


def _copies(folder: Path, shared_data: Path, rows: int, placed: Placed) -> FreshDistrict:
    export = shared_data / "pingshan_events_7000.csv"
    first = placed(make_district(folder / "first", export, rows))
    referral(first, "intake", "EXPORT.csv", "--mapping", "mapping.yaml", ends=0)
    return lambda name: copied(first, folder / name)
