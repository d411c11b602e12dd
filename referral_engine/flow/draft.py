"""A decision while it is being made: the case as it will be, and all that the outcome carries.

Local state only: a draft is made by ``decide``, filled by one command and turned into a
``Resolution``. What it reads is given; what it writes is returned.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from referral_engine.errors import Refused
from referral_engine.flow.access import hidden, keeps_seals
from referral_engine.flow.apply import apply
from referral_engine.flow.facts import Facts
from referral_engine.i18n import _
from referral_engine.model import event as e
from referral_engine.model.case import Case
from referral_engine.model.command import Command, Request, command_name
from referral_engine.model.outcome import Call, FollowUp, Notice, Resolution
from referral_engine.model.policy import Policy
from referral_engine.model.principal import ENGINE, Principal
from referral_engine.model.referral import Referral
from referral_engine.model.target import Target
from referral_engine.model.territory import level_rank
from referral_engine.model.unit import TERRITORIAL
from referral_engine.org import Org
from referral_engine.rules.runtime import ActiveRules
from referral_engine.rules.tree import PathStep
from referral_engine.worktime import WorkCalendar, quiet

__all__ = ["Draft", "Setting"]


class Setting(msgspec.Struct, frozen=True):
    """All that a decision stands on beside the case: rules in force for it, county, figures.

    ``published`` holds the other rule sets by hash, for migrating a running case. ``heard`` says
    whether anyone hears of what is done: in a plan nobody does, and no word or call is made.
    """

    rules: ActiveRules
    org: Org
    calendar: WorkCalendar
    policy: Policy
    published: Mapping[str, ActiveRules] = {}
    heard: bool = True


class Draft:
    """``now`` is the moment of recording (UTC), ``at`` that of the act itself; ``case`` the case
    with everything recorded so far, which a new one has from its first event on."""

    case: Case

    def __init__(
        self, case: Case | None, request: Request, facts: Facts, setting: Setting, now: datetime
    ) -> None:
        self.request = request
        self.by: Principal = request.by
        self.facts = facts
        self.setting = setting
        self.rules: ActiveRules = setting.rules
        self.org: Org = setting.org
        self.policy: Policy = setting.policy
        self.now = now if case is None or case.last_at is None else max(now, case.last_at)
        self.at = request.happened_at or self.now
        self.code = facts.code if case is None else case.code
        if case is not None:
            self.case = case
        self._before = 0 if case is None else case.version
        self._events: list[e.Event] = []
        self._content: dict[str, str] = {}
        self._calls: list[Call] = []
        self._notices: list[Notice] = []
        self._follow_ups: list[FollowUp] = []

    @property
    def changed(self) -> bool:
        """Whether anything is recorded yet."""
        return bool(self._events)

    # -- writing ------------------------------------------------------------------------------
    def record(self, body: e.EventBody, *, owner: str = "", engine: bool = False) -> None:
        """Appends an event; the owner stays unless `owner` names another."""
        case = self.case
        seq, owner = case.version + 1, owner or case.owner
        if engine:
            event = e.Event(self.code, seq, body, owner, ENGINE, self.now, self.now)
        else:
            event = e.Event(self.code, seq, body, owner, self.by, self.now, self.at)
        self.case = apply(case, event)
        self._events.append(event)

    def begin(self, body: e.Registered, owner: str) -> None:
        """The first event of a new case."""
        event = e.Event(
            case=self.code, seq=1, body=body, owner=owner, by=self.by,
            recorded_at=self.now, happened_at=self.at,
        )  # fmt: skip
        self.case = apply(None, event)
        self._events.append(event)

    def keep(self, text: str, ref: str = "") -> str:
        """Puts words into the case's content; the reference stands in the event."""
        if not text:
            return ""
        ref = ref or f"{self._before + len(self._events) + 1}-{len(self._content)}"
        self._content[ref] = text
        return ref

    def call(self, referral: Referral, verb: str, once: str = "", **detail: str) -> None:
        """A plugin call after the commit, under the key referral/verb/round."""
        if not self.setting.heard:
            return
        key = f"{referral.id}/{verb}/{referral.round}" + (f"/{once}" if once else "")
        if all(known.key != key for known in self._calls):
            self._calls.append(Call(key, self.code, referral.unit, referral.id, verb, detail))

    def tell(self, to: str, subject: str, *, urgent: bool = False, **detail: str) -> None:
        """A word to a unit or the ``reporter``, kept back in quiet hours unless urgent."""
        if not self.setting.heard:
            return
        seq = self._before + len(self._events)
        key = f"{self.code}/{seq}/{subject}/{to}/{len(self._notices)}"
        wait = quiet(self.now, self.setting.calendar, emergency=urgent)
        not_before = wait if wait > self.now else None
        self._notices.append(Notice(key, self.code, to, subject, not_before, detail))

    def follow(self, case: str, command: Command, key: str, *, hidden: bool = False) -> None:
        """A command for another case, executed once under its own key, which names this case
        unless it is `hidden`."""
        own = key if hidden else f"{self.code}/{key}"
        request = Request(case=case, command=command, by=ENGINE, key=own)
        self._follow_ups.append(FollowUp(request))

    # -- asking -------------------------------------------------------------------------------
    def resolve(self, target: Target) -> str:
        """The unit meant, as it is today; empty where nobody may be meant (recusal)."""
        case = self.case
        barred = frozenset(case.barred)
        return (
            self.org.resolve(target, case.territory, self.now, case.first or case.holder, barred)
            or ""
        )

    def step_of(self, referral: Referral | None) -> PathStep | None:
        """The step of the case's path that this referral is, if it is one."""
        if referral is None or not referral.path_step:
            return None
        return self.rules.step(self.case.path, referral.path_step)

    def common_superior(self) -> str:
        """Who stands above all that led the case or were said to have to, the accused passed."""
        leads = [r for r in self.case.referrals if r.role == "lead"]
        named = [unit for r in leads for unit in (r.unit, r.suggested) if unit]
        units = dict.fromkeys(named or [self.case.owner])
        found = self.org.common_superior(*units, barred=frozenset(self.case.barred))
        return self.org.current(found, self.now) if found else self.case.holder

    def centre(self, territory: str) -> str:
        """The centre that holds a case of this place, as it is today."""
        return self.org.current(self.org.centre(territory), self.now)

    def above(self) -> str:
        """The unit one level above whoever is in charge that is not accused; empty at the top.

        A grid or village below the centre steps up to its own next level; for a department the
        centre that holds the case answers, so that the level above that centre is next, and the
        centre itself where it is the top. A sealed case passes whoever keeps no seals.
        """
        case = self.case
        barred = frozenset(case.barred)
        start = case.owner if self._answers_below(case.owner) else case.holder
        passed = barred
        while True:
            found = self.org.step_up(start, case.territory, passed)
            if not found:
                return case.holder
            unit = self.org.current(found, self.now)
            if not hidden(case) or keeps_seals(unit, self.org):
                return unit
            passed |= {found}

    def _answers_below(self, unit: str) -> bool:
        """Whether the unit answers for a place below the holder's level."""
        known = self.org.unit(unit)
        levels = (self.org.level_of_unit(unit), self.org.level_of_unit(self.case.holder))
        below = all(levels) and level_rank(levels[0]) > level_rank(levels[1])
        return known is not None and known.kind in TERRITORIAL and below

    def county(self) -> str:
        """The county's responsible unit; the holder where there is none."""
        found = self.org.responsible(self.case.territory, "county")
        return self.org.current(found, self.now) if found else self.case.holder

    def unit(self, target: Target) -> str:
        """Like ``resolve``, for a person's command: raises Refused where there is no such unit."""
        found = self.resolve(target)
        if not found:
            raise Refused(
                "NO_SUCH_UNIT",
                _("{target} is not a unit that can take this case.").format(target=target),
                _("Name another unit; `referral doctor` lists the units."),
            )
        return found

    def _told(self) -> tuple[Notice, ...]:
        """The notices, marked where the case is sealed by now: rules seal after the first word."""
        if not self._notices or not hidden(self.case):
            return tuple(self._notices)
        return tuple(msgspec.structs.replace(each, sealed=True) for each in self._notices)

    def done(self, note: str = "") -> Resolution:
        """What the command comes to."""
        return Resolution(
            case=self.case,
            events=tuple(self._events),
            content=self._content,
            calls=tuple(self._calls),
            notices=self._told(),
            follow_ups=tuple(self._follow_ups),
            note=note or command_name(self.request.command),
        )
