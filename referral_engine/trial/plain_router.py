"""A router for a rule set that decides a few issues and is thrown away.

It asks condition after condition as the reference interpreter does and needs no index, which is
what takes the time where thousands of rule sets differ in one clause. Every condition is compiled
once, for all rule sets that share it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from referral_engine.rules.closure import Check, close
from referral_engine.rules.course import Course, Tracer
from referral_engine.rules.match import Undecided
from referral_engine.rules.naive import route
from referral_engine.rules.subject import Subject
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import Condition, Decision, Repeats, RuleSet, Value
from referral_engine.rules.walk import questions

__all__ = ["Checks", "PlainRouter"]


class Checks:
    """Conditions compiled when they are first asked. Those of `shared` are looked up there."""

    def __init__(self, terms: Terms, shared: Checks | None = None) -> None:
        self.terms = terms
        self._shared = shared
        self._compiled: dict[int, tuple[Condition, Check]] = {}  # which keeps the identity taken

    def known(self, condition: Condition) -> Check | None:
        """The check of this very condition, if it was asked before."""
        found = self._compiled.get(id(condition))
        if found is None:
            return None if self._shared is None else self._shared.known(condition)
        return found[1]

    def holds(self, condition: Condition | None, values: Mapping[str, Value]) -> bool:
        """Whether it is true of these values; no condition always is."""
        if condition is None:
            return True
        return (self.known(condition) or self.learn(condition))(values)

    def learn(self, condition: Condition) -> Check:
        """Compiles a condition before it is asked, for others to share."""
        check = close(condition, self.terms)
        self._compiled[id(condition)] = (condition, check)
        return check


class PlainRouter:
    """Decides as `rules.match.Router` does, without telling what the winner saw."""

    def __init__(self, rule_set: RuleSet, checks: Checks) -> None:
        self.terms = checks.terms
        self._rules = rule_set
        self._checks = checks
        found: dict[str, Repeats] = {}
        for question in _questions(rule_set):
            if question.at_least > found.setdefault(question.key, question).at_least:
                found[question.key] = question
        self._questions = tuple(found.values())

    def questions(self, _subject: Subject) -> tuple[Repeats, ...]:
        """Everything that any rule asks of history."""
        return self._questions

    def decide(
        self,
        subject: Subject,
        answers: Mapping[str, int],
        received_on: date,
        *,
        first_only: bool = False,
        trace: bool = True,
    ) -> Decision:
        """The decision; ``matched`` and ``prepared`` are told whatever is asked for."""
        values = {**subject.values, **answers}
        routing = route(self._rules, values, received_on, self.terms, self._checks.holds)
        winner, said = routing.winner, routing.prepared
        if winner is None:
            raise Undecided
        return Decision(
            winner.id, winner.place.file, winner.place.line, winner.name, winner.why, winner.basis,
            winner.effects, tuple(rule.id for rule in routing.matched), said.rules, said.values,
            said.tags, said.path, said.seal, said.link, (), said.overruled,
        )  # fmt: skip

    def trace(self, subject: Subject, answers: Mapping[str, int], received_on: date) -> Course:
        """As `Router.trace`."""
        values = {**subject.values, **answers}
        return Tracer(self._rules, self.terms).follow(values, received_on)


def _questions(rules: RuleSet) -> Iterator[Repeats]:
    for table in rules.routing:
        for condition in (table.when, *(rule.when for rule in table.rules)):
            yield from questions(condition)
