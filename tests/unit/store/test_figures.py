"""Figures of the work in hand, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from referral_engine.store import BoxFigures, Store, Taken
from referral_engine.store import figures as counted
from referral_engine.store.tables import case_file, plugin_call, wakeup
from tests.unit.store.story import HOUR, START, Story, commit, opened

FRESH = timedelta(minutes=2)
NOTHING = BoxFigures(0, None, 0)


def test_an_empty_store_has_nothing_in_hand(any_store: Store) -> None:
    found = any_store.read(lambda reader: reader.work_in_hand(START, FRESH))
    names = ("wakeup", "plugin_call", "follow_up", "notice")
    assert found == counted.Figures(dict.fromkeys(names, NOTHING), 0, 0, 0, timedelta())


def test_work_is_counted_once_its_moment_has_come(any_store: Store) -> None:
    for code in ("A-1", "A-2"):
        opened(any_store, code)
    story = opened(any_store, "A-3")
    commit(any_store, story.later().claim().close().take())
    now = START + 2 * HOUR
    before = any_store.read(lambda reader: reader.work_in_hand(now - HOUR, FRESH))
    assert before.boxes["wakeup"] == NOTHING
    found = any_store.read(lambda reader: reader.work_in_hand(now + HOUR, FRESH))
    assert found.boxes["wakeup"] == BoxFigures(2, now, 0)
    assert found.boxes["plugin_call"].due == 2, "what the end took back is no work"
    assert (found.open_cases, found.late) == (2, 2)


def test_what_was_given_up_is_no_work_and_a_dead_letter(any_store: Store) -> None:
    opened(any_store, "A-1")

    def bury(table: object, **dead: object) -> None:
        any_store.transact(lambda tx: tx.connection.execute(update(table).values(**dead)))  # type: ignore[arg-type]

    bury(wakeup, dead=1)
    bury(plugin_call, status="dead")
    found = any_store.read(lambda reader: reader.work_in_hand(START + 9 * HOUR, FRESH))
    assert found.boxes["wakeup"] == BoxFigures(0, None, 1)
    assert found.boxes["plugin_call"] == BoxFigures(0, None, 1)
    assert found.late == 0
    letters = any_store.read(lambda reader: reader.dead_letters())
    assert {letter.box for letter in letters} == {"wakeup", "plugin_call"}


def test_workers_and_downtime(any_store: Store) -> None:
    for at in (START, START + HOUR):
        any_store.transact(lambda tx, at=at: tx.beat("one", at, FRESH))  # type: ignore[misc]
    any_store.transact(lambda tx: tx.beat("two", START + HOUR, FRESH))
    found = any_store.read(lambda reader: reader.work_in_hand(START + HOUR, FRESH))
    assert (found.workers, found.down) == (2, HOUR)


def test_steps_are_told_once_from_where_one_stands(any_store: Store) -> None:
    story = opened(any_store, "A-1")
    since = any_store.read(lambda reader: reader.position())
    assert any_store.read(lambda reader: reader.steps_taken(since)) == ([], since)
    commit(any_store, story.later().claim().take())
    taken, since = any_store.read(lambda reader: reader.steps_taken(since))
    assert taken == [Taken("housing", "claim", HOUR)]
    assert any_store.read(lambda reader: reader.steps_taken(since))[0] == []


def test_who_stayed_away_long_catches_up_in_steps(
    any_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counted, "_AT_ONCE", 4)
    since = any_store.read(lambda reader: reader.position())
    for number in range(3):
        story = Story(f"A-{number}").register().offer()
        commit(any_store, story.later((number + 1) * HOUR).claim().take())
    found = []
    for _look in range(6):
        taken, since = any_store.read(lambda reader, since=since: reader.steps_taken(since))  # type: ignore[misc]
        found.append(taken)
    assert max(map(len, found)) == 1
    assert [each.after for taken in found for each in taken] == [HOUR, 2 * HOUR, 3 * HOUR]


def test_a_sealed_case_is_in_no_step(any_store: Store) -> None:
    story = opened(any_store, "A-1")
    since = any_store.read(lambda reader: reader.position())
    any_store.transact(
        lambda tx: tx.connection.execute(update(case_file).values(sealed="discipline"))
    )
    story.later().claim()
    resolution, before = story.take()
    any_store.transact(lambda tx: tx.commit_resolution(resolution, expected_version=before))
    any_store.transact(
        lambda tx: tx.connection.execute(update(case_file).values(sealed="discipline"))
    )
    assert any_store.read(lambda reader: reader.steps_taken(since))[0] == []
