"""Workers on a real PostgreSQL: bells, leases, what the dead leave, what many do side by side."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from referral_engine import Claim, Department, Handler, Referral
from referral_engine.clock import DatabaseClock, SystemClock
from referral_engine.desk import Desk
from referral_engine.desk.publishing import publish_first
from referral_engine.model import event as e
from referral_engine.model.plugin_settings import PluginSettings
from referral_engine.notices import LogOutlet
from referral_engine.plugins.departments import Departments
from referral_engine.plugins.in_thread import InThread
from referral_engine.runner import listener as bells_of
from referral_engine.runner.base import Runner
from referral_engine.runner.opening import KEPT
from referral_engine.runner.orders import Orders
from referral_engine.runner.postgres import Worker
from referral_engine.store import Store, Tx, outbox
from referral_engine.store.audit import verify
from referral_engine.store.bells import CALLS, CASES
from referral_engine.store.engine import open_writer
from referral_engine.store.tables import follow_up
from tests.unit.desk.county import SLEEPLESS, START, make
from tests.unit.runner.test_daemon import due, take_in, until

pytestmark = pytest.mark.postgres


@contextmanager
def engine(folder: Path, url: str, *plugins: Department) -> Iterator[Runner]:
    """What one worker runs, on the store at `url`."""
    workspace = make(folder, config=SLEEPLESS)
    guard = InThread({each.id: each for each in plugins})
    profiles = {each.id: each.profile() for each in plugins}
    with (
        Store.open(url) as store,
        Departments(guard, profiles, (), (), PluginSettings()) as departments,
    ):
        clock = DatabaseClock(lambda: store.read(lambda reader: reader.clock()))
        desk = Desk(store, workspace, clock)
        publish_first(desk, "tester")
        yield Runner(desk, departments, LogOutlet(), clock, lease=KEPT, call_lease=KEPT)


@pytest.fixture
def runner(tmp_path: Path, postgres_url: str) -> Iterator[Runner]:
    with engine(tmp_path, postgres_url) as runner:
        yield runner


@contextmanager
def looping(*workers: Worker) -> Iterator[None]:
    threads = [threading.Thread(target=worker.loop) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for worker in workers:
            worker.stop()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()


def bells(runner: Runner) -> list[tuple[str, str, str]]:
    query = text(
        "SELECT task_name, args->>'lane', status::text FROM procrastinate_jobs ORDER BY 1, 2"
    )
    with runner.desk.store.reading() as reader:
        return [tuple(row) for row in reader.connection.execute(query)]


class Housing:
    """A department that claims whatever it is offered, and counts how it was asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.at_once = 0
        self._inside = 0
        self.department = Department("housing", "住建局", "1.0")
        outer = self

        @self.department.handles()
        class Any(Handler):
            def offered(self, referral: Referral) -> Claim:
                return outer.claim(referral)

    def claim(self, referral: Referral) -> Claim:
        self._inside += 1
        self.at_once = max(self.at_once, self._inside)
        self.asked[referral.id] += 1
        threading.Event().wait(0.01)
        self._inside -= 1
        return Claim()


def served(runner: Runner) -> int:
    """How many referrals the property department has claimed."""
    query = text("SELECT count(*) FROM case_event WHERE kind = 'claimed'")
    with runner.desk.store.reading() as reader:
        return int(reader.connection.execute(query).scalar_one())


def test_work_is_rung_for_with_its_own_commit_once_a_lane(runner: Runner) -> None:
    for _case in range(3):
        take_in(runner)
    rung = bells(runner)
    assert (CALLS, "housing", "todo") in rung
    assert len(set(rung)) == len(rung), "however much there is"


def test_a_command_that_fails_rings_for_nothing(runner: Runner) -> None:
    def fails(tx: Tx) -> None:
        tx.ring([CASES])
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        runner.desk.store.transact(fails)
    assert bells(runner) == []


def test_until_idle_ends_when_nothing_is_due_or_in_hand(runner: Runner) -> None:
    take_in(runner)
    Worker(runner, until_idle=True).loop()
    assert due(runner) == {}
    assert bells(runner) == []
    assert list(verify(runner.desk.store.engine, None)) == []


def test_a_bell_that_was_lost_is_rung_again(runner: Runner, postgres_url: str) -> None:
    take_in(runner)
    with open_writer(postgres_url).begin() as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs"))
    Worker(runner, until_idle=True).loop()
    assert due(runner) == {}


def test_a_bell_of_a_dead_worker_is_cleared_and_its_lane_served(
    tmp_path: Path, postgres_url: str
) -> None:
    """It died with the bell in its hand, and with it the lock of the department's lane."""
    with engine(tmp_path, postgres_url, Housing().department) as runner:
        take_in(runner)
        died = text(
            "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - interval '1 hour') RETURNING id)"
            " UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM dead)"
        )
        with open_writer(postgres_url).begin() as connection:
            connection.execute(died)
        Worker(runner, until_idle=True).loop()
        assert served(runner) == 1
        assert bells(runner) == []


def test_what_a_dead_worker_had_in_hand_is_done_once_its_lease_is_over(
    tmp_path: Path, postgres_url: str
) -> None:
    with engine(tmp_path, postgres_url, (housing := Housing()).department) as runner:
        take_in(runner)
        now, lease = runner.clock.now(), timedelta(seconds=1)
        (held,) = runner.desk.store.transact(lambda tx: tx.claim_calls(now, 1, lease))
        Worker(runner, until_idle=True).loop()
        assert housing.asked[held.work.referral] == 1
        assert not runner.desk.store.transact(lambda tx: tx.done_call(held.item_id, held.fence))
        assert served(runner) == 1


def test_a_call_that_takes_longer_than_its_lease_stays_with_who_makes_it(
    tmp_path: Path, postgres_url: str
) -> None:
    with engine(tmp_path, postgres_url, Housing().department) as runner:
        take_in(runner)
        now, lease = runner.clock.now(), timedelta(seconds=1)
        (held,) = runner.desk.store.transact(lambda tx: tx.claim_calls(now, 1, lease))
        later, longer = now + timedelta(seconds=5), now + timedelta(minutes=1)
        kept = {held.item_id: held.fence}
        runner.desk.store.transact(lambda tx: tx.renew_calls(kept, longer))
        assert runner.desk.store.transact(lambda tx: tx.claim_calls(later, 1, lease)) == []
        stale = {held.item_id: held.fence - 1}
        runner.desk.store.transact(lambda tx: tx.renew_calls(stale, longer))
        assert runner.desk.store.transact(lambda tx: tx.done_call(held.item_id, held.fence))


def test_many_workers_do_everything_once_and_a_department_one_call_at_a_time(
    tmp_path: Path, postgres_url: str
) -> None:
    housing = Housing()
    with (
        engine(tmp_path / "a", postgres_url, housing.department) as one,
        engine(tmp_path / "b", postgres_url, housing.department) as two,
    ):
        codes = [take_in(one, f"电梯坏了{n}天没有人修") for n in range(40)]
        with looping(Worker(one, until_idle=False, workers=3), Worker(two, until_idle=False)):
            codes += [take_in(two, f"屋顶漏水{n}处") for n in range(20)]
            until(lambda: not due(one) and not held(one))
        assert housing.at_once == 1
        assert set(housing.asked.values()) == {1}
        assert served(one) == len(codes) == len(housing.asked)
        assert list(verify(one.desk.store.engine, None)) == []


def held(runner: Runner) -> int:
    with runner.desk.store.reading() as reader:
        return reader.in_hand(runner.clock.now())


def test_commands_for_one_case_do_not_overtake_each_other(postgres_url: str) -> None:
    with Store.open(postgres_url) as store:
        rows = [(f"engine/{n}", "A-1", lane, b"", 10) for n, lane in enumerate("AAB")]
        names = "effect_key, case_code, lane, payload, due_at"
        put = f"INSERT INTO follow_up ({names}) VALUES (:a, :b, :c, :d, :e)"
        with open_writer(postgres_url).begin() as connection:
            for row in rows:
                connection.execute(text(put), dict(zip("abcde", row, strict=True)))
        now, lease = START, timedelta(minutes=1)

        def taken(tx: Tx) -> list[str]:
            rows, _spent = outbox.claim(tx.connection, follow_up, now, 50, lease, 8)
            return [row.effect_key for row in rows]

        assert store.transact(taken) == ["engine/0", "engine/2"]
        assert store.transact(taken) == [], "the second waits for the first"


def test_workers_go_by_the_clock_of_the_database(runner: Runner) -> None:
    told = runner.desk.store.read(lambda reader: reader.clock())
    assert abs(told - runner.clock.now()) < timedelta(seconds=5)
    runner.clock = SystemClock()
    with pytest.raises(TypeError):
        Worker(runner, until_idle=True)


def test_a_database_whose_clock_jumps_stops_all_workers_until_one_accepts_the_time(
    tmp_path: Path, postgres_url: str
) -> None:
    set_by = [timedelta()]
    with engine(tmp_path / "a", postgres_url) as one, engine(tmp_path / "b", postgres_url) as two:
        for each in (one, two):
            ask = each.desk.store.read
            each.clock = each.desk.clock = DatabaseClock(
                lambda ask=ask: ask(lambda reader: reader.clock()) + set_by[0]  # type: ignore[misc]
            )
        orders = Orders()
        workers = [Worker(one, until_idle=False), Worker(two, until_idle=False, orders=orders)]
        with looping(*workers):
            code = take_in(one)
            until(lambda: not due(one))
            set_by[0] = timedelta(days=10)
            until(lambda: one.suspended and two.suspended)
            assert fired(one, code) == []
            orders.post("accept_time")
            until(lambda: fired(one, code))
            until(lambda: not one.suspended and not two.suspended)
        skipped = [body.skipped for body in fired(one, code) if body.name == "claim"]
        assert skipped == ["engine_down", "engine_down", "engine_down", ""], "nobody is blamed"


def fired(runner: Runner, code: str) -> list[e.MarkFired]:
    with runner.desk.store.reading() as reader:
        return [x.body for x in reader.events(code) if isinstance(x.body, e.MarkFired)]


def test_referral_run_takes_the_runner_of_its_store(tmp_path: Path, postgres_url: str) -> None:
    """Two processes; the first is killed, the second stopped."""
    with engine(tmp_path, postgres_url) as runner:
        config = str(tmp_path / "config.yaml")
        words = [sys.executable, "-m", "referral_engine", "--config", config]
        words += ["--database", postgres_url, "run"]
        processes = [subprocess.Popen(words) for _one in range(2)]
        try:
            take_in(runner)
            until(lambda: beating(runner) == 2)
            until(lambda: not due(runner))
            processes[0].kill()
            take_in(runner)
            until(lambda: not due(runner))
            processes[1].send_signal(signal.SIGTERM)
            assert processes[1].wait(60) == 0
        finally:
            for process in processes:
                process.kill()
                process.wait(30)


def beating(runner: Runner) -> int:
    with runner.desk.store.reading() as reader:
        query = text("SELECT count(*) FROM heartbeat")
        return int(reader.connection.execute(query).scalar_one())


def test_one_that_is_stopped_as_it_starts_ends(postgres_url: str) -> None:
    """Whenever it is told: what a connection pool makes of a cancellation is not ours to know."""
    Store.open(postgres_url).close()
    answers = {CASES.task: lambda _lane: None}
    for wait in (0, 0.005, 0.01, 0.02, 0.05, 0.1):
        counters = [bells_of.Counter((CASES.queue,), answers, 1)]
        listener = bells_of.Listener(postgres_url, counters)
        listener.start()
        threading.Event().wait(wait)
        stopping = threading.Thread(target=listener.stop, daemon=True)
        stopping.start()
        stopping.join(30)
        assert not stopping.is_alive(), wait
