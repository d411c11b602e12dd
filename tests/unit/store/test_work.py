"""Claims: leases, fences, counts, dead letters, fairness."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import nullcontext
from datetime import datetime, timedelta
from threading import Event

import pytest

from referral_engine.model.command import CallFailed
from referral_engine.model.outcome import Call
from referral_engine.store import Claimed, ClaimedWakeup, Conflict, Store, Tx
from tests.unit.store.story import HOUR, START, Story, commit, opened

LEASE = timedelta(minutes=1)
DUE = START + 2 * HOUR


def wakeups(store: Store, now: datetime, limit: int = 10) -> list[ClaimedWakeup]:
    return store.transact(lambda tx: tx.claim_wakeups(now, limit, LEASE))


def calls(
    store: Store, now: datetime, limit: int = 10, per_unit: int | None = None
) -> list[Claimed[Call]]:
    return store.transact(lambda tx: tx.claim_calls(now, limit, LEASE, per_unit))


def test_a_case_is_looked_at_when_it_is_due_and_by_one_only(any_store: Store) -> None:
    opened(any_store, "A-1")
    assert any_store.read(lambda r: r.next_due()) == START  # its plugin call
    assert wakeups(any_store, DUE - LEASE) == []
    assert wakeups(any_store, DUE) == [ClaimedWakeup("A-1", 1, 1, DUE)]
    assert wakeups(any_store, DUE + LEASE / 2) == []


def test_a_lease_that_ran_out_is_given_anew_and_the_stale_owner_completes_nothing(
    any_store: Store,
) -> None:
    opened(any_store, "A-1")
    (stale,) = wakeups(any_store, DUE)
    (fresh,) = wakeups(any_store, DUE + LEASE)
    assert (fresh.fence, fresh.claims) == (2, 2)
    for fence, counts in ((stale.fence, False), (fresh.fence, True), (fresh.fence, False)):
        with nullcontext() if counts else pytest.raises(Conflict):
            any_store.transact(lambda tx, f=fence: tx.done_wakeup("A-1", f))


def test_what_a_stale_owner_wrote_is_given_up_and_nothing_else_of_the_commit(
    any_store: Store,
) -> None:
    stories = [opened(any_store, "A-1"), opened(any_store, "A-2")]
    wakeups(any_store, DUE)
    claimed = {each.code: each for each in wakeups(any_store, DUE + LEASE)}

    def handle(story: Story, fence: int) -> Future[None]:
        resolution, before = story.later().claim().take()

        def write(tx: Tx) -> None:
            tx.commit_resolution(resolution, expected_version=before)
            tx.done_wakeup(resolution.case.code, fence)

        return any_store.write(write)

    gate = Event()
    any_store.write(lambda tx: gate.wait())  # so that both share a commit
    stale = handle(stories[0], claimed["A-1"].fence - 1)
    fresh = handle(stories[1], claimed["A-2"].fence)
    gate.set()
    with pytest.raises(Conflict):
        stale.result()
    fresh.result()
    assert [len(any_store.read(lambda r, c=c: r.events(c))) for c in ("A-1", "A-2")] == [4, 6]


def test_the_only_daemon_does_not_wait_for_the_leases_of_its_predecessor(any_store: Store) -> None:
    opened(any_store, "A-1")
    opened(any_store, "A-2")
    (call,) = calls(any_store, START, limit=1)
    failed, killed = sorted(wakeups(any_store, DUE), key=lambda each: each.code)
    later = DUE + LEASE
    assert any_store.transact(lambda tx: tx.failed_wakeup("A-1", failed.fence, "disk full", later))
    assert any_store.transact(lambda tx: tx.release_claims()) == 2
    assert wakeups(any_store, DUE) == [ClaimedWakeup("A-2", 2, 2, DUE)]  # counted all the same
    again = next(each for each in calls(any_store, START) if each.item_id == call.item_id)
    assert (again.fence, again.claims) == (2, 2)
    with pytest.raises(Conflict):
        any_store.transact(lambda tx: tx.done_wakeup("A-2", killed.fence))


def test_the_dead_predecessor_serves_no_department(any_store: Store) -> None:
    """The next daemon may lack its plugin: called all the same, each call failed by a KeyError."""
    before = START - LEASE
    any_store.transact(lambda tx: tx.beat("embedded", START, LEASE, ["police"]))
    assert any_store.read(lambda reader: reader.served(before)) == {"police"}
    any_store.transact(lambda tx: tx.release_claims())
    assert any_store.read(lambda reader: reader.served(before)) == set()


def test_what_kills_its_worker_takes_nothing_else_along(any_store: Store) -> None:
    """All that was in one hand with it was claimed in vain as often: it must not go on so."""
    for number in range(5):
        opened(any_store, f"A-{number}")
    done: list[str] = []
    for _death in range(30):
        claimed = wakeups(any_store, DUE)
        if any(each.code == "A-2" for each in claimed):  # the one that kills
            any_store.transact(lambda tx: tx.release_claims())
            continue
        for each in claimed:
            done.append(each.code)
            any_store.transact(
                lambda tx, e=each: tx.failed_wakeup(e.code, e.fence, "x", DUE + 30 * LEASE)
            )
    assert sorted(done) == ["A-0", "A-1", "A-3", "A-4"]
    with any_store.reading() as reader:
        (letter,) = reader.dead_letters()
    assert (letter.case_code, letter.claims) == ("A-2", 8)


def test_what_left_word_is_tried_again_with_the_others(any_store: Store) -> None:
    """A recipient that cannot be reached kills nobody: one at a time would take for ever."""
    notices = [Story(f"A-{n}").register().offer() for n in range(4)]
    for story in notices:
        commit(any_store, story.take(notices=[story.notice("mayor")]))
    now = START
    for _try in range(4):
        taken = any_store.transact(lambda tx, at=now: tx.claim_notices(at, 50, LEASE))
        assert len(taken) == 4
        now += LEASE
        for each in taken:
            any_store.transact(lambda tx, e=each, at=now: tx.failed_notice(e, "away", "", at))


def test_what_the_database_was_to_blame_for_is_not_counted(any_store: Store) -> None:
    opened(any_store, "A-1")
    (call,) = calls(any_store, START, limit=1)
    looks = wakeups(any_store, DUE)
    any_store.transact(lambda tx: tx.let_go([], [call], [], looks))
    assert wakeups(any_store, DUE) == [ClaimedWakeup("A-1", 2, 1, DUE)]
    (again,) = calls(any_store, START)
    assert (again.item_id, again.fence, again.claims) == (call.item_id, 2, 1)
    any_store.transact(lambda tx: tx.let_go([], [call], [], looks))
    assert calls(any_store, START) == [], "a stale owner lets go nothing"
    assert wakeups(any_store, DUE) == []


def test_a_done_wakeup_stands_at_what_the_case_says_is_next(any_store: Store) -> None:
    story = opened(any_store, "A-1")
    (claimed,) = wakeups(any_store, DUE)
    story.now = DUE
    resolution, before = story.claim().offer(2, due=5 * HOUR).take()

    def handle(tx: Tx) -> None:
        tx.commit_resolution(resolution, expected_version=before)
        tx.done_wakeup("A-1", claimed.fence)

    any_store.transact(handle)
    assert wakeups(any_store, DUE + 4 * HOUR) == []
    assert wakeups(any_store, DUE + 5 * HOUR) == [ClaimedWakeup("A-1", 2, 1, DUE + 5 * HOUR)]


def test_a_case_that_never_gets_on_ends_in_the_dead_letter(any_store: Store) -> None:
    opened(any_store, "A-1")
    for turn in range(3):
        (claimed,) = any_store.transact(lambda tx: tx.claim_wakeups(DUE, 10, LEASE, 3))
        assert claimed.claims == turn + 1
        any_store.transact(lambda tx, f=claimed.fence: tx.done_wakeup("A-1", f))
    assert any_store.transact(lambda tx: tx.claim_wakeups(DUE, 10, LEASE, 3)) == []
    (letter,) = any_store.read(lambda r: r.dead_letters())
    assert (letter.box, letter.case_code, letter.claims) == ("wakeup", "A-1", 3)
    assert any_store.transact(lambda tx: tx.requeue("wakeup", "A-1", DUE))
    assert [c.code for c in wakeups(any_store, DUE)] == ["A-1"]


def test_a_wakeup_given_back_waits_until_its_time(store: Store) -> None:
    opened(store, "A-1")
    (claimed,) = wakeups(store, DUE)
    assert store.transact(
        lambda tx: tx.failed_wakeup("A-1", claimed.fence, "disk full", DUE + 3 * LEASE)
    )
    assert wakeups(store, DUE + 2 * LEASE) == []
    assert [c.claims for c in wakeups(store, DUE + 3 * LEASE)] == [2]


def test_nothing_due_means_no_wakeup(store: Store) -> None:
    commit(store, Story("A-1").register().take())
    assert wakeups(store, DUE + 1000 * HOUR) == []
    assert store.read(lambda r: r.next_due()) is None


def test_next_due_is_the_end_of_the_lease_of_what_is_in_hand(any_store: Store) -> None:
    story = Story("A-1").register().offer()
    commit(any_store, story.take())
    assert any_store.read(lambda r: r.next_due()) == DUE
    wakeups(any_store, DUE)
    assert any_store.read(lambda r: r.next_due()) == DUE + LEASE
    commit(any_store, Story("A-2").register().offer().take())
    assert any_store.read(lambda r: r.next_due()) == DUE


def test_a_call_is_made_until_it_is_done(any_store: Store) -> None:
    story = opened(any_store, "A-1")
    (first,) = calls(any_store, START)
    assert first.work == story.call()
    retry = START + HOUR
    outcome = any_store.transact(
        lambda tx: tx.failed_call(first, "timed out", "Traceback", START, retry)
    )
    assert outcome == "retry"
    assert not any_store.transact(lambda tx: tx.done_call(first.item_id, first.fence))
    assert calls(any_store, retry - LEASE) == []
    (second,) = calls(any_store, retry)
    assert (second.work, second.claims, second.fence) == (story.call(), 2, 2)
    assert any_store.transact(lambda tx: tx.done_call(second.item_id, second.fence))
    assert calls(any_store, retry + HOUR) == []


def test_a_stale_owner_of_a_call_neither_ends_it_nor_gives_it_back(any_store: Store) -> None:
    opened(any_store, "A-1")
    (stale,) = calls(any_store, START)
    (fresh,) = calls(any_store, START + LEASE)
    assert not any_store.transact(lambda tx: tx.done_call(stale.item_id, stale.fence))
    given_back = any_store.transact(lambda tx: tx.failed_call(stale, "late", "", START, START))
    assert given_back == "stale"
    assert any_store.transact(lambda tx: tx.done_call(fresh.item_id, fresh.fence))


def test_an_answer_after_the_case_closed_is_late(any_store: Store) -> None:
    story = opened(any_store, "A-1")
    (claimed,) = calls(any_store, START)
    commit(any_store, story.close().take())
    assert not any_store.transact(lambda tx: tx.done_call(claimed.item_id, claimed.fence))
    late = any_store.transact(lambda tx: tx.failed_call(claimed, "x", "", START, START))
    assert late == "stale"


@pytest.mark.parametrize("crashed", [True, False])
def test_a_call_given_up_tells_its_case(any_store: Store, crashed: bool) -> None:
    """Once by claims alone, for a worker that dies says nothing; once by what it says."""
    opened(any_store, "A-1")

    def attempt(now: datetime) -> int:
        taken = any_store.transact(lambda tx: tx.claim_calls(now, 10, LEASE, max_claims=3))
        for each in taken if not crashed else ():
            any_store.transact(
                lambda tx, e=each: tx.failed_call(e, "boom", "trace", now, now, max_claims=3)
            )
        return len(taken)

    assert [attempt(START + n * LEASE) for n in range(4)] == [1, 1, 1, 0]
    now = START + 4 * LEASE
    (letter,) = any_store.read(lambda r: r.dead_letters())
    assert (letter.box, letter.key, letter.claims) == ("plugin_call", "A-1-1/offered/1", 3)
    (told,) = any_store.transact(lambda tx: tx.claim_follow_ups(now, 10, LEASE))
    assert told.work.case == "A-1"
    assert isinstance(told.work.command, CallFailed)
    assert told.work.command.referral == "A-1-1"
    assert told.work.command.error == ("claimed 3 times without an answer" if crashed else "boom")
    any_store.transact(lambda tx: tx.done_follow_up(told.item_id, told.fence))
    assert any_store.transact(lambda tx: tx.requeue("plugin_call", letter.item_id, now))
    assert [attempt(now + n * LEASE) for n in range(4)] == [1, 1, 1, 0]
    again = any_store.transact(lambda tx: tx.claim_follow_ups(now + 4 * LEASE, 10, LEASE))
    assert [each.work.command for each in again] == [told.work.command]


def test_a_long_queue_of_one_unit_does_not_keep_the_others_out(any_store: Store) -> None:
    story = Story("A-1").register()
    for number in range(1, 9):
        story.offer(number)
    slow = [story.call(number=number) for number in range(1, 9)]
    other = Call("A-1-9/offered/1", "A-1", "police", "A-1-9", "offered")
    commit(any_store, story.take(calls=[*slow, other]))
    units = [c.work.unit for c in calls(any_store, START, limit=4, per_unit=2)]
    assert sorted(units) == ["housing-east", "housing-east", "police"]
    assert calls(any_store, START, limit=4, per_unit=2) == []
    assert any_store.read(lambda r: r.waiting_calls()) == {"housing-east": 8, "police": 1}
    again = calls(any_store, START + LEASE, limit=3, per_unit=5)
    assert sorted(c.work.unit for c in again) == ["housing-east", "housing-east", "police"]


def test_a_follow_up_is_done_once_and_then_forgets_what_it_said(any_store: Store) -> None:
    story = Story("A-1").register()
    follow = story.follow("B-1")
    commit(any_store, story.take(follow_ups=[follow]))
    (claimed,) = any_store.transact(lambda tx: tx.claim_follow_ups(START, 10, LEASE))
    assert claimed.work == follow.request
    any_store.transact(lambda tx: tx.done_follow_up(claimed.item_id, claimed.fence))
    with pytest.raises(Conflict):
        any_store.transact(lambda tx: tx.done_follow_up(claimed.item_id, claimed.fence))
    commit(any_store, story.later().offer().take(follow_ups=[follow]))
    assert any_store.transact(lambda tx: tx.claim_follow_ups(START + HOUR, 10, LEASE)) == []


def test_a_notice_waits_for_the_end_of_the_quiet_hours(any_store: Store) -> None:
    story = Story("A-1").register()
    morning = START + 10 * HOUR
    quiet, plain = story.notice("1", morning), story.notice("2")
    commit(any_store, story.take(notices=[quiet, plain]))

    def claim(now: datetime) -> list[str]:
        taken = any_store.transact(lambda tx: tx.claim_notices(now, 10, LEASE))
        for each in taken:
            any_store.transact(lambda tx, e=each: tx.done_notice(e.item_id, e.fence))
        return [each.work.key for each in taken]

    assert claim(START) == [plain.key]
    assert claim(morning) == [quiet.key]


def test_a_failed_notice_is_sent_again(store: Store) -> None:
    story = Story("A-1").register()
    commit(store, story.take(notices=[story.notice()]))
    (claimed,) = store.transact(lambda tx: tx.claim_notices(START, 10, LEASE, per_recipient=1))
    failed = store.transact(lambda tx: tx.failed_notice(claimed, "unreachable", "", START + HOUR))
    assert failed == "retry"
    assert len(store.transact(lambda tx: tx.claim_notices(START + HOUR, 10, LEASE))) == 1


# -- turns ------------------------------------------------------------------------------------
def queued(store: Store, **queues: int) -> None:
    """So many calls for each unit, all due, those of the first unit put in first."""
    story = Story("A-1").register()
    made = [
        Call(f"A-1-{unit}-{n}/offered/1", "A-1", unit, f"A-1-{unit}-{n}", "offered")
        for unit, count in queues.items()
        for n in range(count)
    ]
    commit(store, story.take(calls=made))


def turn(store: Store, after: str = "", without: tuple[str, ...] = ()) -> str:
    """Which unit is called next; empty where none may be."""
    found = store.transact(
        lambda tx: tx.claim_calls(START, 1, LEASE, 1, after=after, without=without)
    )
    return found[0].work.unit if found else ""


def test_units_take_turns_however_long_their_queues_are(any_store: Store) -> None:
    queued(any_store, c=30, a=2, b=1)
    served, last = [], ""
    for _turn in range(5):
        now = START + LEASE * 0
        (claimed,) = any_store.transact(
            lambda tx, n=now, u=last: tx.claim_calls(n, 1, LEASE, 1, after=u)
        )
        last = claimed.work.unit
        served.append(last)
        any_store.transact(lambda tx, x=claimed: tx.done_call(x.item_id, x.fence))
    assert served == ["a", "b", "c", "a", "c"]


def test_a_unit_with_a_call_in_hand_has_no_turn(any_store: Store) -> None:
    queued(any_store, a=5, b=5)
    assert [turn(any_store) for _turn in range(3)] == ["a", "b", ""]


def test_units_left_out_are_not_claimed_and_nothing_is_counted(any_store: Store) -> None:
    queued(any_store, a=5, b=5)
    assert turn(any_store, without=("a", "b", "unknown")) == ""
    assert turn(any_store, without=("a",)) == "b"
    (first,) = calls(any_store, START, limit=1)
    assert (first.work.unit, first.claims) == ("a", 1)


def test_when_each_unit_is_next_called(any_store: Store) -> None:
    queued(any_store, a=2, b=1)
    assert any_store.read(lambda r: r.next_calls()) == {"a": START, "b": START}
    assert any_store.read(lambda r: r.next_call_end()) is None
    assert (turn(any_store), turn(any_store)) == ("a", "b")
    assert any_store.read(lambda r: r.next_calls()) == {"a": START}, "b has one, in hand"
    assert any_store.read(lambda r: r.next_call_end()) == START + LEASE


def test_a_forgiven_try_does_not_count(any_store: Store) -> None:
    queued(any_store, a=1)
    for _try in range(10):
        (claimed,) = calls(any_store, START)
        assert claimed.claims == 1
        came_to = any_store.transact(
            lambda tx, x=claimed: tx.failed_call(x, "down", "", START, START, forgiven=True)
        )
        assert came_to == "retry"


def test_what_a_turn_reads_does_not_grow_with_what_waits(store: Store) -> None:
    """The pages SQLite looks at, counted by its own steps: no measure of time."""
    queued(store, a=1, b=1)
    few = steps(store)
    queued_more = [
        Call(f"A-2-{n}/offered/1", "A-2", "ab"[n % 2], f"A-2-{n}", "offered") for n in range(3_000)
    ]
    commit(store, Story("A-2").register().take(calls=queued_more))
    assert steps(store) <= 2 * few


def steps(store: Store) -> int:
    """How many instructions SQLite executes for a turn in which two units have calls in hand."""

    def counted(tx: Tx) -> int:
        for _unit in range(2):
            tx.claim_calls(START, 1, LEASE, 1)
        driver = tx.connection.connection.driver_connection
        assert driver is not None
        count = 0

        def step() -> int:
            nonlocal count
            count += 1
            return 0

        driver.set_progress_handler(step, 1)
        assert tx.claim_calls(START, 1, LEASE, 1) == []
        driver.set_progress_handler(None, 1)
        raise Counted(count)

    try:
        store.transact(counted)
    except Counted as done:
        return done.steps
    raise AssertionError("not counted")


class Counted(Exception):
    """Takes the claims back."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
