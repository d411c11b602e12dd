"""What the rules are asked while tests run, written down beside the production decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from referral_engine.rules.infer import Inference, Inferred
from referral_engine.rules.infer.agenda import Agenda
from referral_engine.rules.match import Router
from referral_engine.rules.naive import in_force, route
from referral_engine.rules.runtime import ActiveRules
from referral_engine.rules.subject import Subject
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import (
    Decision,
    Occasion,
    RoutingRule,
    RoutingTable,
    RuleSet,
    Value,
)
from referral_engine.trial.plain_router import Checks
from referral_engine.workspace import Workspace

__all__ = ["Asked", "Watch", "Watched"]

Values = Mapping[str, Value]


class Asked(msgspec.Struct, frozen=True):
    """One table that was asked: the values it read, and which of its rules were asked at all.

    ``table`` counts the tables of its kind. ``reached`` are the rules in force up to the one that
    decided, by their number in the table; none where an earlier table had decided.
    """

    table: int
    values: Values
    reached: tuple[int, ...]


class Watch:
    """What was asked in one test."""

    def __init__(self, rules: RuleSet, agenda: Agenda, checks: Checks) -> None:
        self._rules = rules
        self._agenda = agenda
        self._checks = checks
        self.routing: list[Asked] = []
        self.escalation: list[Asked] = []
        self.fired: set[str] = set()
        """The rules that decided, prepared or fired, by id."""

    def decided(self, values: Values, day: date, decision: Decision) -> None:
        """Routing read these `values`, the answers of history among them."""
        self.fired.update((decision.rule, *decision.prepared))
        number = {id(table): at for at, table in enumerate(self._rules.routing)}
        routing = route(self._rules, values, day, self._checks.terms, self._checks.holds)
        open_ = True
        for table, seen in routing.asked:
            reached = _reached(table, routing.winner, day) if open_ else ()
            self.routing.append(Asked(number[id(table)], seen, reached))
            open_ = open_ and routing.winner not in table.rules

    def inferred(
        self, values: Values, occasions: tuple[Occasion, ...], day: date, inferred: Inferred
    ) -> None:
        """Escalation was asked about a case at these occasions."""
        self.fired.update(fired.rule_id for fired in inferred.fired)
        held = values.get("flags", ())
        assert isinstance(held, tuple)
        seen = {**values, "flags": tuple(dict.fromkeys((*held, *inferred.flags)))}
        gates = self._agenda.open_gates(occasions, day)
        asked = {each.rule.id for each in self._agenda.rules if gates[each.gate]}
        for at, table in enumerate(self._rules.escalation):
            if reached := tuple(n for n, rule in enumerate(table.rules) if rule.id in asked):
                self.escalation.append(Asked(at, seen, reached))


def _reached(table: RoutingTable, winner: RoutingRule | None, day: date) -> tuple[int, ...]:
    reached = []
    for number, rule in enumerate(table.rules):
        if in_force(rule.effective, day):
            reached.append(number)
        if rule is winner:
            break
    return tuple(reached)


class Watched:
    """Rules ready to be tested; `begin` gives what will be asked of them from then on."""

    def __init__(self, workspace: Workspace, rules: RuleSet) -> None:
        world, fields = workspace.world(rules), workspace.fields
        self._agenda = Agenda.of(rules.escalation)
        self._checks = Checks(Terms.of(world, fields))
        self._router = _Router(rules, world, fields)
        self._inference = _Inference(rules.escalation, world, fields=fields)
        self.rules = ActiveRules(
            rules, world, fields, router=self._router, inference=self._inference
        )

    def begin(self) -> Watch:
        """A fresh watch, which takes the place of the one before."""
        watch = Watch(self.rules.rule_set, self._agenda, self._checks)
        self._router.watch = self._inference.watch = watch
        return watch


class _Router(Router):
    watch: Watch

    def decide(
        self,
        subject: Subject,
        answers: Mapping[str, int],
        received_on: date,
        *,
        first_only: bool = False,
        trace: bool = True,
    ) -> Decision:
        decision = super().decide(subject, answers, received_on, first_only=first_only, trace=trace)
        self.watch.decided({**subject.values, **answers}, received_on, decision)
        return decision


class _Inference(Inference):
    watch: Watch

    def infer(
        self,
        subject: Mapping[str, Value],
        occasions: tuple[Occasion, ...],
        received_on: date | None = None,
    ) -> Inferred:
        inferred = super().infer(subject, occasions, received_on)
        assert received_on is not None, "the engine tells the day"
        self.watch.inferred(subject, occasions, received_on, inferred)
        return inferred
