"""Questions of fact, lists, rule sets and the engine's own pulse."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Any

import pytest

from referral_engine.model import event as e
from referral_engine.store import START as BEGINNING
from referral_engine.store import Ahead, CaseFilter, Reader, Store, Terms, Tx, township_segment
from tests.unit.store.story import HOUR, START, Story, commit, opened

DAY = timedelta(days=1)
LATER = START + 100 * HOUR


def test_repeats_count_what_shares_every_value(any_store: Store) -> None:
    opened(any_store, "A-1")
    opened(any_store, "A-2", at=START + DAY)
    opened(any_store, "A-3", at=START + DAY, reporter="digest-2")
    opened(any_store, "A-4", at=START + DAY, territory="620922001002")
    sealed = Story("A-5").register().tell(e.Sealed("accusation"))
    commit(any_store, sealed.take())
    values = {"reporter": "digest-1", "category": "D15", "territory": "620922001001"}

    def count(*same: str, days: int = 2, **other: str) -> int:
        return any_store.read(
            lambda r: r.repeats(same, {**values, **other}, START, START + days * DAY)
        )

    assert count("reporter") == 3
    assert count("reporter", "category", "territory") == 2
    assert count("category", "territory") == 3
    assert count("category", "township") == 4
    assert count("category", "township", days=0) == 1
    assert count("reporter", reporter="") == 0
    with pytest.raises(KeyError):
        count("name")


def test_questions_of_a_window_go_through_an_index(store: Store) -> None:
    opened(store, "A-1")
    values = {"reporter": "digest-1", "category": "D15", "territory": "620922001001"}
    asked: list[str] = []
    with store.reading() as reader:
        raw: Any = reader.connection.connection.driver_connection
        raw.set_trace_callback(asked.append)
        for same in (["reporter"], ["category", "territory"]):
            reader.repeats(same, values, START, START + DAY)
        place = {"category": "D15", "territory": "620922001001"}
        reader.problem_history(**place, since=START, until=START + DAY)
        reader.own_history(category="D15", reporter="digest-1", since=START, until=START + DAY)
        for township in (True, False):
            reader.near_candidates(
                **place, around=START, within=DAY, whole_township=township, refs=()
            )
        raw.set_trace_callback(None)
        plans = [str(raw.execute(f"EXPLAIN QUERY PLAN {sql}").fetchone()[3]) for sql in asked]
    assert [plan.split(" (")[0] for plan in plans] == [
        "SEARCH case_file USING INDEX ix_case_file_reporter_received_at",
        "SEARCH case_file USING INDEX ix_case_file_territory_category_received_at",
        "SEARCH case_file USING INDEX ix_case_file_territory_category_received_at",
        "SEARCH case_file USING INDEX ix_case_file_reporter_received_at",
        "SEARCH case_file USING INDEX ix_case_file_category_township_received_at",
        "SEARCH case_file USING INDEX ix_case_file_territory_category_received_at",
    ]


def test_near_candidates_are_open_unsealed_and_of_the_place(any_store: Store) -> None:
    for code, told in {
        "A-1": {}, "A-2": {"territory": "620922001002"}, "A-3": {"territory": "620922002001"},
        "A-4": {"category": "D02"}, "A-5": {"at": START + 9 * DAY},
    }.items():  # fmt: skip
        opened(any_store, code, **told)
    commit(any_store, opened(any_store, "A-6").close().take())
    commit(any_store, opened(any_store, "A-7").tell(e.Sealed("minor")).take())

    def near(**more: object) -> dict[str, dict[str, str]]:
        asked = {"category": "D15", "territory": "620922001001", "around": START, "within": DAY}
        found = any_store.read(lambda r: r.near_candidates(**{**asked, **more}))  # type: ignore[arg-type]
        return {candidate.code: candidate.content for candidate in found}

    assert near() == {"A-1": {"issue": "text of A-1"}, "A-2": {"issue": "text of A-2"}}
    assert near(whole_township=False) == {"A-1": {"issue": "text of A-1"}}
    assert near(refs=["other"], limit=1).popitem()[1] == {}


def test_a_candidate_of_the_same_commit_is_seen_with_its_content(any_store: Store) -> None:
    resolution, before = Story("A-1").register().take(content={"issue": "x"})

    def ask(tx: object) -> list[dict[str, str]]:
        tx.commit_resolution(resolution, expected_version=before)  # type: ignore[attr-defined]
        found = tx.near_candidates(  # type: ignore[attr-defined]
            category="D15", territory="620922001001", around=START, within=DAY
        )
        return [candidate.content for candidate in found]

    assert any_store.transact(ask) == [{"issue": "x"}]


def test_the_history_of_a_problem_holds_closed_cases(any_store: Store) -> None:
    commit(any_store, opened(any_store, "A-1").close().take())
    opened(any_store, "A-2", at=START + DAY)
    commit(any_store, opened(any_store, "A-3", at=START + DAY).tell(e.Merged("A-2")).take())
    past = any_store.read(
        lambda r: r.problem_history(
            category="D15", territory="620922001001", since=START, until=START + 2 * DAY
        )
    )
    assert [(p.code, p.closed) for p in past] == [("A-2", False), ("A-1", True)]
    named = opened(any_store, "A-4").tell(e.ProblemNamed("S1", "county", 3))
    commit(any_store, named.take())
    assert any_store.read(lambda r: r.members("S1")) == ["A-4"]


def test_an_inbox_holds_what_a_unit_or_its_station_has_to_do(any_store: Store) -> None:
    opened(any_store, "A-1")
    story = Story("A-2").register().offer(due=HOUR)
    commit(any_store, story.take())
    commit(any_store, opened(any_store, "A-3").tell(e.Cancelled("A-3-1", "x")).take())
    for unit in ("housing", "housing-east"):
        lines = any_store.read(lambda r, u=unit: r.inbox(u))
        assert [(line.referral, line.due_name, line.due_at) for line in lines] == [
            ("A-2-1", "claim", START + HOUR), ("A-1-1", "claim", START + 2 * HOUR),
        ]  # fmt: skip
    assert any_store.read(lambda r: r.inbox("police")) == []
    now = START + 90 * timedelta(minutes=1)
    assert any_store.read(lambda r: r.workload("housing-east", now)) == (2, 1, 1)


def test_cases_are_listed_newest_first_page_by_page(any_store: Store) -> None:
    for number in range(5):
        opened(any_store, f"A-{number}", at=START + number * HOUR)
    commit(any_store, opened(any_store, "B-1", category="D02").close().take())

    def codes(limit: int = 50, **where: object) -> list[str]:
        asked = CaseFilter(**where)  # type: ignore[arg-type]
        return [line.code for line in any_store.read(lambda r: r.cases(limit, asked))]

    assert codes(2) == ["A-4", "A-3"]
    assert codes(2, before=(START + 3 * HOUR, "A-3")) == ["A-2", "A-1"]
    assert codes(open=False) == ["B-1"]
    assert codes(category="D0") == ["B-1"]
    assert codes(category="D%") == []
    assert codes(unit="housing-east", received_since=START + 4 * HOUR) == ["A-4"]
    assert codes(owner="centre") == ["B-1"]
    assert codes(sealed=True) == []
    assert len(codes(sealed=False)) == 6


def test_links_are_known_from_both_ends(any_store: Store) -> None:
    commit(any_store, opened(any_store, "A-1").tell_link("A-2").take())
    assert any_store.read(lambda r: r.links("A-1")) == ["A-2"]
    assert any_store.read(lambda r: r.links("A-2")) == ["A-1"]


def test_a_rule_set_is_kept_and_can_be_made_active_again(any_store: Store) -> None:
    assert any_store.read(lambda r: r.active_rule_set(START)) is None
    files = {"routing/a.yaml": "规则: 1"}

    def publish(digest: str, files: dict[str, str], reason: str) -> int:
        return any_store.transact(lambda tx: tx.publish(digest, files, "admin", reason, START))

    publish("h1", files, "first")
    publish("h2", {"b": "2"}, "second")
    publish("h1", {}, "roll back")
    with any_store.reading() as reader:
        assert reader.active_rule_set(START) == "h1"
        assert reader.rule_set("h1") == files
        assert reader.rule_set("h3") is None
        assert [p.reason for p in reader.publications()] == ["roll back", "second", "first"]
    with pytest.raises(KeyError):
        publish("h3", {}, "unknown")


def test_versions_of_the_organisation_are_kept_once(store: Store) -> None:
    assert store.transact(lambda tx: tx.keep_org("o1", {"org.yaml": "x"}, START))
    assert not store.transact(lambda tx: tx.keep_org("o1", {"org.yaml": "y"}, LATER))
    assert store.read(lambda r: r.org("o1")) == {"org.yaml": "x"}


def test_downtime_is_when_no_runner_was_alive(any_store: Store) -> None:
    gap = timedelta(minutes=5)

    def beat(runner: str, minutes: int) -> timedelta | None:
        now = START + timedelta(minutes=minutes)
        return any_store.transact(lambda tx: tx.beat(runner, now, gap))

    assert [beat("a", 0), beat("a", 4), beat("b", 8), beat("a", 12)] == [None] * 4
    assert beat("a", 72) == timedelta(hours=1)
    stopped = START + timedelta(minutes=12), START + timedelta(minutes=72)
    with any_store.reading() as reader:
        assert reader.downtime(START, LATER) == [stopped]
        half = START + timedelta(minutes=40)
        assert reader.downtime(half, LATER) == [(half, stopped[1])]
        assert reader.downtime(stopped[1], LATER) == []


def test_the_journal_goes_on_where_one_left_off(any_store: Store) -> None:
    opened(any_store, "A-1")
    first = list(any_store.read(lambda r: list(r.all_events(BEGINNING))))
    assert [s.event.seq for s in first] == [1, 2, 3, 4]
    opened(any_store, "A-2")
    rest = any_store.read(lambda r: list(r.all_events(first[-1].position)))
    assert [(s.event.case, s.event.seq) for s in rest] == [("A-2", n) for n in (1, 2, 3, 4)]


def test_a_township_is_the_first_nine_digits() -> None:
    assert township_segment("620922001001") == "620922001"
    assert township_segment("620922001001003") == "620922001"
    assert township_segment("6209") == "6209"
    assert township_segment("Dorchester") == "Dorchester"


def test_what_is_not_written_yet_is_in_every_answer(any_store: Store) -> None:
    """Within the transaction that makes them, new cases are found as they are after it."""
    opened(any_store, "A-1")
    opened(any_store, "A-2", at=START + HOUR, territory="620922001002")
    told = {
        "B-1": Story("B-1", at=START + 2 * HOUR).register().offer(),
        "B-2": Story("B-2", at=START + DAY, category="D02").register().offer(),
        "B-3": Story("B-3", at=START + 3 * HOUR).register().tell(e.Sealed("minor")),
        "B-4": Story("B-4", at=START + 4 * HOUR, territory="620922002001").register(),
    }

    def answers(reader: Reader) -> tuple[Any, ...]:
        values = {"reporter": "digest-1", "category": "D15", "territory": "620922001001"}
        window = {"since": START, "until": START + 2 * DAY}
        place = {"category": "D15", "territory": "620922001001"}
        near = {**place, "around": START, "within": DAY}
        return (
            [reader.repeats(same, values, **window) for same in (["reporter"], ["category"])],
            reader.near_candidates(**near),
            reader.near_candidates(**near, whole_township=False, limit=1),
            reader.near_candidates(**near, refs=()),
            reader.problem_history(**place, since=START, until=START + 2 * HOUR),
            reader.problem_history(**place, **window),
        )

    def intake(tx: Tx) -> tuple[Any, ...]:
        for code, story in told.items():
            resolution, _before = story.take(content={"issue": f"words of {code}", "more": "x"})
            tx.commit_resolution(resolution, expected_version=0)
        return answers(tx)

    inside = any_store.transact(intake)
    assert inside == any_store.read(answers)
    assert inside[1][0].content == {"issue": "words of B-1"}


def test_what_is_asked_ahead_is_answered_as_if_it_were_not(any_store: Store) -> None:
    """Each command of one commit sees the table, and what those before it made and closed."""
    for number in range(3):
        opened(any_store, f"A-{number}", at=START + number * HOUR)
    ended = opened(any_store, "A-3", at=START + 3 * HOUR)
    values = {"reporter": "digest-1", "category": "D15", "territory": "620922001001"}

    def answers(reader: Reader) -> tuple[Any, ...]:
        window = {"since": START, "until": START + DAY}
        place = {"category": "D15", "territory": "620922001001"}
        return (
            [reader.repeats(same, values, **window) for same in (["reporter"], ["category"])],
            reader.near_candidates(**place, around=START, within=DAY),
            reader.near_candidates(**place, around=START, within=DAY, limit=2),
            reader.problem_history(**place, **window),
        )

    def writing(story: Story | None) -> Future[tuple[Any, ...]]:
        taken = story.take(content={f"words of {story.code}": "x"}) if story else None

        def write(tx: Tx) -> tuple[Any, ...]:
            if taken is not None:
                tx.commit_resolution(taken[0], expected_version=taken[1])
            return answers(tx)

        return any_store.write(write, Ahead(history=lambda _tx, reader: answers(reader) and None))

    gate = threading.Event()
    waiting = any_store.write(lambda _tx: gate.wait(10))
    fresh = Story("B-1", at=START + 2 * HOUR).register().offer()
    before = any_store.read(answers)
    asked = [writing(None), writing(fresh), writing(ended.close()), writing(None)]
    gate.set()
    waiting.result()
    first, second, third, last = (each.result() for each in asked)
    assert any_store.traffic().commits - 5 <= 2, "they shared a commit"
    assert first == before
    assert second[0] == [5, 5]
    assert [c.code for c in second[1]] == ["A-3", "B-1", "A-2", "A-1", "A-0"]
    assert [c.content for c in second[1][:2]] == [{"issue": "text of A-3"}, {}]
    assert [c.code for c in third[1]] == ["B-1", "A-2", "A-1", "A-0"]
    assert third == last == any_store.read(answers)


def test_a_planned_publication_decides_from_its_moment_on(any_store: Store) -> None:
    def publish(digest: str, terms: Terms) -> int:
        files = {"routing/a.yaml": digest}
        return any_store.transact(lambda tx: tx.publish(digest, files, "a", "", START, terms))

    def active(now: datetime) -> str | None:
        return any_store.read(lambda reader: reader.active_rule_set(now))

    publish("old", Terms())
    planned = publish("new", Terms(at=START + 2 * HOUR))
    assert (active(START + HOUR), active(START + 2 * HOUR)) == ("old", "new")
    # Published meanwhile, and overtaken all the same.
    publish("between", Terms())
    assert (active(START + HOUR), active(START + 2 * HOUR)) == ("between", "new")
    # What took effect at once does so for a clock that stands before it, too.
    assert active(START - 24 * HOUR) == "between"
    late = START + 3 * HOUR
    assert not any_store.transact(lambda tx: tx.withdraw_publication(planned, "b", late))
    assert any_store.transact(lambda tx: tx.withdraw_publication(planned, "b", START + HOUR))
    assert active(late) == "between"


def test_what_waits_decides_nothing_until_another_confirms_it(any_store: Store) -> None:
    def publish(digest: str, terms: Terms) -> int:
        files = {"routing/a.yaml": digest}
        return any_store.transact(lambda tx: tx.publish(digest, files, "a", "", START, terms))

    def confirm(number: int, by: str, now: datetime) -> bool:
        return any_store.transact(lambda tx: tx.confirm_publication(number, by, now))

    def active(now: datetime) -> str | None:
        return any_store.read(lambda reader: reader.active_rule_set(now))

    publish("old", Terms())
    first = publish("first", Terms(waiting=True))
    second = publish("second", Terms(at=START + 4 * HOUR, waiting=True, evidence={"tests": 3}))
    assert active(START + 9 * HOUR) == "old"
    assert not any_store.read(lambda reader: reader.was_in_force("first", START + 9 * HOUR))
    assert not confirm(first, "a", START + HOUR)
    assert confirm(first, "b", START + HOUR)
    assert not confirm(first, "c", START + HOUR)
    assert confirm(second, "b", START + HOUR)
    assert (active(START + 2 * HOUR), active(START + 4 * HOUR)) == ("first", "second")
    kept = any_store.read(lambda reader: reader.publication(second))
    assert kept is not None
    assert (kept.state, kept.evidence, kept.confirmed_by) == ("planned", {"tests": 3}, "b")
    # Confirmed only after its moment, it is in force from the confirmation.
    third = publish("third", Terms(at=START + 5 * HOUR, waiting=True))
    assert confirm(third, "b", START + 6 * HOUR)
    found = any_store.read(lambda reader: reader.publication(third))
    assert found is not None
    assert (found.state, found.effective_at) == ("ready", START + 6 * HOUR)
