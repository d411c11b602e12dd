"""Recorded cases under other rules: the changed ones are those of two whole simulations."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from referral_engine.model import command as c
from referral_engine.model.principal import ENGINE
from referral_engine.rules.tree import RuleSet
from referral_engine.trial.backtest import Backtest, Change, Request, backtest
from referral_engine.trial.box import Box, open_box
from referral_engine.workspace import Workspace
from tests.unit.desk.county import (
    CLERK,
    DAY,
    GRID,
    HOUR,
    ILL,
    LEADER,
    OFFICER,
    ROUTING,
    START,
    VILLAGE,
    by_name,
    issue,
    lead,
    make,
    opened,
    register,
)
from tests.unit.trial.whole_simulation import differing, simulated

QUICKER = ROUTING.replace(
    "refer: {lead: housing}", "refer: {lead: housing}\n    within: {claim: 30m, report: 1d}"
)
OTHERS = ROUTING.replace(
    "  - id: housing\n",
    """\
  - id: noise
    name: 噪音归公安
    when: {text: {contains: 噪音}}
    refer: {lead: police, support: ["@village"]}
  - id: housing
""",
)
AGAIN = ROUTING.replace(
    "  - id: housing\n",
    """\
  - id: twice
    name: 同一网格一再反映
    when: {repeats: {same: [territory, category], within: 30d, at_least: 4}}
    refer: {lead: centre, support: [police, housing], whistle: joint}
  - id: housing
""",
)
SECRET = (
    ILL
    + """\
  - id: secret
    name: 举报线索
    when: {text: {contains: 举报}}
    seal: accusation
"""
)
TEXTS = ("电梯坏了三天没有人修", "楼上噪音扰民一整夜", "我要举报物业乱收费", "燃气泄漏味道很大")


@pytest.fixture
def county(tmp_path: Path) -> Iterator[Box]:
    with opened(tmp_path) as box:
        database = box.store.url
        yield box
        assert box.store.url == database


def rules_of(box: Box, **changed: str) -> RuleSet:
    """The county's rules with some files edited."""
    sources = dict(box.workspace.rules().sources)
    sources |= {f"rules/{name}.yaml": text for name, text in changed.items()}
    return box.workspace.stored_rules(sources)


@contextmanager
def compared(
    box: Box, after: RuleSet, *, processes: int = 1, size: int = 500
) -> Iterator[Backtest]:
    config = msgspec.structs.replace(box.workspace.config, database=box.store.url)
    workspace = Workspace(config, box.workspace.org, box.workspace.calendar)
    asked = Request(box.workspace.rules(), after, now=box.now(), processes=processes, size=size)
    with backtest(workspace, asked) as made:
        yield made


def changes(box: Box, after: RuleSet, **how: int) -> dict[str, Change]:
    with compared(box, after, **how) as made:
        found = {change.case: change for change in made.changes()}
        assert made.tally.changed == len(found)
        return found


def fill(box: Box, count: int, seed: int = 1) -> list[str]:
    """Cases of all kinds over some weeks; some are accepted by hand and corrected, some sealed."""
    draw, codes = random.Random(seed), []
    for number in range(count):
        box.clock.set(box.now() + timedelta(minutes=draw.randrange(5, 300)))
        given = issue(
            f"{draw.choice(TEXTS)}，第{number}次", received_at=box.now(),
            category=draw.choice(["D15", "D02", "E01", ""]), territory=draw.choice([GRID, VILLAGE]),
            accused=("police",) if draw.random() < 0.1 else (),
            **by_name("某人", f"139000000{draw.randrange(40):02}"),
        )  # fmt: skip
        accept = draw.random() < 0.8
        code = box.register(given, ENGINE, auto_accept=accept).case
        if not accept and not given.accused:
            box.clock.set(box.now() + timedelta(minutes=3))
            box.do(code, c.Accept(category=draw.choice(["", "D15"])), CLERK)
        codes.append(code)
    return codes


@pytest.mark.parametrize("changed", [{"routing": OTHERS, "link": SECRET}, {"routing": QUICKER}])
def test_changed_cases_are_those_of_two_whole_simulations(
    county: Box, changed: dict[str, str]
) -> None:
    fill(county, 120)
    after = rules_of(county, **changed)
    found = changes(county, after)
    rules = (county.workspace.rules(), after)
    outcomes = dict(simulated(county.workspace, county.store, rules))
    assert {code: set(each.differs) for code, each in found.items()} == differing(outcomes.items())
    assert 10 < len(found) < len(outcomes)
    for code, each in found.items():
        for what, both in each.differs.items():
            assert tuple(both) == tuple(side[what] for side in outcomes[code])


@pytest.mark.postgres
def test_on_postgresql_as_on_a_file(tmp_path: Path, postgres_url: str) -> None:
    with open_box(make(tmp_path), START, database=postgres_url) as county:
        fill(county, 30)
        after = rules_of(county, routing=AGAIN, link=SECRET)
        found = changes(county, after, size=7)
        rules = (county.workspace.rules(), after)
        whole = differing(simulated(county.workspace, county.store, rules))
        # What history was not asked then, the simulation does not ask now.
        again = {code for code, each in found.items() if "twice" in each.rules}
        assert {code for code in found if code not in again} == set(whole) - again
        assert whole


def test_several_processes_find_the_same(county: Box) -> None:
    fill(county, 40)
    after = rules_of(county, routing=OTHERS, link=SECRET)
    with compared(county, after) as made:
        alone, sums = list(made.changes()), made.tally
    with compared(county, after, processes=2, size=9) as made:
        assert list(made.changes()) == alone
        assert made.tally == sums
    assert [change.case for change in alone] == sorted(change.case for change in alone)


def test_what_is_sealed_is_neither_shown_nor_counted(county: Box) -> None:
    """Two stores that differ in sealed cases alone come to the same, to the last figure."""
    for number in range(6):
        register(county, issue(f"楼上噪音扰民第{number}次", received_at=county.now()))
    after = rules_of(county, routing=OTHERS)
    with compared(county, after) as made:
        before = (made.tally, list(made.changes()))
    register(county, issue("噪音，局长包庇", accused=("police",)))
    register(county, issue("检举控告噪音", category="X02"))
    with compared(county, after) as made:
        assert (made.tally, list(made.changes())) == before


def test_what_is_sealed_while_others_are_decided_is_taken_back(county: Box) -> None:
    first, second = (
        register(county, issue(f"楼上噪音扰民第{n}次", received_at=county.now())) for n in range(2)
    )

    def seal_one(_total: int) -> Callable[[int], None]:
        return lambda _more: seal_it()

    def seal_it() -> None:
        county.do(second, c.AddAccused(("police",), "他们是一家"), CLERK)

    config = msgspec.structs.replace(county.workspace.config, database=county.store.url)
    workspace = Workspace(config, county.workspace.org, county.workspace.calendar)
    asked = Request(
        county.workspace.rules(), rules_of(county, routing=OTHERS), now=county.now(), processes=1
    )
    with backtest(workspace, asked, seal_one) as made:
        assert [change.case for change in made.changes()] == [first]
        assert made.tally.changed == made.tally.what["lead"] == 1
        assert made.tally.rules == {("housing", "noise"): 1}


def test_what_a_proposed_rule_would_seal_is_told_as_that_alone(county: Box) -> None:
    code = register(county, issue("我要举报物业乱收费"))
    found = changes(county, rules_of(county, link=SECRET))
    assert dict(found[code].differs) == {"sealed": (False, True)}
    assert found[code].clocks == ()


def test_deadlines_are_held_against_what_was_done(county: Box) -> None:
    """Claimed after 50 minutes: in time under two hours, late under thirty minutes."""
    county.clock.set(START + 2 * HOUR)
    code = register(county)
    county.clock.set(county.now() + timedelta(minutes=50))
    county.do(code, c.Claim(lead(county, code).id), OFFICER)
    untouched = register(county, issue("别的小区电梯也坏了", received_at=county.now()))
    after = rules_of(county, routing=QUICKER)
    clocks = {clock.name: clock for clock in changes(county, after)[code].clocks}
    assert (clocks["claim"].movement, clocks["claim"].late) == ("tightened", (False, True))
    assert clocks["report"].late == (False, False)
    county.clock.set(county.now() + DAY)
    late = {clock.name: clock.late for clock in changes(county, after)[untouched].clocks}
    assert late["claim"] == (True, True)


def test_nobody_is_judged_by_a_clock_that_was_stopped_or_by_anothers_work(county: Box) -> None:
    held, other = register(county), register(county, issue("楼上噪音扰民一整夜"))
    county.do(held, c.Hold("evidence", until=START + DAY), OFFICER)
    county.do(held, c.Sign(county.case(held).proposals[-1].id, agreed=True), LEADER)
    assert county.case(held).pauses
    found = changes(county, rules_of(county, routing=QUICKER))
    assert all(clock.late is None for clock in found[held].clocks)
    found = changes(county, rules_of(county, routing=OTHERS))
    assert all(clock.late is None for clock in found[other].clocks)


def test_load_by_department_and_day_under_each(county: Box) -> None:
    register(county, issue("楼上噪音扰民一整夜"))
    county.clock.set(START + DAY)
    register(county, issue("楼上噪音又扰民", received_at=county.now()))
    register(county, issue(received_at=county.now()))
    with compared(county, rules_of(county, routing=OTHERS)) as made:
        loads = {load.unit: load for load in made.tally.load()}
    assert (loads["housing"].whole.lead, loads["housing"].peak) == ((3, 1), (2, 1))
    assert (loads["police"].whole.lead, loads["police"].peak) == ((0, 2), (0, 1))
    assert loads["xiguan"].whole.support == (0, 2)


def test_history_that_was_not_asked_then_is_asked_now(county: Box) -> None:
    codes = []
    for number in range(5):
        county.clock.set(START + number * HOUR)
        codes.append(register(county, issue(f"第{number}个小区的电梯", received_at=county.now())))
    with compared(county, rules_of(county, routing=AGAIN)) as made:
        assert made.tally.asked == 5
        assert [each.case for each in made.changes()] == sorted(codes[3:])


def test_a_case_without_words_is_counted_as_such(county: Box) -> None:
    code = register(county)
    county.store.transact(lambda tx: tx.erase(code))
    with compared(county, rules_of(county, routing=QUICKER)) as made:
        assert (made.tally.cases, made.tally.gone, made.tally.changed) == (1, 1, 0)
