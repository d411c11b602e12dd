"""The shipped plugins as they are used: loaded from their folder, asked through a guard."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from referral_engine import Answer, Claim, HandOff, Progress, Referral, Report
from referral_engine.model.plugin_settings import PluginSettings
from referral_engine.plugins.acts import Act
from referral_engine.plugins.departments import Departments, load
from tests.unit.plugins.offers import offered

ROOT = Path(__file__).resolve().parents[3]
_TURNS = 12


def shipped() -> Departments:
    """All shipped departments, in threads."""
    return load(PluginSettings(entry_points=False), ROOT, "thread")


class Course(NamedTuple):
    """What a department did with a referral, act by act, each with the moment it was told."""

    told: list[tuple[datetime, Act]]
    referral: Referral

    @property
    def names(self) -> list[str]:
        return [type(act).__name__ for _at, act in self.told]

    @property
    def statuses(self) -> list[str]:
        return [act.status for _at, act in self.told if isinstance(act, Progress) and act.status]

    @property
    def met(self) -> list[str]:
        return [act.meets for _at, act in self.told if isinstance(act, Progress) and act.meets]

    @property
    def report(self) -> Report | None:
        return next((act for _at, act in self.told if isinstance(act, Report)), None)

    def at(self, kind: type) -> datetime:
        """When the first act of this kind was told."""
        return next(at for at, act in self.told if isinstance(act, kind))


def first(found: Departments, department: str, **changes: Any) -> Answer:
    """The answer to the offer."""
    return found.call(department, "offered", offered(department=department, **changes))


def course(found: Departments, department: str, **changes: Any) -> Course:
    """Follows a referral from the offer until the department asks to be called no more."""
    referral = offered(department=department, **changes)
    answer = found.call(department, "offered", referral)
    told: list[tuple[datetime, Act]] = []
    for turn in range(_TURNS):
        told += [(referral.now, act) for act in answer.acts]
        if answer.again is None:
            return Course(told, referral)
        referral = _later(referral, answer, turn)
        answer = found.call(department, "work", referral)
    raise AssertionError(f"{department} never comes to an end")


def _later(referral: Referral, answer: Answer, turn: int) -> Referral:
    taken = any(isinstance(act, Claim | HandOff) for act in answer.acts)
    return replace(
        referral,
        key=f"C1-1/offered/1+{turn + 1}",
        state="claimed" if taken else referral.state,
        now=referral.now + (answer.again or timedelta(0)),
        bookmark=answer.bookmark,
    )
