"""Districts with their events taken in, once a session, copied for each who kills."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.district import make_district, referral

FreshDistrict = Callable[[str], Path]


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> FreshDistrict:
    """The district with its 7,000 events."""
    return _copies(tmp_path_factory.mktemp("many"), shared_data, 7_000)


@pytest.fixture(scope="session")
def some(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> FreshDistrict:
    """The district with 700 of its events."""
    return _copies(tmp_path_factory.mktemp("some"), shared_data, 700)


def _copies(folder: Path, shared_data: Path, rows: int) -> FreshDistrict:
    first = make_district(folder / "first", shared_data / "pingshan_events_7000.csv", rows)
    referral(first, "intake", "EXPORT.csv", "--mapping", "mapping.yaml", ends=0)

    def fresh(name: str) -> Path:
        return Path(shutil.copytree(first, folder / name))

    return fresh
