"""The engine of a test: real store, rules, desk and runner, and time passes when it is told to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from referral_engine.clock import VirtualClock
from referral_engine.desk.publishing import publish_first
from referral_engine.model.event import unit_part
from referral_engine.model.issue import Issue, Reporter
from referral_engine.model.plugin_settings import PluginSettings
from referral_engine.model.principal import ENGINE
from referral_engine.model.tag import snake
from referral_engine.plugins.department import Department
from referral_engine.plugins.departments import Departments
from referral_engine.plugins.in_thread import InThread
from referral_engine.store import Store
from referral_engine.testing.county import CATEGORY, PLACE, make_county
from referral_engine.trial.box import Box

__all__ = ["START", "Engine", "open_engine"]

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
"""Monday 09:00 in the county."""


class Engine:
    """What a department's test asks for; ``box`` has the rest."""

    def __init__(self, box: Box, clock: VirtualClock) -> None:
        self.box = box
        self.clock = clock

    def refer(self, text: str, **given: Any) -> str:
        """A new case about `text`, referred to the department at once; the code of the case.

        ``given`` are fields of an issue: category, people, severity, tags, extra … The reporter is
        somebody with a name and a phone, the place a grid of the county.
        """
        asked: dict[str, Any] = {
            "channel": "hotline",
            "received_at": self.clock.now(),
            "category": CATEGORY,
            "territory": PLACE,
            "reporter": Reporter(name="马小红", phone="13900000016"),
        }
        code = self.box.register(Issue(text=text, **{**asked, **given}), ENGINE).case
        self.box.settle()
        return code

    def pass_time(self, by: timedelta) -> None:
        """Does everything that falls due meanwhile, in its order."""
        self.box.advance_to(self.clock.now() + by)

    def did(self, code: str) -> list[str]:
        """What the department's plugin did on the case, oldest first: claimed, reported …

        Not the clocks that this met or started; `box.events` has all.
        """
        found = (e for e in self.box.events(code) if e.by.id.startswith("plugin:"))
        home = unit_part.__name__
        return [snake(type(e.body).__name__) for e in found if type(e.body).__module__ == home]

    def state(self, code: str) -> str:
        """The state of the case: assigned, in_progress, resolved …"""
        return self.box.case(code).state

    def failures(self) -> list[str]:
        """The calls that were given up, with what went wrong."""
        with self.box.store.reading() as reader:
            return [letter.error for letter in reader.dead_letters()]


@contextmanager
def open_engine(
    folder: Path, departments: Sequence[Department], clock: VirtualClock
) -> Iterator[Engine]:
    """An engine in `folder` at the clock's time, in a county with these departments alone.

    They are called in threads of this process, so that a debugger and monkeypatch reach them.
    """
    workspace = make_county(folder, [(each.id, each.name) for each in departments])
    guard = InThread({each.id: each for each in departments})
    profiles = {each.id: each.profile() for each in departments}
    seconds = lambda: clock.now().timestamp()  # noqa: E731
    serving = Departments(guard, profiles, (), (), PluginSettings(), seconds)
    with Store.open(f"sqlite:///{folder / 'engine.db'}") as store, serving:
        box = Box(workspace, store, clock, serving)
        publish_first(box.desk, "test")
        yield Engine(box, clock)
