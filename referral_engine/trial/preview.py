"""What would become of an issue: the production decision, shown instead of stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from referral_engine.flow.decide import decide
from referral_engine.flow.facts import Facts
from referral_engine.model.case import Case, Proposal
from referral_engine.model.code import make_code
from referral_engine.model.command import Register, Request
from referral_engine.model.event import Decided
from referral_engine.model.issue import Issue
from referral_engine.model.outcome import Resolution
from referral_engine.model.principal import ENGINE
from referral_engine.rules.explain import Verdict, told
from referral_engine.rules.runtime import ActiveRules
from referral_engine.rules.subject import Subject
from referral_engine.trial.earlier import Earlier
from referral_engine.workspace import Workspace

__all__ = ["Preview", "decision_of", "shown", "simulate_issue"]


class Preview:
    """Decides issues one after the other. Earlier ones are history for the later, and no more is
    kept of them; without a store there are no links to near-duplicates.
    """

    def __init__(self, workspace: Workspace, rules: ActiveRules) -> None:
        self.workspace = workspace
        self._rules = rules
        self._setting = workspace.setting(rules, {})
        org = workspace.org
        self._earlier = Earlier(rules.rule_set, lambda code: org.at_level(code, "township") or code)
        self._count = 0

    def resolve(self, issue: Issue, at: datetime | None = None) -> Resolution:
        """What registering and accepting the issue comes to at a moment, by default its receipt;
        history for later ones.

        Raises Refused as the desk would.
        """
        self._count += 1
        resolution = self._decided(issue, self.answers(issue), at or issue.received_at)
        if not resolution.case.sealed:
            self._earlier.add(issue)
        return resolution

    def peek(self, issue: Issue, answers: Mapping[str, int]) -> Resolution:
        """The same at its receipt, with these answers of history, and without becoming history."""
        return self._decided(issue, answers, issue.received_at)

    def decide(self, issue: Issue, at: datetime | None = None) -> dict[str, Any]:
        """The same as `shown` tells it; see there."""
        return shown(issue, self.resolve(issue, at), self.workspace.calendar.zone)

    def explain(self, issue: Issue) -> tuple[Verdict, ...]:
        """A verdict on every routing rule, before the issue itself becomes history."""
        subject = Subject.from_issue(issue, self._rules.fields)
        answers = self.answers(issue)
        day = self.workspace.calendar.local_day(issue.received_at)
        course = self._rules.router.trace(subject, answers, day)
        return told(self._rules.rule_set, course, self._rules.router.terms)

    def answers(self, issue: Issue) -> dict[str, int]:
        """What the issues before it say to what the rules ask of history, by key."""
        subject = Subject.from_issue(issue, self._rules.fields)
        return {
            question.key: self._earlier.answer(question, issue)
            for question in self._rules.router.questions(subject)
        }

    def _decided(self, issue: Issue, answers: Mapping[str, int], at: datetime) -> Resolution:
        now = at.astimezone(UTC)
        request = Request(case="", command=Register(issue), by=ENGINE)
        facts = self._facts(issue, answers, now)
        resolution = decide(None, request, facts, self._setting, now)
        assert resolution is not None, "a registration always records something"
        return resolution

    def _facts(self, issue: Issue, answers: Mapping[str, int], now: datetime) -> Facts:
        day = now.astimezone(self.workspace.calendar.zone).date()
        code = make_code(issue.territory or self.workspace.org.tree.root, day, self._count)
        return Facts(code=code, answers=dict(answers), issue=issue, reporter=issue.reporter.key)


def simulate_issue(
    workspace: Workspace, rules: ActiveRules, issue: Issue, at: datetime | None = None
) -> dict[str, Any]:
    """What would become of this issue alone; see `shown`."""
    return Preview(workspace, rules).decide(issue, at)


def shown(issue: Issue, resolution: Resolution, zone: tzinfo) -> dict[str, Any]:
    """A decision in the shape of `referral simulate`: units by id, times in `zone` as ISO 8601.

    ``outcome`` is ``referred``, or ``proposed`` where a person must confirm a redirection or a
    rejection, or choose among the units suggested; ``matched`` lists every deciding rule
    that was true, none where the default decided.
    """
    case = resolution.case
    decided = decision_of(resolution)
    proposal = next((p for p in case.proposals if p.kind in ("redirect", "reject")), None)
    lead = case.lead()
    left = decided.suggested if lead is None and proposal is None else ()
    return {
        "id": issue.id,
        "outcome": "proposed" if proposal or left else "referred",
        "rule": decided.rule,
        "file": decided.file,
        "line": decided.line,
        "lead": lead.unit if lead else None,
        "support": [r.unit for r in case.referrals if r.role == "support" and r.open],
        "whistle": case.whistle or None,
        "path": case.path or None,
        "sealed": bool(case.sealed),
        "proposal": _choice(left) if left else _told(proposal),
        "claim_by": _due(case, "claim", zone),
        "arrive_by": _due(case, "arrive", zone),
        "report_by": _due(case, "report", zone),
        "why": decided.why or decided.basis or decided.name,
        "matched": list(decided.matched),
    }


def decision_of(resolution: Resolution) -> Decided:
    """What the rules decided when the issue was registered."""
    return next(
        event.body for event in reversed(resolution.events) if isinstance(event.body, Decided)
    )


def _told(proposal: Proposal | None) -> dict[str, str] | None:
    return None if proposal is None else {"kind": proposal.kind, **proposal.detail}


def _choice(suggested: tuple[tuple[str, float], ...]) -> dict[str, Any]:
    """For whoever dispatches: the units, surest first, each with its share."""
    units = [{"unit": unit, "share": share} for unit, share in suggested]
    return {"kind": "dispatch", "units": units}


def _due(case: Case, clock: str, zone: tzinfo) -> str | None:
    """When the lead's clock of this name ends."""
    lead = case.lead()
    if lead is None:
        return None
    dues = (d.due for d in case.deadlines if d.name == clock and d.referral == lead.id)
    due = next((due for due in dues if due is not None), None)
    return None if due is None else due.astimezone(zone).isoformat(timespec="seconds")
