"""The smallest change of an issue that sends it to another unit, or that there is none.

The nearest changes are tried first, each by deciding the changed issue. What is tried next
follows from what stood in the way: of a rule that could lead to the unit the first clause that
failed, or the rule that won before it. Whatever reaches the unit has to turn one of these, so
nothing nearer is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import date
from heapq import heappop, heappush
from itertools import count
from typing import Literal, NamedTuple

import msgspec

from referral_engine.model.issue import Issue
from referral_engine.model.target import Target
from referral_engine.rules.closure import Closures, shape
from referral_engine.rules.course import Asked, Course
from referral_engine.rules.masks import bits
from referral_engine.rules.naive import in_force, tables
from referral_engine.rules.otherwise.change import Changed, Difference, Distance, Measure, Places
from referral_engine.rules.otherwise.choices import Choices
from referral_engine.rules.runtime import Decider
from referral_engine.rules.subject import Subject
from referral_engine.rules.tree import (
    Condition,
    Effective,
    Leaf,
    Repeats,
    RoutingRule,
    RuleSet,
    Value,
)
from referral_engine.rules.walk import asked

__all__ = ["Answer", "Otherwise", "Search", "Wanted"]

Outcome = Literal["already", "changed", "none", "undecided", "accused", "never"]

_TRIES = 3_000
_Steps = Iterator[Changed]
_Goal = int | None
"""A rule that is to decide, by its number among those that do; None is the default."""


class Answer(msgspec.Struct, frozen=True):
    """Whom an issue goes to (empty: to nobody yet), by what rule, under what seal."""

    unit: str
    rule: str = ""
    seal: str = ""


class Wanted(msgspec.Struct, frozen=True):
    """Where the issue should go, in how many changed fields at most.

    ``may_lead`` says of a target whether it could ever mean the unit, and ``means`` whether it
    does for an issue of this territory and moment; both may say so too often.
    """

    unit: str
    may_lead: Callable[[Target], bool]
    means: Callable[[Target, Issue], bool]
    fields: int = 2


class Otherwise(msgspec.Struct, frozen=True):
    """What was found.

    ``already``    it goes there as it is
    ``changed``    ``differences`` send it there, by ``rule``; no smaller change does
    ``none``       no change of so many fields does
    ``never``      no rule ever sends anything there
    ``accused``    the issue accuses the unit, or who is bound to it: nothing sends it there
    ``undecided``  after so many ``tries`` the search was given up
    """

    outcome: Outcome
    unit: str
    fields: int
    differences: tuple[Difference, ...] = ()
    rule: str = ""
    tries: int = 0


class _Hurdle(NamedTuple):
    """A rule at a stage of the course."""

    stage: int
    number: int
    asked: Asked


class Search:
    """Looks for changes of issues under one rule set.

    ``ask``      decides an issue, and says whom it goes to; None where it cannot be decided
    ``answers``  what history says to an issue
    """

    def __init__(
        self,
        rule_set: RuleSet,
        router: Decider,
        places: Places,
        ask: Callable[[Issue], Answer | None],
        answers: Callable[[Issue], Mapping[str, int]],
    ) -> None:
        self._rule_set = rule_set
        self._router = router
        self._places = places
        self._ask = ask
        self._answers = answers
        self._deciding = [rule for table in tables(rule_set)[1] for rule in table.rules]
        self._closures = Closures(router.terms)
        self._hurdles: dict[str, list[_Hurdle]] | None = None
        self.default = next((t.default for t in rule_set.routing if t.default is not None), None)

    def nearest(self, original: Issue, wanted: Wanted, tries: int = _TRIES) -> Otherwise:
        """The nearest change that sends the issue to the unit and leaves its seal as it is."""
        before = self._ask(original)
        if before is not None and before.unit == wanted.unit:
            return Otherwise("already", wanted.unit, wanted.fields, (), before.rule)
        seal = "" if before is None else before.seal
        choices = Choices(original, self._rule_set, self._places, self._closures, wanted.fields)
        queue = _Queue(Measure(original, choices.categories, self._places), wanted.fields)
        looks: dict[Hashable, _Way] = {}
        for goal in self._goals(wanted):
            queue.put(Changed(original), goal)
        while queue and len(looks) < tries:
            state, goal = queue.take()
            way = looks.get(state.key)
            if way is None:
                way = looks[state.key] = _Way(
                    self, self._course(state.issue), state, choices, wanted
                )
                answer = self._ask(state.issue) if self._could(way.winner, wanted) else None
                if answer is not None and (answer.unit, answer.seal) == (wanted.unit, seal):
                    return Otherwise(
                        "changed", wanted.unit, wanted.fields, state.differences(original),
                        answer.rule, len(looks),
                    )  # fmt: skip
            for step in way.towards(goal):
                queue.put(step, goal)
        outcome: Outcome = "undecided" if queue else "none"
        return Otherwise(outcome, wanted.unit, wanted.fields, tries=len(looks))

    def _goals(self, wanted: Wanted) -> list[_Goal]:
        """The rules, by number among those that decide, that could lead to the unit."""
        goals: list[_Goal] = [
            n for n, rule in enumerate(self._deciding) if self._could(rule, wanted)
        ]
        return [*goals, *([None] if self._could(self.default, wanted) else [])]

    def _course(self, issue: Issue) -> Course:
        subject = Subject.from_issue(issue, self._router.terms.fields)
        return self._router.trace(subject, self._answers(issue), self.local_day(issue))

    def _could(self, rule: RoutingRule | None, wanted: Wanted) -> bool:
        refer = rule.effects.refer if rule is not None else None
        return refer is not None and wanted.may_lead(refer.lead)

    def hurdles(self, field: str, course: Course) -> list[_Hurdle]:
        """The preparing rules that may give the field another value, in order of asking."""
        if self._hurdles is None:
            self._hurdles = {}
            for stage, stretch in enumerate(course.stretches[:-1]):
                for number, asked in enumerate(stretch.stage.asked):
                    for name in _spoken(asked.rule):
                        found = self._hurdles.setdefault(name, [])
                        found.append(_Hurdle(stage, number, asked))
        return self._hurdles.get(field, [])

    def local_day(self, issue: Issue) -> date:
        """The county's day on which the issue comes in."""
        return self._router.terms.world.local(issue.received_at).date()

    def holds(self, condition: Condition, values: Mapping[str, Value]) -> bool:
        """Whether the condition is true of the values."""
        return self._closures.of(condition)(values)


class _Queue:
    """Changed issues to be looked at, each on the way to a goal, the nearest first."""

    def __init__(self, measure: Measure, fields: int) -> None:
        self._measure = measure
        self._fields = fields
        self._order = count()
        self._heap: list[tuple[Distance, int, Changed, _Goal]] = []
        self._seen: set[Hashable] = set()

    def __bool__(self) -> bool:
        return bool(self._heap)

    def put(self, state: Changed, goal: _Goal) -> None:
        """Adds it, unless it is there for this goal or too much is otherwise."""
        key = (goal, state.key)
        if key in self._seen:
            return
        distance = self._measure(state)
        if distance.fields <= self._fields:
            self._seen.add(key)
            heappush(self._heap, (distance, next(self._order), state, goal))

    def take(self) -> tuple[Changed, _Goal]:
        """The nearest one."""
        _distance, _number, state, goal = heappop(self._heap)
        return state, goal


class _Way:
    """What could be otherwise at one state of the search: changes that turn a clause."""

    def __init__(
        self, search: Search, course: Course, state: Changed, choices: Choices, wanted: Wanted
    ) -> None:
        self._search = search
        self._wanted = wanted
        self._course = course
        self._state = state
        self._choices = choices
        self._flips: dict[Hashable, list[Changed]] = {}
        self.winner = course.winner

    def towards(self, goal: _Goal) -> _Steps:
        """One step on the way to the rule that is to decide, the default for None."""
        last = len(self._course.stretches) - 1
        stretch = self._course.stretches[last]
        asked = stretch.stage.asked
        rule = self._search.default if goal is None else asked[goal].rule
        first = next(bits(stretch.true), None)
        if rule is not None and not self._means(rule, self._state):
            yield from self._meant(rule)
        elif goal is not None and not stretch.true >> goal & 1:
            yield from self._to_hold(_Hurdle(last, goal, asked[goal]))
        elif first is not None and first != goal:
            yield from self._to_fail(_Hurdle(last, first, asked[first]))

    def _means(self, rule: RoutingRule, state: Changed) -> bool:
        refer = rule.effects.refer
        return refer is not None and self._wanted.means(refer.lead, state.issue)

    def _meant(self, rule: RoutingRule) -> _Steps:
        """Another territory or moment for which the rule's target means the unit."""
        for field in ("territory", "received_at"):
            for moved in self._choices.any_of(self._state, field):
                if self._means(rule, moved):
                    yield moved

    def _to_hold(self, hurdle: _Hurdle) -> Sequence[Changed]:
        """The rule's window reached, or one clause that failed turned: that of the fewest ways."""
        stretch = self._course.stretches[hurdle.stage]
        if not stretch.in_force >> hurdle.number & 1:
            return self._moved(hurdle.asked.rule.effective, inside=True)
        values = self._course.stretches[hurdle.stage].values
        failed = [c for c in hurdle.asked.clauses if not self._search.holds(c, values)]
        return min((self._turned(clause, hurdle.stage) for clause in failed), key=len)

    def _to_fail(self, hurdle: _Hurdle) -> Sequence[Changed]:
        """Any clause of a rule that is true turned, or its window left."""
        steps = self._moved(hurdle.asked.rule.effective, inside=False)
        for clause in hurdle.asked.clauses:
            steps += self._turned(clause, hurdle.stage)
        return steps

    def _moved(self, window: Effective, *, inside: bool) -> list[Changed]:
        if window == Effective():
            return []
        return [
            moved
            for moved in self._choices.any_of(self._state, "received_at")
            if in_force(window, self._search.local_day(moved.issue)) is inside
        ]

    def _turned(self, clause: Condition, stage: int) -> list[Changed]:
        steps: list[Changed] = []
        for question in asked(clause):
            if isinstance(question, Repeats):
                for field in ("category", "territory", "received_at"):
                    steps += self._choices.any_of(self._state, field)
                continue
            key = (stage, shape(question))
            if key not in self._flips:
                self._flips[key] = list(self._flipped(question, stage))
            steps += self._flips[key]
        return steps

    def _flipped(self, leaf: Leaf, stage: int) -> _Steps:
        """The leaf's field given otherwise, or what the rules before made of it."""
        values = self._course.stretches[stage].values
        now = self._search.holds(leaf, values)
        yield from self._choices.turning(self._state, leaf, wanted=not now)
        for hurdle in self._search.hurdles(leaf.field, self._course):
            if hurdle.stage >= stage:
                break
            if self._course.stretches[hurdle.stage].true >> hurdle.number & 1:
                yield from self._to_fail(hurdle)
            elif self._search.holds(leaf, _said(hurdle.asked.rule, leaf.field, values)) is not now:
                yield from self._to_hold(hurdle)


def _spoken(rule: RoutingRule) -> list[str]:
    """The fields to which the rule may give another value."""
    effects = rule.effects
    said = {"tags": effects.tag, "path": effects.path, "sealed": effects.seal}
    return [
        *(field for field, _value in effects.set),
        *(field for field, word in said.items() if word),
    ]


def _said(rule: RoutingRule, field: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """The field's value as it would stand had the rule spoken first."""
    effects = rule.effects
    if field == "tags":
        own = values.get("tags", ())
        assert isinstance(own, tuple)
        return {field: tuple(dict.fromkeys((*map(str, own), *effects.tag)))}
    said: dict[str, Value] = {"path": effects.path, "sealed": True, **dict(effects.set)}
    return {field: said[field]}
