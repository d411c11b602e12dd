"""A case as it stood at its decision: rules, facts and words, to be explained by them."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from referral_engine.desk import Desk, View
from referral_engine.desk.publishing import stored_rule_set
from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.model.case import Case
from referral_engine.model.event import Accepted, Decided, Event
from referral_engine.model.issue import Issue
from referral_engine.model.principal import Principal
from referral_engine.rules.explain import Verdict, explain
from referral_engine.rules.otherwise import Otherwise
from referral_engine.rules.subject import Subject
from referral_engine.rules.tree import RuleSet
from referral_engine.trial.elsewhere import Elsewhere, answers_kept
from referral_engine.trial.preview import Preview
from referral_engine.workspace import Workspace

__all__ = ["Past", "past_of"]


class Past(msgspec.Struct, frozen=True):
    """A case, the rule set and the answers of history of its latest decision, and its words then.

    Whoever may not see names has the words masked, and they are judged as masked.
    """

    case: Case
    rules: RuleSet
    issue: Issue
    answers: dict[str, int]

    def verdicts(self, workspace: Workspace) -> tuple[Verdict, ...]:
        """The verdict on every rule."""
        return explain(
            self.rules,
            workspace.world(self.rules),
            Subject.from_issue(self.issue, workspace.fields),
            self.answers,
            workspace.calendar.local_day(self.issue.received_at),
            workspace.fields,
        )

    def otherwise(self, workspace: Workspace, unit: str, fields: int) -> Otherwise:
        """The smallest change that would have sent it to the unit, by the rules it was decided
        by and today's organisation."""
        rules = workspace.activate(self.rules)
        kept = answers_kept(self.issue, self.answers, rules)
        return Elsewhere(Preview(workspace, rules), rules, kept).nearest(self.issue, unit, fields)


def past_of(desk: Desk, id: str, by: Principal) -> Past:
    """The case at its latest decision. Raises Refused, also where `by` may not see it."""
    workspace = desk.workspace
    view = View(desk.store, workspace, desk.clock)
    seen = view.case(id, by, "explain")
    decided = view.decision(id, by)[1]
    if decided is None or seen.issue is None:
        raise Refused(
            "NOT_DECIDED", _("{case} was not decided by rules.").format(case=seen.case.code)
        )
    rules = stored_rule_set(desk.store, workspace, decided.rule_set or seen.case.rule_set)
    issue = _as_accepted(seen.issue, view.history(id, by))
    return Past(seen.case, rules, issue, decided.answers)


def _as_accepted(issue: Issue, events: list[Event]) -> Issue:
    """The issue with what was corrected before its latest decision."""
    last = max(event.seq for event in events if isinstance(event.body, Decided))
    for event in events:
        if isinstance(event.body, Accepted) and event.seq < last:
            issue = replace(
                issue,
                category=event.body.category or issue.category,
                territory=event.body.territory or issue.territory,
            )
    return issue
