"""A case explained under the rules, facts and values of its decision."""

from __future__ import annotations

from msgspec.structs import replace

from referral_engine.desk import Desk, View
from referral_engine.desk.publishing import stored_rule_set
from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.model.event import Accepted, Decided, Event
from referral_engine.model.issue import Issue
from referral_engine.model.principal import Principal
from referral_engine.rules.explain import Verdict, explain
from referral_engine.rules.subject import Subject
from referral_engine.rules.tree import RuleSet

__all__ = ["explain_case"]


def explain_case(
    desk: Desk, id: str, by: Principal
) -> tuple[RuleSet, tuple[str, tuple[Verdict, ...]]]:
    """The rule set of the case's latest decision, its code, and the verdict on every rule.

    Whoever may not see names sees the words masked, and they are judged as masked. Raises Refused.
    """
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
    verdicts = explain(
        rules,
        workspace.world(rules),
        Subject.from_issue(issue, workspace.fields),
        decided.answers,
        workspace.calendar.local_day(issue.received_at),
        workspace.fields,
    )
    return rules, (seen.case.code, verdicts)


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
