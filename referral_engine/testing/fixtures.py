"""The pytest plugin: fixtures for the test of a department's plugin; docs/plugins.md shows them.

Installed as an entry point, so that it is imported by every pytest of the environment: what it
needs is therefore imported by the fixtures, when one is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from referral_engine import Department
    from referral_engine.clock import VirtualClock
    from referral_engine.testing.engine import Engine
    from referral_engine.testing.outside import Outside

__all__ = ["departments", "engine", "outside_system", "virtual_clock"]


@pytest.fixture
def virtual_clock() -> VirtualClock:
    """Monday 09:00 in the county; stands still until it is moved."""
    from referral_engine.clock import VirtualClock
    from referral_engine.testing.engine import START

    return VirtualClock(START)


@pytest.fixture
def departments(request: pytest.FixtureRequest) -> list[Department]:
    """The departments of the plugin in whose folder, or in a folder below it, the test lies."""
    from referral_engine.plugins.find import Source
    from referral_engine.plugins.imported import departments_of

    for folder in Path(request.path).parents:
        if (folder / "__init__.py").is_file():
            return departments_of(Source("folder", folder.name, str(folder)))
    raise LookupError(f"{request.path} lies in no plugin: override the fixture `departments`")


@pytest.fixture
def engine(
    tmp_path: Path, departments: list[Department], virtual_clock: VirtualClock
) -> Iterator[Engine]:
    """An engine in a box that has these departments and refers everything to the first."""
    from referral_engine.testing.engine import open_engine

    with open_engine(tmp_path, departments, virtual_clock) as opened:
        yield opened


@pytest.fixture
def outside_system() -> Iterator[Outside]:
    """A department's own system, on a free port of this machine."""
    from referral_engine.testing.outside import outside

    with outside() as system:
        yield system
