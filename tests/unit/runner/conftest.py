"""An engine of the small county for every test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from referral_engine.trial.box import Box, open_box
from tests.unit.desk.county import START, make, opened


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    """Stands at START, its rules in force; nobody but the test acts in it."""
    with opened(tmp_path) as box:
        yield box


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    """The same on both databases."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    with open_box(make(tmp_path), START, database=url) as box:
        yield box
