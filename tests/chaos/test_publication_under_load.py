"""Rules are published again and again while cases come in and timers fire: every timer of every
case fires once, at its moment, under the rules the case was decided by.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from referral_engine.desk import Desk
from referral_engine.desk.opening import open_desk
from referral_engine.desk.publishing import publish
from referral_engine.model import event as e
from referral_engine.model.principal import ENGINE
from referral_engine.store import Store
from referral_engine.workspace import Workspace
from tests.district import start
from tests.unit.desk.county import ROUTING, issue, make

pytestmark = pytest.mark.chaos

PUBLICATIONS = 10
CASES_EACH = 12
LOOKS = 1_500
"""A fifth of a second apart; what has not come by then is lost."""
# An emergency's clock runs at any hour: its marks come after seconds.
EMERGENCY = ROUTING.replace(
    "{lead: housing, support: [police], whistle: emergency}",
    "{lead: housing, whistle: emergency}\n    within: {claim: 2m}",
)


def ladder(version: int) -> str:
    """Other names and other shares each time, so that no two rule sets ask at one moment alike."""
    rules = [
        f"  - {{id: remind-{step}-v{version}, name: 催办, on: {{claim: {share}%}}, remind: true}}"
        for step, share in enumerate((2 + version % 3, 5 + version % 2, 7))
    ]
    return "kind: escalation\nrules:\n" + "\n".join(rules) + "\n"


@contextmanager
def daemon(folder: Path, url: str) -> Iterator[None]:
    running = start(folder, "--database", url, "run", "--no-web")
    try:
        yield
        assert running.poll() is None, (folder / "daemon.log").read_text("utf-8")
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=60) == 0


def published(desk: Desk, folder: Path, version: int) -> str:
    (folder / "rules/claim.yaml").write_text(ladder(version), "utf-8")
    workspace = Workspace.open(folder / "config.yaml")
    desk.refresh(workspace)
    return publish(desk, workspace.read_rules(), "tester", f"version {version}").rule_set


def take_in(desk: Desk, number: int) -> str:
    given = issue(f"燃气泄漏，第{number}处", received_at=desk.clock.now())
    return desk.register(given, ENGINE).result().case


Marks = dict[tuple[str, float], datetime]


def planned(events: list[e.Event]) -> Marks:
    """The marks of the claim clocks as these were started, but for the ends, minutes away."""
    started = [each.body.deadline for each in events if isinstance(each.body, e.ClockStarted)]
    return {
        (clock.id, mark.share): mark.at
        for clock in started
        if clock.name == "claim"
        for mark in clock.marks
        if mark.share < 1
    }


def fired(events: list[e.Event]) -> list[tuple[tuple[str, float], datetime]]:
    return [
        ((each.body.deadline, each.body.share), each.recorded_at)
        for each in events
        if isinstance(each.body, e.MarkFired) and each.body.name == "claim" and each.body.share < 1
    ]


def standing(store: Store, code: str) -> Marks:
    """The same marks of the case as it stands."""
    loaded = store.read(lambda reader: reader.load(code))
    assert loaded is not None
    return {
        (clock.id, mark.share): mark.at
        for clock in loaded.case.deadlines
        if clock.name == "claim"
        for mark in clock.marks
        if mark.share < 1
    }


def until(what: Callable[[], bool]) -> None:
    for _look in range(LOOKS):
        if what():
            return
        time.sleep(0.2)
    raise AssertionError("a timer was lost")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'referral.db'}"


def test_no_timer_fires_twice_none_is_lost_none_moved(tmp_path: Path, url: str) -> None:
    workspace = make(tmp_path, routing=EMERGENCY, claim=ladder(0))
    settings = msgspec.structs.replace(workspace.config, database=url)
    versions: dict[str, int] = {}
    with open_desk(Workspace(settings, workspace.org, workspace.calendar)) as desk:
        published(desk, tmp_path, 0)
        with daemon(tmp_path, url):
            for version in range(PUBLICATIONS):
                published(desk, tmp_path, version)
                for number in range(CASES_EACH):
                    versions[take_in(desk, version * CASES_EACH + number)] = version
            until(lambda: all(_done(desk.store, code) for code in versions))
        assert len({_rules(desk.store, code) for code in versions}) == PUBLICATIONS
        counted = Counter[str]()
        for code, version in versions.items():
            counted.update(_checked(desk.store, code, version))
    assert counted["fired"] == counted["planned"] == 3 * CASES_EACH * PUBLICATIONS


def _done(store: Store, code: str) -> bool:
    events = store.read(lambda reader: reader.events(code))
    return {mark for mark, _at in fired(events)} == set(planned(events))


def _rules(store: Store, code: str) -> str:
    loaded = store.read(lambda reader: reader.load(code))
    assert loaded is not None
    return loaded.case.rule_set


def _checked(store: Store, code: str, version: int) -> dict[str, int]:
    """Counts the case's timers, and finds each in its place."""
    events = store.read(lambda reader: reader.events(code))
    wanted, found = planned(events), fired(events)
    twice = [mark for mark, count in Counter(mark for mark, _at in found).items() if count > 1]
    assert twice == []
    assert standing(store, code) == wanted, "moved"
    assert all(at >= wanted[mark] for mark, at in found), "early"
    # Marks that a busy engine reaches together remind once, for the latest of them.
    done = [each.body.rule for each in events if isinstance(each.body, e.EffectDone)]
    reminded = [rule for rule in done if rule.startswith("remind")]
    assert len(set(reminded)) == len(reminded)
    assert reminded[-1] == f"remind-2-v{version}"
    assert all(rule.endswith(f"-v{version}") for rule in reminded)
    return {"planned": len(wanted), "fired": len(found)}
