"""What a transaction keeps, what it refuses, and what it shows to the next command."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select

from referral_engine.flow.apply import apply
from referral_engine.model import event as e
from referral_engine.model.outcome import Resolution
from referral_engine.store import Ahead, Conflict, Keyring, Seen, Store, Tx
from referral_engine.store.audit import verify
from referral_engine.store.chain import GENESIS, canonical, chained
from referral_engine.store.tables import plugin_call
from tests.unit.store.conftest import KEY
from tests.unit.store.story import HOUR, START, Story, commit, opened


def statuses(store: Store) -> dict[str, str]:
    with store.reading() as reader:
        query = select(plugin_call.c.effect_key, plugin_call.c.status)
        return {row.effect_key: row.status for row in reader.connection.execute(query)}


def test_a_case_comes_back_as_it_was_committed(any_store: Store) -> None:
    story = Story("A-1").register().offer()
    head = commit(any_store, story.take(content={"issue": "屋顶漏水"}))
    with any_store.reading() as reader:
        assert reader.load("A-1") == (story.case, head)
        assert reader.events("A-1") == story.events
        assert reader.content("A-1") == {"issue": "屋顶漏水"}
        assert reader.referral_case("A-1-1") == "A-1"
        assert reader.load("A-2") is None


def test_every_event_is_chained_to_the_one_before(store: Store) -> None:
    story = opened(store, "A-1").later().claim()
    head = commit(store, story.take())
    expected = GENESIS
    with store.reading() as reader:
        for stored, told in zip(reader.timeline("A-1"), story.events, strict=True):
            expected = chained(expected, canonical(told))
            assert stored.hash == expected
    assert head == expected


def test_a_decision_on_an_old_version_is_a_conflict(any_store: Store) -> None:
    opened(any_store, "A-1")
    stale = Story("A-1").register()
    stale.committed = 1
    with pytest.raises(Conflict, match="A-1"):
        commit(any_store, stale.take())
    with pytest.raises(Conflict):
        commit(any_store, Story("A-1").register().take())
    with pytest.raises(Conflict):
        commit(any_store, stale.later().claim().take())


def test_several_commands_on_one_case_leave_it_as_the_last_does(any_store: Store) -> None:
    """Its file is written once, and still held against the version the first was decided on."""
    story = opened(any_store, "A-1")
    taken = [story.later().claim().take(), story.later().tell_link("B-1").take()]

    def several(tx: Tx) -> None:
        for resolution, version in taken:
            tx.commit_resolution(resolution, expected_version=version)

    any_store.transact(several)
    with any_store.reading() as reader:
        loaded = reader.load("A-1")
        assert loaded is not None
        assert loaded.case == story.case
        assert reader.events("A-1") == story.events
    assert list(verify(any_store.engine, None)) == []
    with pytest.raises(Conflict):
        any_store.transact(several)


def test_two_processes_cannot_both_write_the_next_event(any_url: str) -> None:
    with Store.open(any_url) as first, Store.open(any_url) as second:
        story = opened(first, "A-1")
        rival = Story("A-1").register().offer().claim()
        rival.committed = story.committed
        commit(first, story.claim().take())
        with pytest.raises(Conflict):
            commit(second, rival.take())
        with second.reading() as reader:
            assert reader.events("A-1") == story.events


@pytest.mark.postgres
def test_what_another_process_wrote_since_it_was_read_is_a_conflict(postgres_url: str) -> None:
    """On SQLite nobody can write in between; on PostgreSQL the version in the row decides."""
    with Store.open(postgres_url) as first, Store.open(postgres_url) as second:
        story = opened(first, "A-1")
        rival = Story("A-1").register().offer().tell(e.Sealed("accusation"))
        rival.committed = story.committed
        late, winner = rival.take(), story.claim().take()
        raced: list[bytes] = []

        def race(tx: Tx) -> None:
            assert tx.load("A-1") is not None
            if not raced:
                raced.append(commit(second, winner))
            tx.commit_resolution(late[0], expected_version=late[1])

        with pytest.raises(Conflict):
            first.transact(race)
        assert first.read(lambda r: r.events("A-1")) == story.events


@pytest.mark.parametrize("at_once", [False, True], ids=["at the commit", "by a statement"])
@pytest.mark.postgres
def test_a_command_that_met_another_process_is_decided_again(
    postgres_url: str, at_once: bool
) -> None:
    """It reads the case anew; who shares the commit is kept."""
    with Store.open(postgres_url) as ours, Store.open(postgres_url) as theirs:
        story = opened(ours, "A-1")
        seen: list[int] = []

        def link(tx: Tx) -> None:
            loaded = tx.load("A-1")
            assert loaded is not None
            seen.append(loaded.case.version)
            if len(seen) == 1:
                commit(theirs, story.tell_link("B-1").take())
            event = msgspec.structs.replace(
                story.events[-1], seq=loaded.case.version + 1, body=e.Linked("B-2", "alike")
            )
            case = apply(loaded.case, event)
            tx.commit_resolution(Resolution(case=case, events=(event,)), expected_version=seen[-1])
            if at_once:
                tx.connection.execute(select(1))

        gate = threading.Event()
        held = ours.write(lambda _tx: gate.wait(10))
        futures = [ours.write(link), ours.write(lambda tx: tx.keep_org("hash", {}, START))]
        gate.set()
        assert held.result()
        assert [future.result() for future in futures] == [None, True]
        assert seen[0] + 1 == seen[-1]
        assert ours.read(lambda r: sorted(r.links("A-1"))) == ["B-1", "B-2"]


def test_a_failing_command_leaves_nothing_and_spoils_nobody(any_store: Store) -> None:
    """All three share a commit: the writer is held up until they wait together."""
    gate = threading.Event()
    waiting = any_store.write(lambda tx: gate.wait(10))

    def failing(tx: Tx) -> None:
        resolution, before = Story("B-1").register().take(content={"issue": "x"})
        tx.commit_resolution(resolution, expected_version=before)
        assert tx.count() == 2  # what was gathered is written before it is asked for
        raise LookupError("no")

    def good(code: str) -> Future[bytes]:
        resolution, before = Story(code).register().take()
        return any_store.write(lambda tx: tx.commit_resolution(resolution, expected_version=before))

    first, broken, last = good("A-1"), any_store.write(failing), good("C-1")
    gate.set()
    assert waiting.result()
    assert first.result()
    assert last.result()
    with pytest.raises(LookupError):
        broken.result()
    with any_store.reading() as reader:
        assert sorted(line.code for line in reader.cases()) == ["A-1", "C-1"]
        assert reader.content("B-1") == {}


def test_a_conflict_found_at_the_commit_is_that_of_its_command_alone(any_store: Store) -> None:
    """The key is taken in the database, which only the write itself finds out."""
    commit(any_store, Story("A-0").register().take(), principal_id="p", key="k")
    gate = threading.Event()
    any_store.write(lambda tx: gate.wait(10))

    def write(code: str, key: str) -> Future[bytes]:
        resolution, before = Story(code).register().take()
        return any_store.write(
            lambda tx: tx.commit_resolution(
                resolution, expected_version=before, principal_id="p", key=key
            )
        )

    first, broken, last = write("A-1", "k1"), write("A-2", "k"), write("A-3", "k3")
    gate.set()
    assert first.result()
    assert last.result()
    with pytest.raises(Conflict):
        broken.result()
    codes = [line.code for line in any_store.read(lambda r: r.cases())]
    assert sorted(codes) == ["A-0", "A-1", "A-3"]


def test_later_commands_of_one_commit_see_the_earlier(any_store: Store) -> None:
    story = Story("A-1").register()
    first, second = story.take(content={"issue": "x"}), story.later().offer().take()

    def both(tx: Tx) -> None:
        tx.commit_resolution(
            first[0], expected_version=0, principal_id="p", key="k", body_hash=b"b", result=b"r"
        )
        tx.remember_intake("12345", "s-1", b"b", "A-1")
        assert tx.seen("p", "k") == Seen(b"b", b"r")
        assert tx.intake_seen("12345", "s-1") == (b"b", "A-1")
        assert tx.load("A-1") is not None
        same = {"category": "D15", "reporter": "digest-1"}
        assert tx.repeats(same, same, START, START + HOUR) == 1
        tx.commit_resolution(second[0], expected_version=second[1])
        assert tx.content("A-1") == {"issue": "x"}

    any_store.transact(both)
    with any_store.reading() as reader:
        assert reader.events("A-1") == story.events
        assert reader.seen("p", "k") == (b"b", b"r")
        assert reader.seen("p", "other") is None
        assert reader.intake_seen("12345", "s-1") == (b"b", "A-1")


def test_the_same_key_twice_is_a_conflict_not_a_second_answer(any_url: str) -> None:
    with Store.open(any_url) as store:
        commit(store, Story("A-1").register().take(), principal_id="p", key="k")
        with pytest.raises(Conflict):
            commit(store, Story("A-2").register().take(), principal_id="p", key="k")
        with store.reading() as reader:
            assert reader.load("A-2") is None


def test_calls_are_put_in_once_under_their_key(any_store: Store) -> None:
    story = opened(any_store, "A-1")
    commit(any_store, story.later().claim().take(calls=[story.call(), story.call("escalated")]))
    assert statuses(any_store) == {"A-1-1/offered/1": "pending", "A-1-1/escalated/1": "pending"}


def test_no_call_starts_after_close_but_what_withdraws(any_store: Store) -> None:
    story = opened(any_store, "A-1")
    taken = story.later().close().take(calls=[story.call("withdraw"), story.call("escalated")])
    commit(any_store, taken)
    assert statuses(any_store) == {"A-1-1/offered/1": "void", "A-1-1/withdraw/1": "pending"}
    lease = timedelta(minutes=1)
    claimed = any_store.transact(lambda tx: tx.claim_calls(story.now, 10, lease))
    assert [each.work.verb for each in claimed] == ["withdraw"]


def test_a_call_taken_back_while_it_is_made_is_in_nobody_s_hand(any_store: Store) -> None:
    story = opened(any_store, "A-1")
    lease = timedelta(minutes=1)
    (held,) = any_store.transact(lambda tx: tx.claim_calls(START, 1, lease))
    commit(any_store, story.later().close().take())
    with any_store.reading() as reader:
        leases = reader.connection.execute(select(plugin_call.c.status, plugin_call.c.lease_until))
        assert [tuple(row) for row in leases] == [("void", 0)]
    assert not any_store.transact(lambda tx: tx.done_call(held.item_id, held.fence)), "late"


def test_a_cancelled_referral_takes_back_its_own_calls_only(any_store: Store) -> None:
    story = Story("A-1").register().offer(1).offer(2, unit="police")
    commit(any_store, story.take(calls=[story.call(number=1), story.call(number=2)]))
    commit(any_store, story.tell(e.Cancelled("A-1-1", "stood down")).take())
    assert statuses(any_store) == {"A-1-1/offered/1": "void", "A-1-2/offered/1": "pending"}


def test_calls_taken_back_in_the_commit_that_made_them(store: Store) -> None:
    story = Story("A-1").register().offer()
    first = story.take(calls=[story.call()])
    second = story.close().take(calls=[story.call("withdraw")])

    def both(tx: Tx) -> None:
        for resolution, before in (first, second):
            tx.commit_resolution(resolution, expected_version=before)

    store.transact(both)
    assert statuses(store) == {"A-1-1/withdraw/1": "pending"}


def test_what_is_written_by_many_threads_is_all_there(store: Store) -> None:
    def intake(lane: int) -> None:
        for number in range(20):
            commit(store, Story(f"{lane}-{number:02}").register().take())

    threads = [threading.Thread(target=intake, args=(lane,)) for lane in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as reader:
        assert reader.count() == 120


def test_a_transaction_cannot_start_another(store: Store) -> None:
    with pytest.raises(RuntimeError, match="another transaction"):
        store.transact(lambda tx: store.transact(lambda inner: None))


def test_a_closed_store_takes_nothing(store: Store) -> None:
    store.close()
    with pytest.raises(RuntimeError, match="closed"):
        store.write(lambda tx: None)


def test_the_view_of_a_reader_does_not_move(any_store: Store) -> None:
    opened(any_store, "A-1")
    with any_store.reading() as reader:
        assert reader.count() == 1
        opened(any_store, "A-2")
        assert reader.count() == 1
    assert any_store.read(lambda reader: reader.count()) == 2


@pytest.mark.parametrize("together", [True, False])
def test_a_case_that_only_moves_and_one_that_changes_are_both_whole(
    any_store: Store, together: bool
) -> None:
    """Whatever columns a change touches, and whether changes share a transaction."""
    story = opened(any_store, "A-1")
    late = e.AnsweredLate("A-1-1", "offered")
    changes = [story.later().tell(late).take(), story.later().claim().take()]
    changes.append(story.later().tell(late).take())

    def write(tx: Tx) -> None:
        for resolution, version in changes:
            tx.commit_resolution(resolution, expected_version=version)

    if together:
        any_store.transact(write)
    else:
        for resolution, version in changes:
            any_store.transact(
                lambda tx, r=resolution, v=version: tx.commit_resolution(r, expected_version=v)
            )
    assert list(verify(any_store.engine, None)) == []


def test_many_new_cases_of_one_commit_are_kept_to_the_letter(any_store: Store) -> None:
    """So many rows that PostgreSQL is given them as a copy, whose text has letters of its own."""
    words = "a\tb\\c\nd\\N\r\"'{},%s"
    stories = {code: Story(code).register().offer() for code in (f"M-{n:02}" for n in range(20))}

    def intake(tx: Tx) -> None:
        for code, story in stories.items():
            resolution, _before = story.take(content={"issue": words}, calls=[story.call()])
            tx.commit_resolution(
                resolution, expected_version=0, principal_id=words, key=code, result=b"\x00\\x5c"
            )

    any_store.transact(intake)
    with any_store.reading() as reader:
        for code, story in stories.items():
            assert reader.events(code) == story.events
            assert reader.content(code) == {"issue": words}
            assert reader.seen(words, code) == Seen(b"", b"\x00\\x5c")
    assert verify(any_store.engine) == []


def test_a_code_among_many_that_is_taken_is_a_conflict(any_store: Store) -> None:
    """Of those in one transaction with it nothing is kept, and they can be told again."""
    opened(any_store, "M-05")
    taken = [Story(f"M-{n:02}").register().offer().take() for n in range(20)]

    def intake(tx: Tx) -> None:
        for resolution, _before in taken:
            tx.commit_resolution(resolution, expected_version=0)

    with pytest.raises(Conflict):
        any_store.transact(intake)
    assert any_store.read(lambda reader: reader.count()) == 1


def test_senders_keys_of_one_commit_are_looked_up_together(any_store: Store) -> None:
    """A key that is known, one that is new, and one that comes twice in the same commit."""
    any_store.transact(lambda tx: tx.remember_intake("12345", "old", b"", "A-1"))
    gate = threading.Event()
    waiting = any_store.write(lambda tx: gate.wait(10))

    def ask(key: str, code: str) -> Future[str]:
        def intake(tx: Tx) -> str:
            if (before := tx.intake_seen("12345", key)) is not None:
                return before.case_code
            tx.remember_intake("12345", key, b"", code)
            return "new"

        return any_store.write(intake, Ahead(sent=("12345", key)))

    asked = [ask("old", "B-1"), ask("twice", "B-2"), ask("twice", "B-3"), ask("once", "B-4")]
    letter = ("letter", "old")
    other = any_store.write(lambda tx: tx.intake_seen(*letter), Ahead(sent=letter))
    gate.set()
    waiting.result()
    assert [each.result() for each in asked] == ["A-1", "new", "B-2", "new"]
    assert other.result() is None
    assert any_store.read(lambda reader: reader.intake_seen("12345", "once")) is not None


def test_cases_and_keys_looked_up_together_are_as_the_commands_before_left_them(
    any_store: Store,
) -> None:
    story = Story("A-1").register()
    commit(any_store, story.take())
    resolution, version = story.offer().take()
    any_store.transact(lambda tx: tx.remember_command("p", "old", b"hash", b"", "A-1"))
    gate = threading.Event()
    waiting = any_store.write(lambda tx: gate.wait(10))
    ahead = Ahead(case="A-1", key=("p", "new"))

    def change(tx: Tx) -> None:
        tx.commit_resolution(resolution, expected_version=version)
        tx.remember_command("p", "new", b"hash", b"", "A-1")

    def fail(tx: Tx) -> None:
        change(tx)
        raise KeyError("given up")

    def look(tx: Tx) -> tuple[int, bool, bool]:
        loaded = tx.load("A-1")
        assert loaded is not None
        old, new = (tx.seen("p", key) is not None for key in ("old", "new"))
        return loaded.case.version, old, new

    failed = any_store.write(fail, ahead)
    before = any_store.write(look, Ahead(case="A-1", key=("p", "old")))
    changed = any_store.write(change, ahead)
    after = any_store.write(look, ahead)
    gate.set()
    waiting.result()
    assert isinstance(failed.exception(), KeyError)
    assert changed.result() is None
    assert before.result() == (version, True, False)
    assert after.result() == (resolution.case.version, True, True)


def test_a_case_in_hand_is_read_again_once_somebody_else_has_changed_it(
    any_url: str, any_store: Store
) -> None:
    story = Story("A-1").register()
    commit(any_store, story.take())

    def versions(store: Store) -> list[int]:
        def look(tx: Tx) -> int:
            loaded = tx.load("A-1")
            assert loaded is not None
            return loaded.case.version

        gate = threading.Event()
        waiting = store.write(lambda tx: gate.wait(10))
        asked = [store.write(look, Ahead(case="A-1")) for _ in range(2)]
        gate.set()
        waiting.result()
        return [each.result() for each in asked]

    first = story.case.version
    assert versions(any_store) == [first, first]
    with Store.open(any_url, Keyring([KEY])) as elsewhere:
        commit(elsewhere, story.offer().take())
    assert versions(any_store) == [story.case.version] * 2 != [first, first]
