"""The workload as the engine gets it: a rule set, a world, subjects."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.routing import workload
from benchmarks.routing.workload import Event, Spec
from referral_engine.errors import Place
from referral_engine.model.target import Target
from referral_engine.model.territory import Territory
from referral_engine.org import Org
from referral_engine.org.content import Content
from referral_engine.rules.match import Router
from referral_engine.rules.subject import Subject
from referral_engine.rules.tree import (
    All,
    HoursWindow,
    Leaf,
    Refer,
    RoutingEffects,
    RoutingRule,
    RoutingTable,
    RuleSet,
    Value,
)
from referral_engine.rules.world import World
from referral_engine.worktime import WorkCalendar

__all__ = ["router", "subject"]


def router(specs: Sequence[Spec], trees: int) -> Router:
    """The engine's router over these rules."""
    rules = tuple(_rule(spec, line) for line, spec in enumerate(specs, start=1))
    default = RoutingRule("default", "", None, RoutingEffects(), Place("bench.yaml", 1, 1))
    table = RoutingTable("bench.yaml", 1, "first", None, rules, default)
    return Router(RuleSet("bench", 1, (table,), (), {}, {}, {}, {}), _world(trees))


def subject(event: Event) -> Subject:
    """The event's values are already in the form the engine reads."""
    return Subject(event)


def _world(trees: int) -> World:
    county = workload.COUNTY
    territories = (
        Territory(county, county, "county"),
        *(Territory(code, code, "township", county) for code in workload.townships()),
        *(Territory(code, code, "village", code[:9]) for code in workload.villages()),
        *(Territory(code, code, "grid", code[:12]) for code in workload.grids()),
    )
    calendar = WorkCalendar()
    return World(Org(Content(territories), calendar.zone), calendar, workload.codes(trees))


def _rule(spec: Spec, line: int) -> RoutingRule:
    place = Place("bench.yaml", line, 1)
    parts = tuple(_leaf(spec, name, place) for name in spec.order)
    effects = RoutingEffects(refer=Refer(Target(unit="police")))
    return RoutingRule(spec.id, spec.id, All(parts, place), effects, place)


def _leaf(spec: Spec, name: str, place: Place) -> Leaf:
    asked: dict[str, tuple[str, str, Value]] = {
        "category": ("category", "under", spec.category),
        "territory": ("territory", "under", spec.territory),
        "tags": ("tags", "has_any", spec.tags),
        "severity": ("severity", "lte", spec.severity),
        "people": ("people", "gte", spec.people),
        "hours": ("received_at", "hours", HoursWindow(*(spec.hours or (0, 0)))),
        "channels": ("channel", "in", spec.channels),
        "words": ("text", "contains_any", spec.words),
        "pattern": ("text", "matches", spec.pattern),
    }
    return Leaf(*asked[name], place)
