"""Routing: the prepare phase and the decide phase of a rule set, compiled and indexed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from referral_engine.errors import ReferralError
from referral_engine.i18n import _
from referral_engine.rules.closure import compile_condition
from referral_engine.rules.course import Course, Tracer
from referral_engine.rules.fields import Registry
from referral_engine.rules.index import Index
from referral_engine.rules.naive import tables
from referral_engine.rules.prepare import UNTOUCHED, Prepared, decided, prepare
from referral_engine.rules.subject import Subject
from referral_engine.rules.terms import Surroundings, Terms
from referral_engine.rules.text import Needles
from referral_engine.rules.trace import Witness, witness
from referral_engine.rules.tree import (
    Decision,
    Repeats,
    RoutingEffects,
    RoutingRule,
    RoutingTable,
    RuleSet,
    Value,
)

__all__ = ["Router", "Undecided", "compile_condition"]

_Rules = tuple[RoutingRule, ...]
_Head = tuple[str, str, int, str, str, str, RoutingEffects]


class Undecided(ReferralError):
    """No rule was true and the last table has no default; the loader refuses such a rule set."""


class Router:
    """Decides issues by one rule set in one world; thread-safe, with no state that decides.

    When rules, organisation or calendar change, another router is made.
    """

    def __init__(
        self, rule_set: RuleSet, world: Surroundings, fields: Registry | None = None
    ) -> None:
        """Compiles the rules. Raises ValueError for operators and patterns not understood."""
        self._rule_set = rule_set
        self.terms = Terms.of(world, fields)
        needles = Needles()
        preparing, deciding = tables(rule_set)
        self._preparing: list[tuple[Index[_Rules], frozenset[str]]] = []
        changing: frozenset[str] = frozenset()
        for table in preparing:
            self._preparing.append((_preparing(table, self.terms, needles), changing))
            changing |= _changed_by(table)
        self._deciding = Index(deciding, self.terms, needles, self._bare)
        self._changing = changing
        default = deciding[-1].default if deciding else None
        self._heads = [_head(rule) for rule in (*self._deciding.rules, default)]
        self._id_of = [rule.id for rule in self._deciding.rules].__getitem__
        self._conditions = {
            rule.id: tuple(c for c in (table.when, rule.when) if c is not None)
            for table in deciding
            for rule in table.rules
        }
        self._witnesses: dict[str, Witness] = {}
        needles.warm()

    def questions(self, subject: Subject) -> tuple[Repeats, ...]:
        """What history is to answer before `decide`: all that could matter, and a little more.

        Each key comes once, with the largest number any rule asks for: counting may stop there.
        """
        found: dict[str, Repeats] = {}
        asked = [index.questions(subject.values, changing) for index, changing in self._preparing]
        asked.append(self._deciding.questions(subject.values, self._changing))
        for questions in asked:
            for question in questions:
                known = found.setdefault(question.key, question)
                if known.at_least < question.at_least:
                    found[question.key] = question
        return tuple(found.values())

    def decide(
        self,
        subject: Subject,
        answers: Mapping[str, int],
        received_on: date,
        *,
        first_only: bool = False,
        trace: bool = True,
    ) -> Decision:
        """The decision for an issue received on this local day.

        ``answers``     number of cases by key of the `questions`; one not answered counts as none
        ``first_only``  ``matched`` holds the winner alone
        ``trace``       whether ``seen`` is told

        ``matched`` is empty when the default decides. Raises Undecided when nothing does.
        """
        values: Mapping[str, Value] = {**subject.values, **answers} if answers else subject.values
        prepared = UNTOUCHED
        if self._preparing:
            prepared, values = self._prepare(values, received_on)
        if first_only:
            bare, speaking = self._deciding.first(values, received_on)
        else:
            bare, speaking = self._deciding.true(values, received_on)
        if speaking is not None:
            prepared = decided(prepared, speaking, values)
        if prepared is UNTOUCHED and not trace:
            return bare
        return _told(bare, prepared, self._witness(bare.rule)(values) if trace else ())

    def trace(self, subject: Subject, answers: Mapping[str, int], received_on: date) -> Course:
        """The whole course of the decision, to be told by `explain.verdicts`.

        Takes what `decide` takes. The first call makes a second index, for the positions of
        clauses.
        """
        values: Mapping[str, Value] = {**subject.values, **answers} if answers else subject.values
        return self._tracer.follow(values, received_on)

    @cached_property
    def _tracer(self) -> Tracer:
        return Tracer(self._rule_set, self.terms)

    def _prepare(
        self, values: Mapping[str, Value], received_on: date
    ) -> tuple[Prepared, Mapping[str, Value]]:
        prepared, now = UNTOUCHED, values
        for index, _changing in self._preparing:
            if rules := index.true(now, received_on):
                prepared = prepare(prepared, rules, values)
                now = prepared.onto(values)
        return prepared, now

    def _bare(self, matched: tuple[int, ...]) -> tuple[Decision, RoutingRule | None]:
        """The decision as far as it follows from the rules of these numbers alone, and the winner
        if it says more than whom to refer to."""
        head, speaking = self._heads[matched[0] if matched else -1]
        if head is None:
            raise Undecided(_("no rule decides, and the last routing table has no `default:`"))
        return Decision(*head, tuple(map(self._id_of, matched))), speaking

    def _witness(self, rule: str) -> Witness:
        if rule not in self._witnesses:
            self._witnesses[rule] = witness(self._conditions.get(rule, ()), self.terms)
        return self._witnesses[rule]


def _preparing(table: RoutingTable, terms: Terms, needles: Needles) -> Index[_Rules]:
    index: Index[_Rules] = Index(
        (table,), terms, needles, lambda true: tuple(table.rules[number] for number in true)
    )
    return index


def _head(winner: RoutingRule | None) -> tuple[_Head | None, RoutingRule | None]:
    """What a decision for this rule begins with, and the rule if it says more than whom to refer
    to."""
    if winner is None:
        return None, None
    effects, place = winner.effects, winner.place
    speaks = effects.set or effects.tag or effects.path or effects.link
    head = (
        winner.id, place.file, place.line, winner.name, winner.why, winner.basis, effects,
    )  # fmt: skip
    return head, winner if speaks else None


def _told(bare: Decision, prepared: Prepared, seen: tuple[tuple[str, str], ...]) -> Decision:
    return Decision(
        bare.rule,
        bare.file,
        bare.line,
        bare.name,
        bare.why,
        bare.basis,
        bare.effects,
        bare.matched,
        prepared.rules,
        prepared.values,
        prepared.tags,
        prepared.path,
        prepared.seal,
        prepared.link,
        seen,
        prepared.overruled,
    )


def _changed_by(table: RoutingTable) -> frozenset[str]:
    """The fields that a preparing table may give other values."""
    changed: set[str] = set()
    for rule in table.rules:
        effects = rule.effects
        changed.update(field for field, _value in effects.set)
        spoken = {"tags": effects.tag, "path": effects.path, "sealed": effects.seal}
        changed.update(field for field, said in spoken.items() if said)
    return frozenset(changed)
