"""The guard, with plugins that misbehave for real: their own referral pays, nobody else's."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest

from referral_engine import Answer, Claim, Contact
from referral_engine.clock import monotonic
from referral_engine.model.plugin_settings import BreakerSettings, PluginSettings
from referral_engine.plugins.departments import Departments, load
from referral_engine.plugins.find import Source
from referral_engine.plugins.guard import PluginFailed
from referral_engine.plugins.in_thread import InThread
from referral_engine.plugins.process import environment
from referral_engine.plugins.supervised import Lane
from tests.unit.plugins.offers import offered

FAULTY = Path(__file__).resolve().parents[2] / "faulty" / "plugins"
GARBAGE = (
    "a string", "a number", "a class", "a list of strings", "wrong types", "unpackable",
    "too long", "oversized", "too many", "unknown ground", "unknown status", "unknown outcome",
    "empty report", "work unclaimed", "both ways", "own clock", "lead not needed",
    "waits for ever", "waits backwards", "waits first", "waits declined", "wrong wait",
)  # fmt: skip
GOOD = Answer((Claim(), Contact("已联系")))
ENOUGH = 20.0
"""Seconds: a deadline that only a machine at a standstill would miss."""
SHORT = 0.5
NEVER = BreakerSettings(failures=1_000, window=1_000)
"""One that is called however often it fails."""


def loaded(
    tmp_path: Path, guard: Literal["process", "thread"], breaker: BreakerSettings = NEVER
) -> Departments:
    folder = tmp_path / "plugins"
    folder.mkdir()
    for name in ("misbehaves", "well_behaved"):
        (folder / name).symlink_to(FAULTY / name)
    settings = PluginSettings(
        entry_points=False, deadline=ENOUGH, memory=512, start_deadline=ENOUGH, breaker=breaker
    )
    return load(settings, tmp_path, guard)


@pytest.fixture
def fenced(tmp_path: Path) -> Iterator[Departments]:
    """Each department in a process."""
    with loaded(tmp_path, "process") as found:
        yield found


@pytest.fixture
def threaded(tmp_path: Path) -> Iterator[Departments]:
    """Each department in a thread."""
    with loaded(tmp_path, "thread") as found:
        yield found


@pytest.fixture(params=["process", "thread"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Departments]:
    with loaded(tmp_path, request.param) as found:
        yield found


def fail(found: Departments, title: str, deadline: float = ENOUGH) -> PluginFailed:
    """The failure of one call, and proof that another referral then goes well."""
    with pytest.raises(PluginFailed) as failure:
        found.call("misbehaves", "offered", offered(title=title, text="邻居打人"), {}, deadline)
    assert found.call("misbehaves", "offered", offered(title="ordinary")) == GOOD
    assert found.call("well_behaved", "offered", offered(category="S02b")).again == timedelta(
        hours=2
    )
    return failure.value


def lane(found: Departments, department: str = "misbehaves") -> Lane:
    return found.guard._lanes[department]  # type: ignore[attr-defined,no-any-return]


def turn_of(found: Departments) -> threading.Lock:
    """What a call to the misbehaving department holds."""
    if isinstance(found.guard, InThread):
        return found.guard._turns["misbehaves"]
    return lane(found)._turn


def alive(group: int) -> list[int]:
    """The processes of a group that still run; zombies are for someone else to reap."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat[2]) == group and stat[0] != "Z":
            found.append(int(entry.name))
    return found


def running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def wait_until_gone(group: int) -> None:
    """Returns once none of it runs; fails after a time that is no measure of anything."""
    until = monotonic() + ENOUGH
    while alive(group):
        assert monotonic() < until, f"process group {group} stays"
        threading.Event().wait(0.02)


def test_an_error_keeps_type_and_place_but_no_personal_data(either: Departments) -> None:
    failure = fail(either, "raises")
    assert (failure.kind, failure.department, failure.verb) == ("raised", "misbehaves", "offered")
    assert failure.error.startswith("KeyError: ")
    assert "in raises" in failure.trace
    for private in ("张三丰", "13912345678", "邻居打人"):
        assert private not in failure.error + failure.trace + str(failure)
    assert failure.brief.startswith("raised: KeyError at ")
    assert failure.brief.endswith(f"{Path('misbehaves', '__init__.py')}:40 in raises")


def test_the_process_lives_through_an_error(fenced: Departments) -> None:
    before = lane(fenced).pid
    fail(fenced, "raises")
    assert lane(fenced).pid == before


@pytest.mark.parametrize(
    "title", ["hangs", "spins", "leaves_a_child", "ignores_sigterm", "stops_itself", "answers_late"]
)
def test_one_that_hangs_is_killed_with_its_children(fenced: Departments, title: str) -> None:
    before = lane(fenced).pid
    failure = fail(fenced, title, SHORT)
    assert (failure.kind, failure.error) == ("hung", "no answer within 0.5 s")
    assert before is not None
    assert lane(fenced).pid != before
    wait_until_gone(before)


@pytest.mark.parametrize("title", ["hangs", "answers_late"])
def test_a_thread_that_hangs_is_left_behind(threaded: Departments, title: str) -> None:
    assert fail(threaded, title, SHORT).kind == "hung"


def test_a_late_answer_is_no_answer_to_the_next_question(either: Departments) -> None:
    assert fail(either, "answers_late", SHORT).kind == "hung"
    threading.Event().wait(1.5)
    assert either.call("misbehaves", "offered", offered(title="ordinary")) == GOOD


def test_one_that_closes_its_files_has_ended(fenced: Departments) -> None:
    assert fail(fenced, "closes_its_files").kind == "exited"


def test_one_that_writes_into_every_file_has_answered_garbage(fenced: Departments) -> None:
    assert fail(fenced, "writes_everywhere").kind == "garbage"


def test_one_that_prints_without_end_is_not_held_up_by_it(fenced: Departments) -> None:
    assert fenced.call("misbehaves", "offered", offered(title="prints_without_end")) == GOOD


@pytest.mark.parametrize("how", ["closed", "killed", "died"])
def test_what_a_plugin_left_running_ends_with_it(fenced: Departments, how: str) -> None:
    answer = fenced.call("misbehaves", "offered", offered(title="leaves_others_running"))
    (told,) = (act.note for act in answer.acts if isinstance(act, Contact))
    left = [int(pid) for pid in told.split(",")]
    assert all(running(pid) for pid in left)
    if how == "closed":
        fenced.close()
    else:
        fail(fenced, "hangs" if how == "killed" else "exits_hard", 2.0)
    until = monotonic() + ENOUGH
    while any(running(pid) for pid in left):
        assert monotonic() < until, "they stay behind"
        threading.Event().wait(0.02)


@pytest.mark.parametrize(
    ("title", "how"), [("exits", "exit code 4"), ("exits_hard", "exit code 5")]
)
def test_one_that_ends_its_process_is_started_again(
    fenced: Departments, title: str, how: str
) -> None:
    failure = fail(fenced, title)
    assert (failure.kind, failure.error) == ("exited", how)


def test_sys_exit_in_a_thread_ends_nothing(threaded: Departments) -> None:
    failure = fail(threaded, "exits")
    assert (failure.kind, failure.error) == ("exited", "SystemExit: 4")


def test_memory_is_limited_and_given_back(fenced: Departments) -> None:
    before = lane(fenced).pid
    failure = fail(fenced, "eats_memory")
    assert (failure.kind, failure.error) == ("raised", "MemoryError")
    assert lane(fenced).pid != before, "what it hoards would fail every later call"


@pytest.mark.parametrize("title", GARBAGE)
def test_garbage_costs_only_its_own_referral(threaded: Departments, title: str) -> None:
    failure = fail(threaded, title)
    assert failure.kind == "garbage"
    assert failure.brief == f"garbage: {failure.error}"


def test_garbage_does_not_end_the_process(fenced: Departments) -> None:
    before = lane(fenced).pid
    assert {title: fail(fenced, title).kind for title in GARBAGE} == dict.fromkeys(
        GARBAGE, "garbage"
    )
    assert lane(fenced).pid == before


def test_what_a_plugin_prints_is_counted_and_not_kept(
    fenced: Departments, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        fenced.call("misbehaves", "offered", offered(title="prints", text="邻居打人"))
        fenced.close()
        until = monotonic() + ENOUGH
        while "misbehaves has printed" not in caplog.text:
            assert monotonic() < until
            threading.Event().wait(0.02)
    everything = caplog.text + "".join(capfd.readouterr())
    for private in ("张三丰", "13912345678", "邻居打人"):
        assert private not in everything


def test_the_engines_secrets_are_not_in_a_plugins_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFERRAL_DATABASE_URL", "postgresql://u:p@h/d")
    monkeypatch.setenv("REFERRAL_KEY", "secret")
    monkeypatch.setenv("PGPASSWORD", "secret")
    monkeypatch.setenv("POLICE_TOKEN", "its own")
    with loaded(tmp_path, "process") as found:
        answer = found.call("misbehaves", "offered", offered(title="tells_the_environment"))
    assert answer.acts[1] == Contact("")
    assert environment(os.environ)["POLICE_TOKEN"] == "its own"


def test_a_plugin_inherits_no_open_file(tmp_path: Path) -> None:
    store = tmp_path / "referral.db"
    with store.open("wb") as handle:
        os.set_inheritable(handle.fileno(), True)
        with loaded(tmp_path, "process") as found:
            answer = found.call("misbehaves", "offered", offered(title="tells_its_files"))
    (told,) = (act.note for act in answer.acts if isinstance(act, Contact))
    assert set(told.split(",")) <= {"/dev/null", "pipe", "socket", "/proc/self/fd", ""}
    assert told.count("socket") == 1


def test_one_that_was_killed_between_two_calls_costs_no_call(fenced: Departments) -> None:
    pid = lane(fenced).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)
    assert fenced.call("misbehaves", "offered", offered(title="ordinary")) == GOOD


def test_one_that_keeps_dying_rests_ever_longer(threaded: Departments) -> None:
    seconds = [100.0]
    settings = PluginSettings(entry_points=False, memory=512, backoff=3, start_deadline=ENOUGH)
    profile = threaded.profile("misbehaves")
    source = Source("folder", "misbehaves", str(FAULTY / "misbehaves"))
    it = Lane(profile, source, settings, seconds=lambda: seconds[0])
    rests = []
    for _death in range(4):
        with pytest.raises(PluginFailed) as died:
            it.call("offered", offered(title="exits_hard"), {}, ENOUGH)
        assert died.value.kind == "exited"
        rests.append(rest(it))
        seconds[0] += rests[-1]
    assert rests == [0, 1, 2, 3]
    assert it.call("offered", offered(title="ordinary"), {}, ENOUGH) == GOOD
    with pytest.raises(PluginFailed):
        it.call("offered", offered(title="exits_hard"), {}, ENOUGH)
    assert rest(it) == 0, "an answer sets the pause back"
    it.close()


def rest(it: Lane) -> float:
    """Seconds until the next try, as a call is told; 0 where it would be made."""
    if it._rests_until <= it._seconds():
        return 0
    with pytest.raises(PluginFailed) as failure:
        it.call("offered", offered(), {}, ENOUGH)
    assert failure.value.kind == "unavailable"
    return failure.value.retry_after


def test_a_busy_department_is_unavailable_to_a_second_call(either: Departments) -> None:
    failures: list[str] = []

    def hang() -> None:
        with pytest.raises(PluginFailed) as failure:
            either.call("misbehaves", "offered", offered(title="hangs"), {}, 1.5)
        failures.append(failure.value.kind)

    first = threading.Thread(target=hang)
    first.start()
    while not turn_of(either).locked():
        threading.Event().wait(0.01)
    with pytest.raises(PluginFailed) as second:
        either.call("misbehaves", "offered", offered(), {}, 0.1)
    well = either.call("well_behaved", "offered", offered(category="S02a"))
    first.join()
    assert (failures, second.value.kind) == (["hung"], "unavailable")
    assert len(well.acts) == 2


def test_closing_ends_every_process(fenced: Departments) -> None:
    pids = [lane(fenced, id).pid for id in ("misbehaves", "well_behaved")]
    fenced.close()
    assert [alive(pid) for pid in pids if pid is not None] == [[], []]
    with pytest.raises(PluginFailed) as failure:
        fenced.call("well_behaved", "offered", offered())
    assert failure.value.kind == "unavailable"


def test_a_killed_engine_leaves_no_plugin_behind(tmp_path: Path) -> None:
    import subprocess
    import sys

    script = (
        "import sys, threading\n"
        "from tests.unit.plugins.test_guard import loaded, lane, offered, Path\n"
        "found = loaded(Path(sys.argv[1]), 'process')\n"
        "print(lane(found).pid, flush=True)\n"
        "found.call('misbehaves', 'offered', offered(title='hangs'), {}, 600)\n"
    )
    engine = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert engine.stdout is not None
    pid = int(engine.stdout.readline())
    engine.kill()
    engine.communicate()
    wait_until_gone(pid)


def test_every_verb_reaches_its_method(either: Departments) -> None:
    def told(verb: str, detail: dict[str, str]) -> list[str]:
        referral = offered(category="S02a", state="claimed", bookmark="现场核查")
        answer = either.call("well_behaved", verb, referral, detail)  # type: ignore[arg-type]
        return [str(getattr(act, "note", "") or getattr(act, "text", "")) for act in answer.acts]

    assert told("work", {}) == ["现场核查完毕，隐患已排除。"]
    assert told("withdraw", {}) == []
    assert told("escalated", {"effect": "step_up", "level": "county"}) == ["step_up county"]
    assert told("conference", {"conference": "C1-C1", "members": "a,b"}) == ["C1-C1 2"]
    assert told("returned", {}) == ["重新核查"]


def test_a_case_of_no_handler_is_left_to_a_person(either: Departments) -> None:
    answer = either.call("well_behaved", "offered", offered(category="S02a", people=500))
    assert [type(act).__name__ for act in answer.acts] == ["Defer"]
    work = either.call("well_behaved", "work", offered(category="D01", state="claimed"))
    assert work == Answer()
