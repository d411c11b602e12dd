"""One part of the county in virtual time: the real flow, case by case, with nothing stored.

Issues stream in, and each is played to its end, or to that of the plan, before the next: nothing
passes from one case to another but how often the like came in before. Memory holds one case.
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
from referral_engine.planning.agenda import Held, Item
from referral_engine.planning.arrivals import Arrivals
from referral_engine.planning.company import Company
from referral_engine.planning.count import Count
from referral_engine.planning.profile import Profile
from referral_engine.planning.read_profile import read_profile
from referral_engine.planning.staff import somebody
from referral_engine.planning.townships import Part
from referral_engine.trial.earlier import Earlier
from referral_engine.workspace import Workspace

__all__ = ["Flow", "Play", "Stage", "Watch"]

Flow = Callable[[Case | None, c.Request, Facts, Setting, datetime], Resolution | None]
"""`decide`, or what looks on while it decides."""

Watch = Callable[[Case, Event], None]
"""Told of every event with the case as it stands after the command that recorded it; one case
after the other."""

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
        setting = workspace.setting(workspace.activate(rules), {})
        return cls(workspace, profile, msgspec.structs.replace(setting, heard=False))


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
        self._setting = stage.setting
        self._calendar = stage.workspace.calendar
        self._part = part
        self._arrivals = Arrivals(stage.profile, part, seed, self._calendar)
        self._company = Company(stage.profile, stage.setting, part.chance(seed, "people"))
        org = stage.workspace.org
        rules = stage.setting.rules.rule_set
        self._earlier = Earlier(rules, lambda code: org.at_level(code, "township") or code)
        self._auto_accept = stage.workspace.config.auto_accept
        self._decide = flow
        self._watch = watch
        self._forgets_at = datetime.min.replace(tzinfo=UTC)
        self.count = Count()

    def run(self, first: date, last: date) -> Count:
        """What comes of the issues of the local days `first` to `last`, both included, by the end
        of the last; what is open then is counted as open."""
        end = datetime.combine(last + timedelta(days=1), time(), tzinfo=self._calendar.zone)
        until = end.astimezone(UTC) - timedelta.resolution
        for issue in self._arrivals.between(first, last):
            self._live(issue, until)
        return self.count

    # -- time -------------------------------------------------------------------------------
    def _live(self, issue: Issue, until: datetime) -> None:
        """The life of a case up to a moment: its clocks and what people do, in order of time."""
        held = self._registered(issue)
        agenda = held.agenda
        while not held.case.over:
            rings, acts = held.rings, agenda.next_at()
            if rings is not None and (acts is None or rings <= acts):
                if rings > until:
                    break
                self._ring(held, rings)
            elif acts is not None and acts <= until:
                self._act(held, agenda.take(), issue)
            else:
                break
        if not held.case.over:
            self.count.leave(held.case)

    # -- doing ------------------------------------------------------------------------------
    def _registered(self, issue: Issue) -> Held:
        """A new case, under a code that no other part gives."""
        now, part = issue.received_at, self._part
        if now >= self._forgets_at:
            self._earlier.forget(now)
            self._forgets_at = now + _FORGETS
        number = part.number * (10**RANDOM_DIGITS // part.of) + self.count.issues
        facts = self._facts(issue, make_code(part.township, self._calendar.local_day(now), number))
        command = c.Register(issue, auto_accept=self._auto_accept)
        request = c.Request(case="", command=command, by=ENGINE)
        made = self._decide(None, request, facts, self._setting, now)
        assert made is not None, "a registration always records something"
        if not made.case.sealed:
            self._earlier.add(issue)
        held = Held(made.case)
        self._took(held, made, now)
        return held

    def _ring(self, held: Held, now: datetime) -> None:
        """A clock of the case."""
        held.rings = None
        request = c.Request(case=held.case.code, command=_TICK, by=ENGINE)
        made = self._decide(held.case, request, _NOTHING, self._setting, now)
        if made is not None:
            self._took(held, made, now)

    def _act(self, held: Held, item: Item, issue: Issue) -> None:
        now, who = item.at, item.who
        command = item.deed(held.case)
        if command is None:
            return
        by = somebody(who, held.case, self._setting.org) if isinstance(who, str) else who
        request = c.Request(case=held.case.code, command=command, by=by)
        accepts = isinstance(command, c.Accept)
        facts = self._facts(issue, held.case.code) if accepts else _NOTHING
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
        case = held.case = made.case
        day = self._calendar.local_day(now)
        self.count.add(case, made.events, day)
        if self._watch is not None:
            for event in made.events:
                self._watch(case, event)
        if case.over:
            self.count.end(case, day)
            return
        self._company.notice(held, made.events)
        held.rings = case.next_at()

    def _facts(self, issue: Issue, code: str) -> Facts:
        answers = self._earlier.answers(issue)
        return Facts(code=code, answers=answers, issue=issue, reporter=issue.reporter.key)
