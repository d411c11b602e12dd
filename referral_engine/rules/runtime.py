"""A rule set made ready: router, inference, and the clocks and marks that it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from referral_engine.rules import tree
from referral_engine.rules.course import Course
from referral_engine.rules.fields import Registry
from referral_engine.rules.infer import Inference
from referral_engine.rules.match import Router
from referral_engine.rules.subject import Subject
from referral_engine.rules.terms import Terms
from referral_engine.rules.world import World

__all__ = ["ActiveRules"]

_END = (1.0,)
"""Every clock is watched at its end."""
_BACKSTOP = (1.0, 2.0)
"""Where a case would lie still, the engine itself steps it up at twice the time."""
_STILL = ("claim", "report", "accept", "designate", "sign", "review", "call_back", "close")


class Decider(Protocol):
    """What is asked of a router; see `Router`."""

    @property
    def terms(self) -> Terms: ...

    def questions(self, subject: Subject, /) -> tuple[tree.Repeats, ...]: ...

    def decide(
        self,
        subject: Subject,
        answers: Mapping[str, int],
        received_on: date,
        *,
        first_only: bool = False,
        trace: bool = True,
    ) -> tree.Decision: ...

    def trace(self, subject: Subject, answers: Mapping[str, int], received_on: date) -> Course: ...


class ActiveRules:
    """One published (or proposed) rule set, compiled against an organisation and a calendar."""

    def __init__(
        self,
        rule_set: tree.RuleSet,
        world: World,
        fields: Registry,
        *,
        router: Decider | None = None,
        inference: Inference | None = None,
    ) -> None:
        """Compiles what is not given; `router` and `inference` are of the same rules."""
        self.rule_set = rule_set
        self.hash = rule_set.hash
        self.fields = fields
        self.router: Decider = router or Router(rule_set, world, fields)
        self.inference = inference or Inference(rule_set.escalation, world, fields=fields)
        self.paths = rule_set.paths
        self._shares = _shares(rule_set)
        self._clocks = {
            occasion: {clock.name: clock for clock in clocks}
            for occasion, clocks in rule_set.whistles.items()
        }
        tables = (table.rules for table in rule_set.routing)
        self.joins_own = any(r.effects.link == "related" for rules in tables for r in rules)
        """Whether some rule joins a case to its reporter's earlier ones."""

    def shares(self, clock: str) -> tuple[float, ...]:
        """The shares of this clock at which a rule, or the engine itself, wants to be asked."""
        return self._shares.get(clock) or _least(clock)

    def clocks(self, occasion: str, own: tree.Within = ()) -> tuple[tree.NamedClock, ...]:
        """The clocks of a whistle level, of ``dispatch`` or the ``case``; `own` override them."""
        given = self._clocks.get(occasion, {})
        if not own:
            return tuple(given.values())
        return tuple((given | {clock.name: clock for clock in own}).values())

    def clock(self, occasion: str, name: str) -> tree.NamedClock | None:
        """One clock by name; None where the rules do not give it."""
        return self._clocks.get(occasion, {}).get(name)

    def rule(self, id: str) -> tree.RoutingRule | None:
        """A deciding rule by id; None for an unknown one and for the default."""
        tables = (table.rules for table in self.rule_set.routing)
        return next((rule for rules in tables for rule in rules if rule.id == id), None)

    def step(self, path: str, step: str = "") -> tree.PathStep | None:
        """A path's step by id, the first for an empty id; None for an unknown path."""
        found = self.paths.get(path)
        if found is None or not found.steps:
            return None
        if not step:
            return found.steps[0]
        return next((s for s in found.steps if s.id == step), None)

    def begun_by(self, path: str, promise: str) -> tree.PathStep | None:
        """The step of a path that begins when this promise was broken; None where there is none."""
        found = self.paths.get(path)
        steps = found.steps if found is not None else ()
        return next((step for step in steps if promise in step.begins), None)


def _shares(rule_set: tree.RuleSet) -> dict[str, tuple[float, ...]]:
    asked: dict[str, set[float]] = {}
    for table in rule_set.escalation:
        for rule in table.rules:
            for occasion in rule.on:
                if occasion.share:
                    asked.setdefault(occasion.name, set(_least(occasion.name))).add(occasion.share)
    return {name: tuple(sorted(shares)) for name, shares in asked.items()}


def _least(clock: str) -> tuple[float, ...]:
    return _BACKSTOP if clock in _STILL else _END
