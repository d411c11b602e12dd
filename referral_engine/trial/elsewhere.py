"""What of an issue would have to be otherwise for another unit to lead it: asked of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property

from referral_engine.errors import Refused
from referral_engine.model.issue import Issue
from referral_engine.model.target import Target
from referral_engine.model.territory import LEVELS
from referral_engine.org import Org
from referral_engine.rules.otherwise import Answer, Otherwise, Places, Search, Spot, Wanted
from referral_engine.rules.runtime import ActiveRules
from referral_engine.rules.subject import Subject
from referral_engine.rules.tree import RoutingRule, RuleSet
from referral_engine.trial.preview import Preview, decision_of

__all__ = ["Elsewhere", "answers_kept"]


class Elsewhere:
    """Searches under one rule set; every change that it tells has been decided in full.

    What a changed issue asks of history is told by `answers`. A store is never asked again: that
    would tell of cases, sealed ones too, that nobody had looked at.
    """

    def __init__(
        self,
        preview: Preview,
        rules: ActiveRules,
        answers: Callable[[Issue], Mapping[str, int]] | None = None,
    ) -> None:
        self._org = preview.workspace.org
        self._preview = preview
        self._answers = answers or preview.answers
        self._rule_set = rules.rule_set
        places = _places(self._org)
        self._search = Search(rules.rule_set, rules.router, places, self._ask, self._answers)

    def nearest(self, issue: Issue, unit: str, fields: int) -> Otherwise:
        """The nearest change of at most so many fields that makes the unit lead.

        A station is offered what its department leads.
        """
        wanted = self._org.department(unit) or unit
        barred = frozenset[str]().union(*(self._org.related(each) for each in issue.accused))
        if wanted in barred or unit in barred:
            return Otherwise("accused", unit, fields)
        # An issue that accuses may pass over whom a rule names: then every rule is looked at.
        may_lead = self._may_lead(wanted, anyone=bool(barred))
        targets = [
            rule.effects.refer.lead
            for rule in _deciding(self._rule_set)
            if rule.effects.refer is not None
        ]
        if not any(map(may_lead, targets)):
            return Otherwise("never", unit, fields)

        def means(target: Target, changed: Issue) -> bool:
            if barred:
                return True
            # A changed issue is taken in by the engine: by nobody who could be `@first`.
            at = changed.received_at
            meant = self._org.resolve(target, changed.territory, at, "", frozenset())
            return meant == wanted

        return self._search.nearest(issue, Wanted(wanted, may_lead, means, fields))

    def _ask(self, issue: Issue) -> Answer | None:
        try:
            resolution = self._preview.peek(issue, self._answers(issue))
        except Refused:
            return None
        case, lead = resolution.case, resolution.case.lead()
        return Answer(lead.unit if lead else "", decision_of(resolution).rule, case.sealed)

    def _may_lead(self, unit: str, *, anyone: bool) -> Callable[[Target], bool]:
        @cache
        def may_lead(target: Target) -> bool:
            if target.first_present:
                return any(map(may_lead, target.first_present))
            if anyone or target.relative == "first":
                return True
            if target.relative:
                return unit in self._answering[target.relative]
            if code := self._org.tree.exact(target.unit):
                return unit in self._org.answering(code, self._org.tree.level(code))
            return target.unit == unit or self._org.department(target.unit) == unit

        return may_lead

    @cached_property
    def _answering(self) -> dict[str, frozenset[str]]:
        """By level the units that answer for some place there."""
        org = self._org
        return {
            level: frozenset(u for code in org.tree.territories for u in org.answering(code, level))
            for level in LEVELS
        }


def answers_kept(
    original: Issue, known: Mapping[str, int], rules: ActiveRules
) -> Callable[[Issue], Mapping[str, int]]:
    """History as it was counted for the original; what would have to be counted anew is none."""

    def answers(issue: Issue) -> Mapping[str, int]:
        questions = rules.router.questions(Subject.from_issue(issue, rules.fields))
        return {
            question.key: known[question.key]
            for question in questions
            if question.key in known
            and all(_same(original, issue, field) for field in question.same)
        }

    return answers


def _same(one: Issue, other: Issue, field: str) -> bool:
    name = "territory" if field == "township" else field
    return bool(getattr(one, name, None) == getattr(other, name, None))


def _deciding(rule_set: RuleSet) -> list[RoutingRule]:
    tables = [table for table in rule_set.routing if table.hit == "first"]
    rules = [rule for table in tables for rule in table.rules]
    return [*rules, *(table.default for table in tables if table.default is not None)]


def _places(org: Org) -> Places:
    return {
        code: Spot(org.tree.path(code), tuple(org.responsible(code, level) for level in LEVELS))
        for code in org.tree.territories
    }
