"""One part of the county in virtual time: the real flow, case by case, with nothing stored.

Issues stream in, what is over is forgotten, and what comes next waits on one agenda; memory holds
the cases that are open and no others.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import msgspec

from referral_engine.errors import Refused
from referral_engine.flow.decide import decide
from referral_engine.flow.draft import Setting
from referral_engine.flow.facts import Facts
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.code import RANDOM_DIGITS, make_code
from referral_engine.model.event import Event
from referral_engine.model.issue import Issue
from referral_engine.model.outcome import Resolution
from referral_engine.model.principal import ENGINE
from referral_engine.planning.agenda import Agenda, Held, Item
from referral_engine.planning.arrivals import Arrivals
from referral_engine.planning.company import Company
from referral_engine.planning.count import Count
from referral_engine.planning.profile import Profile
from referral_engine.planning.read_profile import read_profile
from referral_engine.planning.staff import somebody
from referral_engine.planning.townships import Part
from referral_engine.trial.deeds import Deed
from referral_engine.trial.earlier import Earlier
from referral_engine.workspace import Workspace

__all__ = ["Flow", "Play", "Stage", "Watch"]

Flow = Callable[[Case | None, c.Request, Facts, Setting, datetime], Resolution | None]
"""`decide`, or what looks on while it decides."""

Watch = Callable[[Case, Event], None]
"""Told of every event with the case as it stands after the command that recorded it."""

_NOTHING = Facts()
_TICK = c.Tick()
_FORGETS = timedelta(days=7)


class Stage(msgspec.Struct, frozen=True):
    """What every part is played on: the workspace with its rules in force, and the profile."""

    workspace: Workspace
    profile: Profile
    setting: Setting

    @classmethod
    def of(cls, workspace: Workspace, file: Path) -> Stage:
        """The profile in the file, and the workspace's own rules compiled. Raises Faulty,
        FileNotFoundError."""
        rules = workspace.rules()
        profile = read_profile(file, workspace, rules)
        return cls(workspace, profile, workspace.setting(workspace.activate(rules), {}))


class Play:
    """Plays one part once."""

    def __init__(
        self,
        stage: Stage,
        part: Part,
        seed: int,
        *,
        flow: Flow = decide,
        watch: Watch | None = None,
    ) -> None:
        self._stage = stage
        self._setting = stage.setting
        self._zone = stage.workspace.calendar.zone
        self._part = part
        self._arrivals = Arrivals(stage.profile, part, seed, stage.workspace.calendar)
        self._agenda = Agenda()
        chance = part.chance(seed, "people")
        self._company = Company(stage.profile, stage.setting, chance, self._agenda)
        org = stage.workspace.org
        rules = stage.setting.rules.rule_set
        self._earlier = Earlier(rules, lambda code: org.at_level(code, "township") or code)
        self._auto_accept = stage.workspace.config.auto_accept
        self._decide = flow
        self._watch = watch
        self._held: dict[str, Held] = {}
        self._waiting: dict[str, Issue] = {}
        self._today = date.min
        self._midnight = datetime.min.replace(tzinfo=UTC)
        self._forgets_at = self._midnight
        self.count = Count()

    def run(self, first: date, last: date) -> Count:
        """What comes of the issues of the local days `first` to `last`, both included, by the end
        of the last; what is open then is counted as open."""
        for issue in self._arrivals.between(first, last):
            self._until(issue.received_at)
            self._register(issue)
        self._until(self._begin_of(last + timedelta(days=1)) - timedelta.resolution)
        for held in self._held.values():
            self.count.leave(held.case)
        return self.count

    @property
    def open(self) -> int:
        """How many cases are in memory."""
        return len(self._held)

    # -- time -------------------------------------------------------------------------------
    def _until(self, moment: datetime) -> None:
        """Everything that is due by then, in order."""
        while item := self._agenda.take(moment):
            held = self._held.get(item.case)
            if held is None:
                continue  # over since it was written down
            if item.deed is None:
                self._ring(held, item.at)
            else:
                self._act(held, item, item.deed)

    def _now(self, moment: datetime) -> date:
        """The local day of a moment; moments never go back."""
        if moment >= self._midnight:
            self._today = moment.astimezone(self._zone).date()
            self._midnight = self._begin_of(self._today + timedelta(days=1))
            if moment >= self._forgets_at:
                self._earlier.forget(moment)
                self._forgets_at = moment + _FORGETS
        return self._today

    def _begin_of(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self._zone).astimezone(UTC)

    # -- doing ------------------------------------------------------------------------------
    def _register(self, issue: Issue) -> None:
        """A new case, under a code that no other part gives."""
        now, part = issue.received_at, self._part
        day = self._now(now)
        number = part.number * (10**RANDOM_DIGITS // part.of) + self.count.issues
        code = make_code(part.township, day, number)
        facts = self._facts(issue, code)
        command = c.Register(issue, auto_accept=self._auto_accept)
        request = c.Request(case="", command=command, by=ENGINE)
        made = self._decide(None, request, facts, self._setting, now)
        assert made is not None, "a registration always records something"
        if not made.case.sealed:
            self._earlier.add(issue)
        held = self._held[code] = Held(made.case)
        if not self._auto_accept:
            self._waiting[code] = issue
        self._took(held, made, now)

    def _ring(self, held: Held, now: datetime) -> None:
        """A clock of the case; one that was set anew since rings at another moment."""
        if held.rings != now:
            return
        held.rings = None
        request = c.Request(case=held.case.code, command=_TICK, by=ENGINE)
        made = self._decide(held.case, request, _NOTHING, self._setting, now)
        if made is not None:
            self._took(held, made, now)

    def _act(self, held: Held, item: Item, deed: Deed) -> None:
        now, who = item.at, item.who
        command = deed(held.case)
        if command is None:
            return
        by = somebody(who, held.case, self._setting.org) if isinstance(who, str) else who
        request = c.Request(case=held.case.code, command=command, by=by)
        facts = _NOTHING
        if isinstance(command, c.Accept):
            facts = self._facts(self._waiting[held.case.code], held.case.code)
        try:
            made = self._decide(held.case, request, facts, self._setting, now)
        except Refused as refused:
            self.count.refuse(refused.code)
            self._company.refused(held, command, refused.code, now, who)
            return
        if made is not None:
            self._took(held, made, now)

    def _took(self, held: Held, made: Resolution, now: datetime) -> None:
        """The case as it is now; whoever hears of it writes down what to do."""
        day = self._now(now)
        held.case = made.case
        for event in made.events:
            self.count.add(made.case, event, day)
            if self._watch is not None:
                self._watch(made.case, event)
        if made.case.over:
            self.count.end(made.case, day)
            del self._held[made.case.code]
            self._waiting.pop(made.case.code, None)
            return
        for event in made.events:
            self._company.notice(held, event)
        rings = made.case.next_at()
        if rings != held.rings:
            held.rings = rings
            if rings is not None:
                self._agenda.put(rings, made.case.code, None, ENGINE)

    def _facts(self, issue: Issue, code: str) -> Facts:
        answers = self._earlier.answers(issue)
        return Facts(code=code, answers=answers, issue=issue, reporter=issue.reporter.key)
