"""A small county with two departments that act, seen through its pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from referral_engine import Claim, Department, Handler, Referral, Reply
from referral_engine.trial.box import Box
from referral_engine.web.app import create_app
from tests.unit.desk.county import staffed

housing = Department("housing", "县住建局", "1.0")
discipline = Department("discipline", "县纪委监委", "1.0")


@housing.handles()
class Housing(Handler):
    """Claims everything but what it cannot stand."""

    def offered(self, referral: Referral) -> Reply:
        if "电梯" not in referral.text:
            raise RuntimeError(f"cannot stand {referral.text}")
        return Claim()


@discipline.handles(sealed=True)
class Discipline(Handler):
    """Claims what is sealed."""

    def offered(self, referral: Referral) -> Reply:
        return Claim()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    """Stands at START."""
    with staffed(tmp_path, housing, discipline) as box:
        yield box


@pytest.fixture
def pages(box: Box) -> TestClient:
    """What a daemon on it serves."""
    return TestClient(create_app(box.desk, box.runner))
