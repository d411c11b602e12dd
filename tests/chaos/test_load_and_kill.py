"""A short campaign on each store; `make chaos` runs the long ones (docs/chaos.md)."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.chaos.killing import dice
from tests.chaos.load.__main__ import table
from tests.chaos.load.campaign import Figures, Plan, campaign
from tests.chaos.load.server import running_server

pytestmark = pytest.mark.chaos

KILLS = 15


def test_on_one_machine(tmp_path: Path) -> None:
    county = tmp_path / "county"
    plan = Plan("embedded", KILLS, dice().randrange(2**32))
    hold(campaign(plan, county, f"sqlite:///{county}/var/referral.db"))


@pytest.mark.postgres
def test_with_many_workers_whose_server_is_killed_too(tmp_path: Path) -> None:
    plan = Plan("postgres", KILLS, dice().randrange(2**32), server_kills=3)
    with (
        tempfile.TemporaryDirectory(prefix="referral-pg-", ignore_cleanup_errors=True) as data,
        running_server(Path(data)) as server,
    ):
        hold(campaign(plan, tmp_path / "county", server.database("chaos"), server))


def hold(figures: Figures) -> None:
    """What must be nought is, and there was something that could have been lost."""
    print(table(figures))
    verdict = figures.verdict
    assert verdict.faults == {}
    assert sum(figures.kills.values()) == KILLS
    assert min(verdict.issues, verdict.acts, verdict.marks, verdict.effects, verdict.calls) > 0
