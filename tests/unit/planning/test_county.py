"""The whole county: the same in one process and in two, in whatever order its parts are played."""

from __future__ import annotations

from datetime import UTC

import msgspec
import pytest

from referral_engine.model.territory import Territory
from referral_engine.org import Org
from referral_engine.org.content import Content
from referral_engine.planning.count import Count
from referral_engine.planning.county import Order, play_county
from referral_engine.planning.findings import Findings, findings
from referral_engine.planning.play import Play, Stage
from referral_engine.planning.townships import parts_of
from tests.unit.planning.conftest import MONDAY, PROFILES, ROOT


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> Order:
    """A day of a profile with some forty issues."""
    text = (PROFILES / "small-county.yaml").read_text("utf-8")
    file = tmp_path_factory.mktemp("profile") / "quiet.yaml"
    file.write_text(text.replace("a_year: 146000", "a_year: 14600"), "utf-8")
    return Order(ROOT / "config.yaml", file, 3, MONDAY, MONDAY)


@pytest.fixture(scope="module")
def stage(shipped: Stage, order: Order) -> Stage:
    return Stage.of(shipped.workspace, order.profile)


@pytest.fixture(scope="module")
def alone(stage: Stage, order: Order) -> Count:
    return play_county(stage, order, 1, lambda _done: None)


def test_two_processes_come_to_what_one_comes_to(stage: Stage, order: Order, alone: Count) -> None:
    told: list[int] = []
    assert play_county(stage, order, 2, told.append) == alone
    assert sum(told) == 1000
    assert len(told) == 7  # the shipped county's townships


def test_the_order_of_the_parts_changes_nothing(stage: Stage, order: Order, alone: Count) -> None:
    backwards = Count()
    for part in reversed(parts_of(stage.workspace.org, stage.profile.townships)):
        backwards.merge(Play(stage, part, order.seed).run(order.first, order.last))
    assert backwards == alone
    found = findings(backwards, order, stage.profile, {})
    assert msgspec.json.encode(found) == msgspec.json.encode(_found(alone, order, stage))


def test_the_codes_of_all_parts_differ(stage: Stage, order: Order) -> None:
    codes: list[str] = []
    for part in parts_of(stage.workspace.org, stage.profile.townships):
        seen: set[str] = set()
        Play(stage, part, 3, watch=lambda case, _event, to=seen: to.add(case.code)).run(
            order.first, order.last
        )
        codes += seen
    assert len(codes) == len(set(codes)) > 0


def test_shares_add_up_and_follow_the_weights(stage: Stage) -> None:
    org = stage.workspace.org
    parts = parts_of(org, {"620922001": 6.0})
    assert sum(part.share for part in parts) == pytest.approx(1.0)
    shares = {part.township: part.share for part in parts}
    assert shares["620922001"] == pytest.approx(0.5)
    assert shares["620922100"] == pytest.approx(1 / 12)


def test_rates_are_of_what_they_say(order: Order, alone: Count, stage: Stage) -> None:
    found = _found(alone, order, stage)
    for clock in found.clocks:
        assert clock.late_percent == pytest.approx(100 * clock.late / clock.started, abs=0.01)
    assert [load.offered for load in found.departments] == sorted(
        (load.offered for load in found.departments), reverse=True
    )
    assert found.backlog[-1].open == sum(found.open.values())
    assert found.issues == alone.issues > 20
    nothing = findings(Count(), order, stage.profile, {})
    assert nothing.satisfaction.satisfied_percent is None


def _found(count: Count, order: Order, stage: Stage) -> Findings:
    return findings(count, order, stage.profile, {})


def test_a_county_without_townships_is_one_part() -> None:
    content = Content((Territory("620922", "县", "county"), Territory("62092201", "村", "village",
                                                                    "620922")))  # fmt: skip
    (part,) = parts_of(Org(content, UTC), {})
    assert (part.township, part.places, part.share) == ("620922", ("62092201",), 1.0)
