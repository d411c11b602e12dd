"""The loop around the runner: what ends it, what it survives, what it waits for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from referral_engine import Claim, Contact, Department, Handler, Progress, Referral, Reply, Wait
from referral_engine.clock import Clock, SystemClock, VirtualClock
from referral_engine.desk import Desk
from referral_engine.desk.publishing import publish_first
from referral_engine.errors import Refused, Unavailable
from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.command import Request
from referral_engine.model.outcome import Notice
from referral_engine.model.plugin_settings import PluginSettings
from referral_engine.model.principal import ENGINE
from referral_engine.notices import LogOutlet
from referral_engine.plugins.departments import Departments
from referral_engine.plugins.in_thread import InThread
from referral_engine.rules.infer import InferenceBroken
from referral_engine.rules.infer.durable import Durable
from referral_engine.runner.base import Restless, Runner
from referral_engine.runner.embedded import Daemon, run
from referral_engine.runner.housekeeping import DOWN_AFTER
from referral_engine.store import Store, Tx
from referral_engine.store.audit import verify
from tests.unit.desk.county import (
    CLAIM,
    CONFIG,
    HOUR,
    LEADER,
    ORG,
    SLEEPLESS,
    START,
    WHISTLES,
    issue,
    make,
)


class SettableClock:
    """The wall clock of this machine, which somebody may set."""

    def __init__(self) -> None:
        self.set_by = timedelta()

    def now(self) -> datetime:
        return SystemClock().now() + self.set_by


@contextmanager
def engine(folder: Path, clock: Clock, *plugins: Department) -> Iterator[Runner]:
    """What a daemon runs, on the store in `folder`."""
    workspace = make(folder, config=SLEEPLESS)
    guard = InThread({each.id: each for each in plugins})
    profiles = {each.id: each.profile() for each in plugins}
    with (
        Store.open(workspace.config.database) as store,
        Departments(guard, profiles, (), (), PluginSettings()) as departments,
    ):
        desk = Desk(store, workspace, clock)
        publish_first(desk, "tester")
        yield Runner(desk, departments, LogOutlet(), clock)


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    with engine(tmp_path, SystemClock()) as runner:
        yield runner


def take_in(runner: Runner, text: str = "电梯坏了三天没有人修") -> str:
    given = issue(text, received_at=runner.clock.now())
    return runner.desk.register(given, ENGINE).result().case


def events(runner: Runner, code: str, kind: type) -> list[e.Event]:
    with runner.desk.store.reading() as reader:
        return [event for event in reader.events(code) if isinstance(event.body, kind)]


def due(runner: Runner) -> dict[str, datetime]:
    now = runner.clock.now()
    return {box: at for box, at in runner.upcoming().items() if at <= now}


def until(what: Callable[[], object]) -> None:
    """Waits for it, for a machine may be slow; what never comes fails by the join below."""
    for _look in range(2_000):
        if what():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never came to pass")


@contextmanager
def looping(daemon: Daemon) -> Iterator[None]:
    """The daemon at work beside the test; stopped, and ended, afterwards."""
    thread = threading.Thread(target=daemon.loop)
    thread.start()
    try:
        yield
    finally:
        daemon.stop()
        thread.join(30)
        assert not thread.is_alive()


# -- what ends it -----------------------------------------------------------------------------
def test_until_idle_ends_when_nothing_is_due(runner: Runner) -> None:
    code = take_in(runner)
    assert due(runner)
    Daemon(runner, until_idle=True).loop()
    assert due(runner) == {}
    assert runner.upcoming()["wakeup"] > runner.clock.now()
    assert events(runner, code, e.MarkFired) == []


def test_it_sees_what_others_write_and_stops_when_told(runner: Runner) -> None:
    with looping(Daemon(runner, until_idle=False)):
        take_in(runner)
        until(lambda: not due(runner))


def test_a_stop_ahead_of_the_loop_ends_it_at_once(runner: Runner) -> None:
    take_in(runner)
    daemon = Daemon(runner, until_idle=False)
    daemon.stop()
    daemon.loop()
    assert due(runner)


def test_a_virtual_clock_runs_to_the_end_of_everything(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    with engine(tmp_path, clock) as runner:
        code = take_in(runner)
        Daemon(runner, until_idle=True).loop()
        assert runner.upcoming() == {}
        assert clock.now() > START + timedelta(days=60)
        assert events(runner, code, e.SteppedUp)


def test_a_virtual_clock_that_cannot_get_on_says_so(tmp_path: Path) -> None:
    with engine(tmp_path, VirtualClock(START)) as runner:
        take_in(runner)
        runner.suspended = True
        with pytest.raises(Restless, match="never done"):
            Daemon(runner, until_idle=True).loop()


def test_a_second_daemon_on_the_store_is_refused(runner: Runner) -> None:
    lock = runner.desk.store.lock_daemon()
    assert lock is not None
    with lock, pytest.raises(Refused, match="STORE_LOCKED"):
        run(runner.desk.workspace, until_idle=True)


# -- inference broke --------------------------------------------------------------------------
def test_it_ends_for_a_new_start_when_inference_broke(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with engine(tmp_path, VirtualClock(START)) as runner:
        code, workspace = take_in(runner), runner.desk.workspace

    def fail(*_asked: object) -> None:
        raise InferenceBroken("durable-rules failed: segments everywhere")

    with monkeypatch.context() as broken:
        broken.setattr(Durable, "conclude", fail)
        assert run(workspace, until_idle=True, clock="virtual") == 1
    (last,) = [record for record in caplog.records if record.levelno == logging.CRITICAL]
    assert last.getMessage() == (
        "durable-rules failed: segments everywhere; start the daemon again"
    )
    with engine(tmp_path, VirtualClock(START)) as runner:
        first = events(runner, code, e.MarkFired)
        assert len(first) == 1, "the step in hand is finished, on the fixpoint"
        assert events(runner, code, e.EffectDone)
    assert run(workspace, until_idle=True, clock="virtual") == 0
    with engine(tmp_path, VirtualClock(START)) as runner:
        (derived,) = events(runner, code, e.FlagDerived)
        assert isinstance(derived.body, e.FlagDerived)
        assert derived.body.engine == "durable-rules"
        assert events(runner, code, e.MarkFired)[0] == first[0]


# -- reloading --------------------------------------------------------------------------------
def reload(runner: Runner) -> None:
    daemon = Daemon(runner, until_idle=False)
    daemon.reload()
    daemon.stop()
    daemon.loop()


def test_an_edited_workspace_is_taken_over(
    runner: Runner, caplog: pytest.LogCaptureFixture
) -> None:
    root, before = runner.desk.workspace.config.root, runner.desk.workspace
    (root / "org.yaml").write_text(ORG.replace("县住建局", "县住房城乡建设局"), "utf-8")
    (root / "rules/claim.yaml").write_text(CLAIM.replace("80%", "70%"), "utf-8")
    reload(runner)
    assert runner.desk.workspace is not before
    unit = runner.desk.workspace.org.unit("housing")
    assert unit is not None
    assert unit.name == "县住房城乡建设局"
    assert "not published" in caplog.text
    take_in(runner)


def test_a_configuration_of_another_name_is_read_again(tmp_path: Path) -> None:
    with engine(tmp_path, SystemClock()) as runner:
        other = tmp_path / "county.yaml"
        other.write_text(CONFIG.replace("测试县", "另一县"), "utf-8")
        runner.desk.refresh(type(runner.desk.workspace).open(other))
        other.write_text(CONFIG.replace("测试县", "第三县"), "utf-8")
        reload(runner)
        assert runner.desk.workspace.config.name == "第三县"


@pytest.mark.parametrize(
    ("file", "text", "named"),
    [
        ("config.yaml", CONFIG.replace("returns: 1", "return: 1"), "config.yaml"),
        ("config.yaml", "county: {", "config.yaml"),
        ("config.yaml", None, "config.yaml"),
        ("org.yaml", ORG.replace("kind: centre", "kind: castle", 1), "org.yaml"),
        ("org.yaml", None, "org.yaml"),
        ("org.yaml", ORG.replace("{id: housing,", "{id: hausing,"), "org.yaml"),
        ("rules/claim.yaml", CLAIM.replace("claim: 80%", "claime: 80%"), "rules/claim.yaml"),
        ("rules/claim.yaml", CLAIM.encode("gbk"), "rules/claim.yaml"),
        ("rules/whistles.yaml", WHISTLES.read_text("utf-8") + "\n  - x", "rules/whistles.yaml"),
        ("calendar.yaml", "kind: calendar\ndays: {2026-13-01: holiday}\n", "calendar.yaml"),
        ("calendar.yaml", None, "config.yaml:4"),
    ],
)
def test_a_faulty_edit_changes_nothing_and_is_named(
    runner: Runner,
    caplog: pytest.LogCaptureFixture,
    file: str,
    text: str | bytes | None,
    named: str,
) -> None:
    take_in(runner)
    before, path = runner.desk.workspace, runner.desk.workspace.config.root / file
    if text is None:
        path.unlink()
    else:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    reload(runner)
    assert runner.desk.workspace is before
    (fault,) = [r for r in caplog.records if "not taken over" in r.getMessage()]
    assert named in fault.getMessage()
    take_in(runner, "自来水管爆裂路面积水")


def test_an_organisation_that_strands_a_case_is_not_taken_over(
    runner: Runner, caplog: pytest.LogCaptureFixture
) -> None:
    take_in(runner)
    before = runner.desk.workspace
    kept = [line for line in ORG.splitlines() if "housing" not in line]
    (before.config.root / "org.yaml").write_text("\n".join(kept), "utf-8")
    (before.config.root / "rules/routing.yaml").write_text(
        "kind: routing\nhit: first\nrules: []\ndefault: {refer: {lead: '@county'}}\n", "utf-8"
    )
    reload(runner)
    assert runner.desk.workspace is before
    assert "ORG_STRANDS" in caplog.text
    with pytest.raises(Refused, match="ORG_STRANDS"):
        run(type(before).open(before.config.file), until_idle=True)


def test_what_is_provisional_is_confirmed_when_the_daemon_starts(tmp_path: Path) -> None:
    with engine(tmp_path, VirtualClock(START)) as runner:
        code = take_in(runner)
        assert events(runner, code, e.ClockChanged) == []
    known = "kind: calendar\nknown_until: 2027-12-31\ndays: {2027-01-01: holiday}\n"
    (tmp_path / "calendar.yaml").write_text(known, "utf-8")
    workspace = type(runner.desk.workspace).open(tmp_path / "config.yaml")
    with Store.open(workspace.config.database) as store:
        desk = Desk(store, workspace, VirtualClock(START))
        daemon = Daemon(Runner(desk, runner.departments, LogOutlet(), desk.clock), until_idle=True)
        daemon.stop()
        daemon.loop()
        (changed,) = [
            x for x in store.read(lambda r: r.events(code)) if isinstance(x.body, e.ClockChanged)
        ]
    assert isinstance(changed.body, e.ClockChanged)
    assert changed.body.reason == "deadline_confirmed"


# -- clocks -----------------------------------------------------------------------------------
def test_a_clock_that_jumps_stops_the_timers_until_somebody_accepts_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = SettableClock()
    with engine(tmp_path, clock) as runner:
        code = take_in(runner)
        daemon = Daemon(runner, until_idle=False)
        with looping(daemon):
            until(lambda: not due(runner))
            clock.set_by = timedelta(days=10)
            until(lambda: runner.suspended)
            other = take_in(runner, "自来水管爆裂路面积水")
            until(lambda: set(due(runner)) == {"wakeup"})
            assert events(runner, code, e.MarkFired) == [], "what people do goes on, timers do not"
            assert events(runner, other, e.Registered)
            daemon.accept_time()
            until(lambda: not due(runner))
        assert not runner.suspended
        assert caplog.text.count("timers stand still") == 1
        fired = [x.body for x in events(runner, code, e.MarkFired)]
        claim = [b.skipped for b in fired if isinstance(b, e.MarkFired) and b.name == "claim"]
        assert claim == ["engine_down", "engine_down", "engine_down", ""]


def test_a_clock_that_was_set_back_stops_the_timers_and_no_history_runs_backwards(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = SettableClock()
    with engine(tmp_path, clock) as runner:
        code = take_in(runner)
        daemon = Daemon(runner, until_idle=False)
        with looping(daemon):
            until(lambda: not due(runner))
            clock.set_by = -timedelta(days=1)
            until(lambda: runner.suspended)
            runner.desk.submit(Request(code, c.StepUp(), LEADER))
            daemon.accept_time()
            until(lambda: not runner.suspended)
        assert caplog.text.count("timers stand still") == 1
        with runner.desk.store.reading() as reader:
            times = [event.recorded_at for event in reader.events(code)]
        assert times == sorted(times)
        assert list(verify(runner.desk.store.engine, None)) == []


def test_a_silence_before_the_start_is_downtime(
    runner: Runner, caplog: pytest.LogCaptureFixture
) -> None:
    now = runner.clock.now()
    store = runner.desk.store
    store.transact(lambda tx: tx.beat("embedded", now - HOUR, DOWN_AFTER))
    Daemon(runner, until_idle=True).loop()
    with store.reading() as reader:
        ((since, _until),) = reader.downtime(now - 2 * HOUR, now + HOUR)
    assert since == now - HOUR
    assert "no unit is blamed" in caplog.text


def test_each_end_leaves_a_checkpoint(runner: Runner, tmp_path: Path) -> None:
    take_in(runner)
    anchor = tmp_path / "anchor.jsonl"
    Daemon(runner, until_idle=True, anchor=anchor).loop()
    with runner.desk.store.reading() as reader:
        made = reader.last_checkpoint()
    assert made is not None
    assert len(anchor.read_text("utf-8").splitlines()) == made.number


def test_an_anchor_that_cannot_be_written_stops_nothing(
    runner: Runner, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    take_in(runner)
    (tmp_path / "unmounted").write_text("no folder")
    anchor = tmp_path / "unmounted" / "anchor.jsonl"
    Daemon(runner, until_idle=True, anchor=anchor).loop()
    assert due(runner) == {}
    assert f"the anchor {anchor} cannot be written" in caplog.text


# -- several calls at once --------------------------------------------------------------------
def test_departments_are_called_side_by_side_and_waited_for(tmp_path: Path) -> None:
    """Each of the two answers only once the other is being asked too."""
    both = threading.Barrier(2, timeout=20)

    def department(id: str, slow: float) -> Department:
        made = Department(id, id, "1.0")

        @made.handles()
        class Any(Handler):
            def offered(self, referral: Referral) -> Reply:
                both.wait()
                threading.Event().wait(slow)
                return [Claim(), Contact("联系了"), Wait(timedelta(microseconds=1))]

            def work(self, referral: Referral) -> Reply:
                return Progress("看过现场")

        return made

    with engine(
        tmp_path, SystemClock(), department("housing", 0.0), department("police", 0.3)
    ) as runner:
        code = take_in(runner, "小区燃气泄漏")
        Daemon(runner, until_idle=True, workers=2).loop()
        assert len(events(runner, code, e.Claimed)) == 2
        assert len(events(runner, code, e.Progressed)) == 2, (
            "and so is what an answer leaves behind"
        )
        assert due(runner) == {}


# -- what goes out holds up nothing -----------------------------------------------------------
class Stuck:
    """An outlet that never comes back for one recipient."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.told: list[str] = []

    def deliver(self, notice: Notice) -> None:
        if notice.to == "housing":
            self.over.wait(30)
        self.told.append(notice.to)


def test_an_outlet_that_hangs_holds_up_neither_timers_nor_commands(tmp_path: Path) -> None:
    outlet = Stuck()
    with engine(tmp_path, SystemClock()) as runner:
        stuck = Runner(runner.desk, runner.departments, outlet, runner.clock)
        with looping(Daemon(stuck, until_idle=False)):
            take_in(stuck)
            until(lambda: stuck.desk.store.read(lambda r: r.in_hand(stuck.clock.now())))
            code = take_in(stuck, "自来水管爆裂路面积水")
            until(lambda: set(due(stuck)) <= {"notice"})
            assert events(stuck, code, e.Offered)
            outlet.over.set()


def test_a_department_that_hangs_holds_up_neither_timers_nor_other_departments(
    tmp_path: Path,
) -> None:
    over = threading.Event()
    answers: list[str] = []

    def department(id: str, wait: bool) -> Department:
        made = Department(id, id, "1.0", grounds={"busy": "忙"})

        @made.handles()
        class Any(Handler):
            def offered(self, referral: Referral) -> Reply:
                if wait:
                    over.wait(8)
                answers.append(id)
                return Claim()

        return made

    with (
        engine(tmp_path, SystemClock(), department("housing", wait=True),
               department("centre", wait=False)) as runner,
        looping(Daemon(runner, until_idle=False, workers=2)),
    ):  # fmt: skip
        for n in range(3):
            take_in(runner, f"第{n}件事，各不相干")
        others = [
            runner.desk.register(
                issue(f"邻居半夜吵闹{n}", category="D02", received_at=runner.clock.now()), ENGINE
            ).result().case
            for n in range(5)
        ]  # fmt: skip
        until(lambda: answers.count("centre") == len(others))
        assert "housing" not in answers
        over.set()


# -- a disk that is full ----------------------------------------------------------------------
@pytest.mark.parametrize("workers", [1, 3])
def test_what_was_in_hand_when_the_disk_was_full_is_done_once_there_is_room(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, workers: int
) -> None:
    housing = Department("housing", "住建局", "1.0")

    @housing.handles()
    class Any(Handler):
        def offered(self, referral: Referral) -> Reply:
            return [Claim(), Contact("联系了" * 2_000)]

    def no_room(tx: Tx) -> None:
        # Of this connection; the next one, after a failure, has room again.
        (count,) = tx.connection.exec_driver_sql("PRAGMA page_count").one()
        tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {count + 1}")

    with engine(tmp_path, SystemClock(), housing) as runner:
        codes = [take_in(runner, f"第{n}部电梯坏了三天没有人修") for n in range(30)]
        runner.desk.store.transact(no_room)
        with looping(Daemon(runner, until_idle=False, workers=workers)):
            until(lambda: "the database works again" in caplog.text)
            until(lambda: all(events(runner, code, e.Claimed) for code in codes))
        assert "the work rests: STORE_FULL" in caplog.text
        with runner.desk.store.reading() as reader:
            query = text("SELECT max(claims) FROM plugin_call")
            assert reader.connection.execute(query).scalar_one() == 1, "it was not to blame"


def test_a_run_that_should_end_by_itself_ends_where_the_disk_is_full(runner: Runner) -> None:
    for n in range(30):
        take_in(runner, f"第{n}部电梯坏了三天没有人修")

    def no_room(tx: Tx) -> None:
        tx.connection.exec_driver_sql("PRAGMA max_page_count = 1")

    runner.desk.store.transact(no_room)
    with pytest.raises(Unavailable, match="STORE_FULL"):
        Daemon(runner, until_idle=True).loop()
    Daemon(runner, until_idle=True).loop()
    assert due(runner) == {}
