"""Workspaces as `referral init` makes them, for commands that run as processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.district import referral


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped county, nothing taken in. Whoever changes it copies it first."""
    folder = tmp_path_factory.mktemp("county") / "county"
    referral(folder.parent, "init", folder, ends=0)
    return folder
