"""An issue as the solver sees it when it comes in: a class for each field, free within reason."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

import msgspec

from referral_engine.prove.candidates import County, candidates, moments
from referral_engine.prove.domains import Domain, Test, predicates
from referral_engine.prove.solver import Formula, Solver
from referral_engine.prove.words import Texts
from referral_engine.rules.fields import Field
from referral_engine.rules.naive import in_force
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import (
    Condition,
    Effective,
    Leaf,
    Repeats,
    RuleSet,
    Value,
)
from referral_engine.rules.walk import leaves, questions

__all__ = ["USUAL", "Elements", "Symbols"]

USUAL: dict[str, Value] = {
    "reporter_anonymous": False, "severity": 4, "people": 1, "channel": "hotline"
}  # fmt: skip
"""What a field of an ordinary issue says."""
_ALWAYS = ("category", "territory", "received_at", "sealed", "path")


class Elements(msgspec.Struct, frozen=True):
    """A list: which of the elements that rules name it holds, and whether any other."""

    held: Mapping[str, Formula]
    other: Formula
    missing: Formula


class Symbols:
    """The fields that the rules of a set read or write, and what an issue brings in them."""

    def __init__(self, rule_set: RuleSet, terms: Terms, county: County, solver: Solver) -> None:
        self.terms = terms
        self.county = county
        self._solver = solver
        self._rules = [rule for table in rule_set.routing for rule in table.rules]
        conditions = _conditions(rule_set)
        found: dict[str, list[Leaf]] = {name: [] for name in _ALWAYS}
        for condition in conditions:
            for leaf in leaves(condition):
                found.setdefault(leaf.field, []).append(leaf)
        for name, _value in self._written():
            found.setdefault(name, [])
        self.domains: dict[str, Domain] = {}
        self.incoming: dict[str, tuple[Formula, ...]] = {}
        self.texts: dict[str, Texts] = {}
        self.lists: dict[str, Elements] = {}
        for name, asked in found.items():
            self._declare(self._field(name), asked)
        asked_of_history = [each for condition in conditions for each in questions(condition)]
        self.questions = tuple({each.key: each for each in asked_of_history}.values())
        self.history = self._history(asked_of_history)

    def plain(self) -> list[Formula]:
        """What an ordinary issue is like: few words, no tags, nothing out of the common."""
        no = self._solver.z3.Not
        wishes = [wish for texts in self.texts.values() for wish in texts.silence()]
        for elements in self.lists.values():
            wishes += [no(elements.other), *map(no, elements.held.values())]
        for known in self.history.values():
            wishes += [no(holds) for number, holds in known.items() if number > 1]
        for name, usual in USUAL.items():
            domain = self.domains.get(name)
            for number, each in enumerate(domain.classes if domain else ()):
                if usual in each.admitted:
                    wishes.append(self.incoming[name][number])
        return wishes

    def _field(self, name: str) -> Field:
        known = self.terms.fields.find(name)
        return known or Field(name=name, type="string", label=name, may_be_missing=True)

    def _written(self) -> list[tuple[str, Value]]:
        """What rules write into fields that have one value."""
        written: list[tuple[str, Value]] = []
        for rule in self._rules:
            written += rule.effects.set
            written += [("path", rule.effects.path)] if rule.effects.path else []
            written += [("sealed", True)] if rule.effects.seal else []
        return written

    # -- declaring ----------------------------------------------------------------------------
    def _declare(self, field: Field, asked: list[Leaf]) -> None:
        if field.type == "text":
            self.texts[field.name] = Texts(field.name, asked, self._solver)
        elif field.type == "list":
            self.lists[field.name] = self._elements(field, asked)
        else:
            self._discrete(field, asked)

    def _discrete(self, field: Field, asked: list[Leaf]) -> None:
        tests = predicates(asked, self.terms)
        admitted: Iterable[Value | None] = candidates(field, asked, self.county)
        if field.name == "received_at":
            windows = {rule.effective for rule in self._rules if rule.effective != Effective()}
            tests = {**tests, **{window: self._force(window) for window in windows}}
            named = [leaf.value for leaf in asked if leaf.operator != "exists"]
            admitted = moments(_flat(named), windows, self.county.zone, self.county.today)
        written = [value for name, value in self._written() if name == field.name]
        domain = self.domains[field.name] = Domain(tests, admitted, written)
        booleans = tuple(self._solver.fresh() for _class in domain.classes)
        self._solver.one_of(list(booleans))
        for boolean, each in zip(booleans, domain.classes, strict=True):
            if not each.admitted:
                self._solver.add(self._solver.z3.Not(boolean))
        self.incoming[field.name] = booleans

    def _force(self, window: Effective) -> Test:
        world = self.terms.world
        return lambda moment: in_force(window, world.local(moment).date())

    def _elements(self, field: Field, asked: list[Leaf]) -> Elements:
        named = [str(word) for word in _flat(leaf.value for leaf in asked if _lists(leaf))]
        if field.name == "tags":
            named += [tag for rule in self._rules for tag in rule.effects.tag]
        held = {word: self._solver.fresh() for word in dict.fromkeys(named)}
        other = self._solver.fresh()
        missing = self._solver.fresh()
        no = self._solver.z3.Not
        if not field.may_be_missing and "." not in field.name:
            self._solver.add(no(missing))
        for each in (*held.values(), other):
            self._solver.add(self._solver.z3.Implies(missing, no(each)))
        if field.names == "unit":
            strangers = [held[word] for word in held if word not in self.county.units]
            spare = any(unit not in held for unit in self.county.units)
            self._solver.add(*map(no, strangers if spare else [*strangers, other]))
        return Elements(held, other, missing)

    # -- history ------------------------------------------------------------------------------
    def _history(self, asked: list[Repeats]) -> dict[str, dict[int, Formula]]:
        """For each question the numbers that rules ask for, each as "at least so many"."""
        by_key = {question.key: question for question in asked}
        numbers = {key: sorted({q.at_least for q in asked if q.key == key}) for key in by_key}
        history = {key: {number: self._solver.fresh() for number in numbers[key]} for key in by_key}
        for key, question in by_key.items():
            self._counts(question, history[key])
            for other in by_key.values():
                # What is alike in more, or in a shorter time, is never more often.
                if other is not question and _wider(other, question):
                    self._at_most(history[key], history[other.key])
        return history

    def _counts(self, question: Repeats, known: dict[int, Formula]) -> None:
        implies, no = self._solver.z3.Implies, self._solver.z3.Not
        self._at_most(known, known)
        for number, holds in known.items():
            if number <= 1:  # the issue itself is counted
                self._solver.add(holds)
                continue
            # Without a value to compare by, an issue is like no other.
            for name in question.same:
                for alone in self._nothing(name):
                    self._solver.add(implies(alone, no(holds)))

    def _nothing(self, name: str) -> list[Formula]:
        """Where the issue certainly has no value for a field that history compares by."""
        field, nothing = {
            "reporter": ("reporter_anonymous", True), "township": ("territory", None)
        }.get(name, (name, None))  # fmt: skip
        domain = self.domains.get(field)
        classes = domain.classes if domain is not None else ()
        return [
            self.incoming[field][number]
            for number, each in enumerate(classes)
            if each.values == (nothing,)
        ]

    def _at_most(self, few: dict[int, Formula], many: dict[int, Formula]) -> None:
        for number, holds in few.items():
            for other, also in many.items():
                if other <= number and also is not holds:
                    self._solver.add(self._solver.z3.Implies(holds, also))


def _conditions(rule_set: RuleSet) -> list[Condition]:
    found: list[Condition | None] = []
    for table in rule_set.routing:
        found += [table.when, *(rule.when for rule in table.rules)]
        found.append(table.intended.when if table.intended else None)
    return [condition for condition in found if condition is not None]


def _flat(values: Iterable[Value]) -> list[Hashable]:
    flat: list[Hashable] = []
    for value in values:
        flat += value if isinstance(value, tuple) else (value,)
    return flat


def _lists(leaf: Leaf) -> bool:
    return leaf.operator in ("has", "has_any", "has_all")


def _wider(one: Repeats, other: Repeats) -> bool:
    """Whether what `one` counts is counted at least as often as what `other` does."""
    longer = one.within.elapsed() >= other.within.elapsed()
    return set(one.same) <= set(other.same) and longer
