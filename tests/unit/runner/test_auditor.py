"""The auditor finds each fault that is planted in a real store, and none in one that is whole."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, delete, event, insert, update

from referral_engine.model import event as e
from referral_engine.rules.runtime import ActiveRules
from referral_engine.runner.auditor import CODES, Auditor
from referral_engine.runner.embedded import Daemon
from referral_engine.store import Store
from referral_engine.store.chain import GENESIS, canonical, chained
from referral_engine.store.finding import Finding
from referral_engine.store.tables import (
    case_event,
    case_file,
    case_link,
    plugin_call,
    referral,
    wakeup,
)
from referral_engine.store.watch import LATE, LOST
from referral_engine.trial.scenario import run_scenario
from referral_engine.workspace import Workspace
from tests.conftest import ROOT
from tests.unit.runner.test_daemon import SettableClock, due, engine, looping, take_in, until
from tests.unit.store.conftest import any_store, any_url, postgres_store, postgres_store_url, url
from tests.unit.store.story import HOUR, START, Story, commit

__all__ = ["any_store", "any_url", "postgres_store", "postgres_store_url", "url"]

SECOND = timedelta(seconds=1)
DUE = START + 2 * HOUR
"""When the claim of a story's case is due."""


def told(store: Store, code: str) -> Story:
    """A case that was offered, with a call to the department."""
    story = Story(code).register().offer()
    commit(store, story.take(calls=[story.call()]))
    return story


@pytest.fixture
def three(any_store: Store) -> Store:
    """Three cases in hand."""
    for code in ("A-1", "A-2", "A-3"):
        told(any_store, code)
    return any_store


def plant(store: Store, *statements: Any) -> None:
    def write(connection: Connection) -> None:
        for each in statements:
            connection.execute(each)

    store.transact(lambda tx: write(tx.connection))


def codes(found: list[Finding]) -> set[tuple[str, str]]:
    return {(each.code, each.case) for each in found}


def of(table: Any, code: str) -> Any:
    return table.c.case_code == code


# -- what should have been done ---------------------------------------------------------------
def test_a_timer_that_should_have_fired_is_found(three: Store) -> None:
    auditor = Auditor(three)
    assert auditor.look(DUE + LATE) == []
    found = codes(auditor.look(DUE + LATE + SECOND))
    assert found == {("TIMER_LATE", code) for code in ("A-1", "A-2", "A-3")}


def test_while_timers_stand_still_none_is_missed(three: Store) -> None:
    assert Auditor(three).look(DUE + LATE + SECOND, timers=False) == []


def test_a_dead_timer_is_a_dead_letter_and_no_second_alarm(three: Store) -> None:
    plant(three, update(wakeup).values(dead=1))
    assert Auditor(three).look(DUE + LATE + SECOND) == []


def test_a_timer_in_hand_or_waiting_for_its_next_try_is_not_missed(three: Store) -> None:
    now = DUE + LATE + SECOND
    held = three.transact(lambda tx: tx.claim_wakeups(now, 10, timedelta(minutes=2)))
    assert Auditor(three).look(now) == []
    for each in held:
        three.transact(
            lambda tx, each=each: tx.failed_wakeup(each.code, each.fence, "Boom", now + HOUR)  # type: ignore[misc]
        )
    assert Auditor(three).look(now + HOUR) == []
    assert codes(Auditor(three).look(now + HOUR + LATE + SECOND)) == {
        ("TIMER_LATE", code) for code in ("A-1", "A-2", "A-3")
    }


def test_a_lease_whose_owner_never_came_back_is_found(three: Store) -> None:
    three.transact(lambda tx: tx.claim_wakeups(DUE, 1, timedelta(minutes=2)))
    found = codes(Auditor(three).look(DUE + LATE + timedelta(minutes=3)))
    assert {code for code, _case in found} == {"LEASE_LOST", "TIMER_LATE"}
    assert len([code for code, _case in found if code == "LEASE_LOST"]) == 1


def test_a_call_whose_owner_never_came_back_is_found(three: Store) -> None:
    (held,) = three.transact(lambda tx: tx.claim_calls(START, 1, timedelta(minutes=10)))
    now = START + LOST + timedelta(minutes=11)
    found = codes(Auditor(three).look(now, timers=True))
    assert found == {("LEASE_LOST", held.work.case)}


def test_a_call_that_waits_though_its_case_is_over_is_found(three: Store) -> None:
    story = Story("A-0").register().offer()
    commit(three, story.take(calls=[story.call(), story.call("withdraw")]))
    commit(three, story.later().claim().close().take())
    assert Auditor(three).look(START) == []
    plant(three, update(plugin_call).where(of(plugin_call, "A-0")).values(status="pending"))
    assert codes(Auditor(three).look(START)) == {("CALL_AFTER_END", "A-0")}


# -- what nobody would miss -------------------------------------------------------------------
def test_an_open_case_without_a_wakeup_is_found(three: Store) -> None:
    plant(three, delete(wakeup).where(of(wakeup, "A-2")))
    assert ("NO_TIMER", "A-2") in codes(Auditor(three).look(START))


def test_a_wakeup_that_stands_at_nothing_is_found(three: Store) -> None:
    plant(three, update(wakeup).where(of(wakeup, "A-2")).values(due_at=None))
    assert codes(Auditor(three).look(START)) == {("NO_TIMER", "A-2"), ("PROJECTION", "A-2")}


def test_an_open_referral_without_a_clock_is_found(three: Store) -> None:
    story = Story("B-1").register().offer()
    story.events.pop()  # its clock never started
    story.case = None
    bare = Story("B-1")
    for each in story.events:
        bare.tell(each.body, owner=each.owner)
    commit(three, bare.take())
    assert codes(Auditor(three).look(START)) == {("NO_CLOCK", "B-1")}


def test_a_wakeup_without_a_case_is_found(three: Store) -> None:
    plant(three, insert(wakeup).values(case_code="A-9", due_at=None))
    assert codes(Auditor(three).look(START)) == {("CASE_GONE", "A-9")}


def _seq(number: int) -> Any:
    return case_event.c.seq == number


def _second() -> Any:
    return update(case_event).where(of(case_event, "A-2"), _seq(2))


def _told(body: e.EventBody, seq: int) -> bytes:
    """Something else that happened, as event `seq` of the case."""
    told = Story("A-2").register().offer().events[seq - 1]
    return canonical(replace(told, body=body))


def _forged(seq: int, body: bytes, **columns: str) -> Any:
    """Another event in its place, with a hash that fits."""
    before = GENESIS
    for each in Story("A-2").register().offer().events[: seq - 1]:
        before = chained(before, canonical(each))
    values = {"body": body, "event_hash": chained(before, body), **columns}
    return update(case_event).where(of(case_event, "A-2"), _seq(seq)).values(**values)


def _rechained() -> Any:
    """The last event hangs on another: its own hash is right."""
    body = canonical(Story("A-2").register().offer().events[-1])
    values = {"prev_hash": b"other", "event_hash": chained(b"other", body), "body": body}
    return update(case_event).where(of(case_event, "A-2"), _seq(4)).values(**values)


@pytest.mark.parametrize(
    ("code", "planted"),
    [
        ("PROJECTION", lambda: update(case_file).where(of(case_file, "A-2")).values(owner="x")),
        ("PROJECTION", lambda: update(referral).where(of(referral, "A-2")).values(unit="x")),
        ("PROJECTION", lambda: insert(case_link).values(case_code="A-2", other_code="A-3")),
        ("EVENT_ALTERED", lambda: _second().values(body=b"{}")),
        ("CHAIN_BROKEN", _rechained),
        ("EVENT_UNREADABLE", lambda: _forged(4, b'{"case":"A-2"}')),
        ("NOT_APPLICABLE", lambda: _forged(1, _told(e.Accepted(), 1), kind="accepted")),
        ("ONE_PERSON", lambda: _forged(4, _told(e.Rejected("none"), 4), kind="rejected")),
        ("EVENT_MISSING", lambda: delete(case_event).where(of(case_event, "A-2"), _seq(2))),
        ("EVENTS_CUT", lambda: delete(case_event).where(of(case_event, "A-2"), _seq(4))),
        ("EVENTS_GONE", lambda: delete(case_event).where(of(case_event, "A-2"))),
        ("NO_FILE", lambda: delete(case_file).where(of(case_file, "A-2"))),
    ],
)
def test_a_case_that_its_events_do_not_come_to_is_found(
    three: Store, code: str, planted: Callable[[], Any]
) -> None:
    plant(three, planted())
    assert (code, "A-2") in codes(Auditor(three).look(START))


def test_a_case_that_is_gone_altogether_is_found(three: Store) -> None:
    plant(three, *(delete(table).where(of(table, "A-2")) for table in (case_event, case_file)))
    assert codes(Auditor(three).look(START)) == {("CASE_GONE", "A-2")}


# -- how it goes round ------------------------------------------------------------------------
def test_every_case_comes_by_in_slices(three: Store) -> None:
    for number in range(5):
        told(three, f"C-{number}")
    plant(three, update(case_file).where(of(case_file, "C-4")).values(owner="x"))
    auditor = Auditor(three, cases=2, opened=1)
    assert auditor.look(START) == []
    rounds = [codes(auditor.look(START)) for _round in range(3)]
    assert rounds[-1] == {("PROJECTION", "C-4")}
    looked = auditor.audited
    auditor.look(START)
    assert auditor.audited - looked <= 2 + 1 + 1, "slice, an open one, the one known"


def test_open_cases_come_by_first(three: Store) -> None:
    """However many are over: what is in hand is what somebody waits for."""
    for number in range(6):
        story = told(three, f"A-0{number}")
        commit(three, story.later().claim().close().take())
    plant(three, delete(wakeup).where(of(wakeup, "A-3")))
    assert ("NO_TIMER", "A-3") in codes(Auditor(three, cases=1, opened=3).look(START))


def test_what_was_repaired_is_gone_with_the_next_round(
    three: Store, caplog: pytest.LogCaptureFixture
) -> None:
    plant(three, update(case_file).where(of(case_file, "A-1")).values(owner="x"))
    auditor = Auditor(three, cases=1, opened=1)
    with caplog.at_level(logging.INFO):
        assert codes(auditor.look(START)) == {("PROJECTION", "A-1")}
        assert codes(auditor.look(START)) == {("PROJECTION", "A-1")}
        three.rebuild()
        assert auditor.look(START) == []
    assert [record.getMessage() for record in caplog.records] == [
        "audit: PROJECTION in case A-1",
        "audit: PROJECTION in case A-1 is gone",
    ]


def test_figures_name_every_code_from_the_first() -> None:
    counted = Auditor.counted(
        [Finding("NO_CLOCK", "A-1", 1, ""), Finding("NO_CLOCK", "A-2", 1, "")]
    )
    assert set(counted) == set(CODES)
    assert {code: n for code, n in counted.items() if n} == {"NO_CLOCK": 2}


def test_every_code_stands_in_the_guide() -> None:
    guide = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    assert [code for code in CODES if f"`{code}`" not in guide] == []


def test_a_round_goes_through_indexes_alone(store: Store) -> None:
    """So that it costs the same however many cases are over."""
    for code in ("A-1", "A-2", "A-3"):
        told(store, code)
    asked: list[tuple[str, Any]] = []
    event.listen(
        store.engine, "before_cursor_execute",
        lambda _c, _cursor, sql, values, _context, _many: asked.append((sql, values)),
    )  # fmt: skip
    Auditor(store, cases=2).look(DUE + LATE + SECOND)
    with store.reading() as reader:
        plans = [
            str(row[-1])
            for sql, values in list(asked)
            if sql.lstrip().startswith("SELECT")
            for row in reader.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        ]
    assert len(plans) > 10
    # The one thing that is read whole is the head of a queue, a hundred rows at most.
    assert {plan for plan in plans if plan.startswith("SCAN")} <= {"SCAN anon_1"}


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as opened:
        yield opened


# -- in a whole store -------------------------------------------------------------------------
@pytest.fixture(scope="module")
def county() -> tuple[Workspace, ActiveRules]:
    """The shipped one."""
    workspace = Workspace.open(ROOT / "config.yaml")
    return workspace, workspace.activate(workspace.rules())


@pytest.mark.parametrize(
    "path", sorted((ROOT / "samples" / "stories").glob("*.yaml")), ids=lambda path: path.stem
)
def test_a_story_as_it_goes_leaves_nothing_to_find(
    path: Path, county: tuple[Workspace, ActiveRules], tmp_path: Path
) -> None:
    database = f"sqlite:///{tmp_path}/told.db"
    report = run_scenario(path, *county, database)
    with Store.open(database) as store:
        auditor = Auditor(store)
        assert auditor.look(report.rows[-1].at, timers=False) == []
        assert auditor.audited >= len(report.cases)


def test_a_daemon_looks_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("referral_engine.runner.housekeeping.AUDIT_EVERY", 0.0)
    with engine(tmp_path, SettableClock()) as runner:
        take_in(runner)
        Daemon(runner, until_idle=True).loop()
        plant(runner.desk.store, update(case_file).values(owner="x"))
        with looping(Daemon(runner, until_idle=False)):
            until(lambda: runner.meter.findings.get("PROJECTION"))
        assert runner.meter.findings["PROJECTION"] == 1
        assert runner.meter.audited >= 1


def test_an_auditor_that_fails_ends_no_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(self: Auditor, now: datetime, *, timers: bool = True) -> list[Finding]:
        raise OSError("disk")

    monkeypatch.setattr("referral_engine.runner.housekeeping.AUDIT_EVERY", 0.0)
    monkeypatch.setattr(Auditor, "look", fail)
    with engine(tmp_path, SettableClock()) as runner:
        code = take_in(runner)
        Daemon(runner, until_idle=True).loop()
        assert due(runner) == {}
        assert runner.desk.store.read(lambda reader: reader.load(code)) is not None
    assert "a round of the auditor failed: OSError" in caplog.text
