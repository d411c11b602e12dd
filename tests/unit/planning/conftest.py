"""The shipped workspace with a small county's profile, at a rate that a test can wait for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from referral_engine.planning.play import Stage
from referral_engine.planning.townships import Part, parts_of
from referral_engine.rules.tree import RuleSet
from referral_engine.workspace import Workspace

ROOT = Path(__file__).resolve().parents[3]
PROFILES = ROOT / "samples/profiles"
MONDAY = date(2026, 3, 2)

Staged = Callable[..., Stage]


@pytest.fixture(scope="session")
def workspace() -> Workspace:
    return Workspace.open(ROOT / "config.yaml")


@pytest.fixture(scope="session")
def rules(workspace: Workspace) -> RuleSet:
    return workspace.rules()


@pytest.fixture(scope="session")
def shipped(workspace: Workspace) -> Stage:
    """The shipped small county with some twenty issues a day."""
    stage = Stage.of(workspace, PROFILES / "small-county.yaml")
    rates = replace(stage.profile.rates, a_year=7_300)
    return replace(stage, profile=replace(stage.profile, rates=rates, bursts=()))


@pytest.fixture
def staged(shipped: Stage) -> Staged:
    """The stage with other fields in its profile; ``usual`` of its manners in `usually`."""

    def make(usually: dict[str, Any] | None = None, **fields: Any) -> Stage:
        profile = replace(shipped.profile, **fields)
        if usually:
            profile = replace(profile, usual=replace(profile.usual, **usually), units={})
        return replace(shipped, profile=profile)

    return make


@pytest.fixture(scope="session")
def parts(workspace: Workspace) -> tuple[Part, ...]:
    return parts_of(workspace.org, {})
