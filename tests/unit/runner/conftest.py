"""An engine of the small county for every test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from referral_engine.trial.box import Box
from tests.unit.desk.county import opened


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    """Stands at START, its rules in force; nobody but the test acts in it."""
    with opened(tmp_path) as box:
        yield box
