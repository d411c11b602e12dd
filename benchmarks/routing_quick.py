"""Routing against a hand-written indexed Python function, on the same rules and events.

Prints ratios (above 1: the engine is faster) after checking that both give the same matches. The
hand-written side is what a good programmer writes for one rule set: a dictionary from category to
the rules that can match, then plain comparisons, cheapest first.

Run: .venv/bin/python benchmarks/routing_quick.py [rules ...]
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from referral_engine.errors import Place
from referral_engine.model.issue import Issue
from referral_engine.model.target import Target
from referral_engine.model.territory import Territory
from referral_engine.org import Org
from referral_engine.org.content import Content
from referral_engine.rules.match import Router
from referral_engine.rules.subject import Subject
from referral_engine.rules.tree import (
    All,
    Condition,
    HoursWindow,
    Leaf,
    Refer,
    RoutingEffects,
    RoutingRule,
    RoutingTable,
    RuleSet,
)
from referral_engine.rules.world import World
from referral_engine.worktime import WorkCalendar

PLACE = Place("bench.yaml", 1, 1)
DAY = date(2026, 6, 1)
EVENTS = 4_000
ROUNDS = 5
GROUPS = 40
KINDS = 8
TOWNSHIPS = 20
VILLAGES = 12
LETTERS = [chr(code) for code in range(0x4E00, 0x4E00 + 1_500)]
CATEGORIES = {f"{group:02}": "" for group in range(GROUPS)} | {
    f"{group:02}{kind}": f"{group:02}" for group in range(GROUPS) for kind in range(KINDS)
}


def _world() -> World:
    county = "620922"
    townships = [f"{county}{100 + number}" for number in range(TOWNSHIPS)]
    villages = [f"{township}{number:03}" for township in townships for number in range(1, VILLAGES)]
    territories = (
        Territory(county, county, "county"),
        *(Territory(code, code, "township", county) for code in townships),
        *(Territory(code, code, "village", code[:9]) for code in villages),
    )
    calendar = WorkCalendar()
    return World(Org(Content(territories), calendar.zone), calendar, CATEGORIES)


class Spec:
    """One rule in the form from which both sides are made."""

    __slots__ = ("category", "hours", "id", "people", "township", "words")

    def __init__(self, number: int, chance: random.Random, words: Sequence[str]) -> None:
        self.id = f"rule-{number}"
        group = f"{chance.randrange(GROUPS):02}"
        self.category = group + (str(chance.randrange(KINDS)) if chance.random() < 0.7 else "")
        township = f"620922{100 + chance.randrange(TOWNSHIPS)}"
        self.township = township if chance.random() < 0.5 else ""
        self.words = tuple(chance.sample(words, 3)) if chance.random() < 0.4 else ()
        self.people = chance.choice((5, 10, 30)) if chance.random() < 0.2 else 0
        self.hours = (22 * 60, 6 * 60) if chance.random() < 0.1 else None

    def rule(self) -> RoutingRule:
        parts: list[Condition] = [Leaf("category", "under", self.category, PLACE)]
        if self.township:
            parts.append(Leaf("territory", "under", self.township, PLACE))
        if self.people:
            parts.append(Leaf("people", "gte", self.people, PLACE))
        if self.hours:
            parts.append(Leaf("received_at", "hours", HoursWindow(*self.hours), PLACE))
        if self.words:
            parts.append(Leaf("text", "contains_any", self.words, PLACE))
        effects = RoutingEffects(refer=Refer(Target(unit="police")))
        return RoutingRule(self.id, self.id, All(tuple(parts), PLACE), effects, PLACE)


def by_hand(specs: Sequence[Spec], world: World) -> Callable[[Subject], list[str]]:
    """The hand-written side."""
    by_category: dict[str, list[Spec]] = {}
    for code, parent in CATEGORIES.items():
        by_category[code] = [spec for spec in specs if spec.category in (code, parent)]

    def matches(subject: Subject) -> list[str]:
        values = subject.values
        territory, text, people = values["territory"], values["text"], values["people"]
        local = world.local(values["received_at"])
        minute = local.hour * 60 + local.minute
        found = []
        for spec in by_category[values["category"]]:
            if spec.township and not territory.startswith(spec.township):
                continue
            if spec.people and people < spec.people:
                continue
            if spec.hours and not (minute >= spec.hours[0] or minute < spec.hours[1]):
                continue
            if spec.words and not any(word in text for word in spec.words):
                continue
            found.append(spec.id)
        return found

    return matches


def issues(chance: random.Random, words: Sequence[str], length: int) -> list[Subject]:
    start = datetime(2026, 6, 1, tzinfo=UTC)
    kinds = [code for code, parent in CATEGORIES.items() if parent]
    return [
        Subject.from_issue(
            Issue(
                channel=chance.choice(("app", "hotline", "grid")),
                received_at=start + timedelta(seconds=chance.randrange(86_400 * 30)),
                text="".join(chance.choices(LETTERS, k=length - 4)) + chance.choice(words),
                category=chance.choice(kinds),
                territory=f"620922{100 + chance.randrange(TOWNSHIPS)}"
                f"{chance.randrange(1, VILLAGES):03}",
                people=chance.choice((1, 1, 1, 2, 6, 40)),
            )
        )
        for _ in range(EVENTS)
    ]


def _best(run: Callable[[], object]) -> float:
    """Seconds of the fastest of a few rounds."""
    took = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        run()
        took.append(time.perf_counter() - begin)
    return min(took)


def measure(number: int, length: int, world: World) -> str:
    chance = random.Random(number)
    words = ["".join(chance.choices(LETTERS, k=chance.choice((2, 3)))) for _ in range(300)]
    specs = [Spec(position, chance, words) for position in range(number)]
    default = RoutingRule("default", "", None, RoutingEffects(), PLACE)
    table = RoutingTable("bench.yaml", 1, "first", None, tuple(s.rule() for s in specs), default)
    rules = RuleSet("bench", 1, (table,), (), {}, {}, {}, {})
    begin = time.perf_counter()
    router = Router(rules, world)
    built = time.perf_counter() - begin
    hand = by_hand(specs, world)
    events = issues(chance, words, length)
    for event in events:
        assert list(router.decide(event, {}, DAY).matched) == hand(event)
    plain = _best(lambda: [hand(event) for event in events])
    ways = {
        "all": _best(lambda: [router.decide(event, {}, DAY, trace=False) for event in events]),
        "first": _best(
            lambda: [router.decide(e, {}, DAY, first_only=True, trace=False) for e in events]
        ),
        "trace": _best(lambda: [router.decide(event, {}, DAY) for event in events]),
    }
    told = "  ".join(
        f"{way} {plain / took:5.2f}x {EVENTS / took:8,.0f}/s" for way, took in ways.items()
    )
    return f"{number:5} rules {length:4} letters  build {built:5.2f} s  {told}"


def main() -> None:
    world = _world()
    for number in [int(word) for word in sys.argv[1:]] or [10, 100, 1_000, 5_000]:
        for length in (50, 400):
            print(measure(number, length, world), flush=True)


if __name__ == "__main__":
    main()
