"""A telephone rings until somebody presses the key; beside it another way goes on by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from referral_engine import Department, Handler, Polling, Together, Voice, Webhook, from_env
from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.testing.outside import Outside, outside
from referral_engine.trial.box import Box
from tests.unit.desk.county import OFFICER, START, issue, lead, register, staffed

MINUTE = timedelta(minutes=1)
NUMBERS = {"housing": ("110011", "220022")}


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    monkeypatch.setenv("HOUSING_SECRET", "a secret of the housing bureau")
    with outside() as system:
        yield system


def voice(system: Outside) -> Voice:
    return Voice(system.url.replace("matters", "calls"), NUMBERS, timeout=0.5)


@contextmanager
def reached(folder: Path, *ways: Handler) -> Iterator[Box]:
    way = ways[0] if len(ways) == 1 else Together(*ways)
    with staffed(folder, Department("housing", "县住建局", "1.0", reach=way)) as box:
        yield box


def claims(box: Box, code: str) -> list[datetime]:
    return [x.happened_at for x in box.events(code) if isinstance(x.body, e.Claimed)]


def test_the_next_number_is_rung_until_somebody_presses_the_key(
    tmp_path: Path, system: Outside
) -> None:
    with reached(tmp_path, voice(system)) as box:
        system.faults = ["slow", "down", "busy"]
        first = register(box, issue("夜里有人被困"))
        box.advance_to(START + 3 * MINUTE + timedelta(seconds=39))
        assert [call["to"] for call in system.rung.values()] == ["110011"]
        box.advance_to(box.now() + MINUTE)
        assert [call["to"] for call in system.rung.values()] == ["110011", "220022"]
        assert {call["say"] for call in system.rung.values()} == {
            f"综治中心派单，案件编号{first}。已知悉并前往，请按 1。"
        }
        pressed = box.now() + timedelta(seconds=20)
        system.phones["110011"] = {"state": "acknowledged", "at": pressed.isoformat()}
        box.advance_to(box.now() + 5 * MINUTE)
        assert claims(box, first) == [pressed]
        assert len(system.rung) == 2
        system.phones.clear()
        second = register(box, issue("又有人被困"))
        box.advance_to(box.now() + 10 * MINUTE)
        mine = [name for name in system.rung if name.startswith(lead(box, second).id)]
        assert [system.rung[name]["to"] for name in mine] == [*NUMBERS["housing"]] * 2
        assert claims(box, second) == []
        assert [line.case for line in box.view.inbox("housing", OFFICER)].count(second) == 1
        third = register(box, issue("第三次有人被困"))
        box.do(third, c.Claim(lead(box, third).id), OFFICER)
        box.advance_to(box.now() + 10 * MINUTE)
        assert len([name for name in system.rung if name.startswith(lead(box, third).id)]) == 1


def test_beside_it_another_way_is_tried_by_itself(tmp_path: Path, system: Outside) -> None:
    hook = Webhook(system.url, from_env("HOUSING_SECRET"), timeout=0.2)
    polled = Polling(system.url + "/polled", every=5 * MINUTE)
    with reached(tmp_path, voice(system), hook, polled) as box:
        assert box.runner.departments.profile("housing").secrets == hook.secrets
        system.pages = {"/matters": (503, {}, b"")}
        code = register(box)
        id = lead(box, code).id
        box.advance_to(START + MINUTE)
        assert len(system.heard) == 3
        assert list(system.rung) == [f"{id}.1.0", f"{id}.1.1"]
        assert system.of(id) == ["offered"]
        system.pages = {}
        box.advance_to(START + 4 * MINUTE)
        assert system.tried == {f"{id}/offered/1": 2}
        system.told[id] = [{"key": "k", "referral": id, "acts": [{"act": "claim"}]}]
        box.advance_to(START + 6 * MINUTE)
        assert len(claims(box, code)) == 1
        with box.store.reading() as reader:
            assert reader.dead_letters() == []


def test_one_that_never_answers_is_a_dead_letter_in_the_end(
    tmp_path: Path, system: Outside
) -> None:
    hook = Webhook(system.url, from_env("HOUSING_SECRET"), timeout=0.2)
    with reached(tmp_path, voice(system), hook) as box:
        system.pages = {"/matters": (503, {}, b"")}
        code = register(box)
        box.advance_to(START + timedelta(hours=8))
        assert any(isinstance(x.body, e.CallGivenUp) for x in box.events(code))


@pytest.mark.parametrize("ways", [(), ("no way",)])
def test_what_is_no_way_is_refused_when_the_plugin_loads(ways: tuple[Handler, ...]) -> None:
    with pytest.raises(TypeError, match="Together takes"):
        Together(*ways)
    with pytest.raises(TypeError, match="reach is a Handler"):
        Department("housing", "县住建局", "1.0", reach="no way")  # type: ignore[arg-type]
