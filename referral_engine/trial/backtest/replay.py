"""A recorded decision made again: the same case, facts and moment, by the engine's own routing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from referral_engine.flow.apply import replay
from referral_engine.flow.draft import Draft, Setting
from referral_engine.flow.facts import Facts
from referral_engine.flow.routing import as_known, route, supports
from referral_engine.model.case import Case
from referral_engine.model.command import Accept, Request
from referral_engine.model.event import Accepted, Decided, Registered
from referral_engine.model.issue import Issue
from referral_engine.model.target import Target
from referral_engine.rules.tree import Decision
from referral_engine.store import RecordedDecision
from referral_engine.trial.preview import shown

__all__ = ["Offered", "Replayed", "offered"]

_PLAIN = frozenset({"registered", "clock_started", "accepted", "decided"})
"""Events before a decision that leave the issue as it came in, if the acceptance corrects nothing.
"""

Offered = tuple[str, tuple[str, ...]]
"""The lead, empty where the centre holds the case, and the supports."""


class Replayed:
    """One recorded case as it stood when it was decided."""

    __slots__ = ("_case", "_recorded", "code", "decided", "event", "issue", "registered")

    def __init__(self, recorded: RecordedDecision) -> None:
        self.code = recorded.code
        self._recorded = recorded
        self.event = recorded.event(-1)
        first, last = recorded.event(0).body, self.event.body
        assert isinstance(first, Registered)
        assert isinstance(last, Decided)
        self.registered: Registered = first
        self.decided: Decided = last
        self._case: Case | None = None
        assert recorded.issue is not None
        self.issue = msgspec.json.decode(recorded.issue, type=Issue)
        if not _PLAIN.issuperset(recorded.kinds) or self._corrected():
            self.issue = as_known(self.case, self.issue)

    def _corrected(self) -> bool:
        """Whether whoever accepted it said another category or place."""
        if "accepted" not in self._recorded.kinds:
            return False
        body = self._recorded.event(self._recorded.kinds.index("accepted")).body
        return isinstance(body, Accepted) and bool(body.category or body.territory)

    @property
    def case(self) -> Case:
        """The case before the decision."""
        if self._case is None:
            self._case = replay(map(self._recorded.event, range(len(self._recorded.bodies) - 1)))
            assert self._case is not None
        return self._case

    @property
    def at(self) -> datetime:
        """When it was decided (UTC)."""
        return self.event.recorded_at

    def outcome(self, setting: Setting, answers: dict[str, int]) -> dict[str, Any]:
        """What routing by these rules comes to, as `referral simulate` tells it. Raises Refused."""
        request = Request(
            case=self.code, command=Accept(), by=self.event.by, happened_at=self.event.happened_at
        )
        facts = Facts(answers=answers, issue=self.issue)
        draft = Draft(self.case, request, facts, setting, self.at)
        route(draft)
        return shown(self.issue, draft.done(), setting.calendar.zone)


def offered(replayed: Replayed, decision: Decision, setting: Setting) -> Offered | None:
    """To whom the case goes by this decision; None where it is sealed, and nobody's to know.

    Asks the organisation as `refer` does, without making an offer.
    """
    if decision.seal:
        return None
    wanted, first = decision.effects.refer, replayed.registered
    if wanted is None or decision.effects.propose is not None:
        return "", ()
    org, territory = setting.org, replayed.issue.territory

    def resolve(target: Target) -> str:
        taker = first.first or first.holder
        return org.resolve(target, territory, replayed.at, taker, frozenset()) or ""

    lead = resolve(wanted.lead) or first.holder
    return lead, tuple(supports(wanted, {lead, org.station(lead, territory)}, resolve))
