"""The shipped workspace, and its rules compiled once."""

from __future__ import annotations

from pathlib import Path

import pytest

from referral_engine.rules.runtime import ActiveRules
from referral_engine.workspace import Workspace

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def workspace() -> Workspace:
    return Workspace.open(ROOT / "config.yaml")


@pytest.fixture(scope="session")
def rules(workspace: Workspace) -> ActiveRules:
    return workspace.activate(workspace.rules())
