"""Random escalation rules and cases, from a seed: dense in chains, negations and odd values.

A `random.Random` draws rather than hypothesis itself, because a table of thirty nested rules costs
it a hundred times more; `Size` and the seed are what hypothesis varies and shrinks.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any as Anything

import msgspec
from hypothesis import strategies as st

from referral_engine.errors import Place
from referral_engine.model.span import Span
from referral_engine.rules.tree import (
    All,
    Any,
    Condition,
    Effective,
    EscalationEffects,
    EscalationRule,
    EscalationTable,
    HoursWindow,
    Leaf,
    Not,
    Occasion,
    Repeats,
    Value,
)

__all__ = ["COUNTY", "County", "Size", "Tables", "leaf", "occasions", "rule", "sizes", "subject",
           "table", "tables"]  # fmt: skip

Tables = tuple[EscalationTable, ...]

HERE = Place("escalation.yaml", 3, 5)
CHINA = timezone(timedelta(hours=8))
OCCASIONS = (
    Occasion("report", 0.5), Occasion("report", 0.8), Occasion("claim", 1.0),
    Occasion("declined"), Occasion("unhappy"),
)  # fmt: skip
WORDS = ("hotline", "grid", "5", "true", "C3", "", '引号"\\', "漏" * 30_000, "漏" * 30_000 + "x")
NUMBERS = (0, 1, 2, 4, 5, -3, 0.5, 0.8, 4.0, 1e-05, 1e16, 1.5e300, 2**53, -(2**53))
CATEGORIES = ("D", "D01", "D08", "D08a", "S01")
TAGS = ("crowd", "minor", "night")
REPEATS = Repeats(("reporter", "category"), Span(90, "d"), 3, HERE)


class County:
    """Surroundings where a code lies under its prefixes; enough for conditions."""

    def under(self, code: str, ancestor: str) -> bool:
        return code.startswith(ancestor)

    def category_under(self, code: str, ancestor: str) -> bool:
        return code.startswith(ancestor)

    def territory_at_level(self, code: str, level: str) -> str | None:
        return code[:6] if level == "county" and len(code) >= 6 else None

    def category_at_level(self, code: str, level: str) -> str | None:
        return code[:1] if level == "1" else None

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(CHINA)

    def day_kind(self, day: date) -> str:
        return "restday" if day.weekday() > 4 else "workday"


COUNTY = County()


class Size(msgspec.Struct, frozen=True):
    """What makes a rule set large; hypothesis shrinks it."""

    rules: int
    depth: int
    flags: int


sizes = st.builds(Size, st.integers(1, 40), st.integers(0, 3), st.integers(1, 8))


def leaf(field: str, operator: str, value: Value) -> Leaf:
    """A condition of one field."""
    return Leaf(field, operator, value, HERE)


def rule(
    id: str,
    when: Condition | None = None,
    *,
    derive: str = "",
    on: tuple[Occasion, ...] = (),
    priority: int = 100,
    effective: Effective = Effective(),  # noqa: B008 - frozen
) -> EscalationRule:
    """A rule that derives a flag or does nothing."""
    effects = EscalationEffects(derive=derive)
    return EscalationRule(id, id, on, when, effects, HERE, priority, effective=effective)


def table(*rules: EscalationRule, when: Condition | None = None, rank: int = 100) -> Tables:
    """A rule set of this one table."""
    return (EscalationTable("escalation.yaml", rank, when, rules),)


def tables(rng: random.Random, size: Size) -> Tables:
    """Stratified by construction: the absence of a flag is read only above its level."""
    draw = _Drawing(rng, size)
    rules = [draw.rule(number) for number in range(size.rules)]
    cut = rng.randint(0, len(rules))
    guard = draw.condition(1, level=-1) if rng.random() < 0.3 else None
    return (
        EscalationTable("b.yaml", rng.choice((50, 100)), guard, tuple(rules[:cut])),
        EscalationTable("a.yaml", 100, None, tuple(rules[cut:])),
    )


def subject(rng: random.Random, size: Size) -> dict[str, Value]:
    """A case: any field may be missing, and flags may be there from before."""
    values: dict[str, Anything] = {
        "channel": rng.choice(WORDS),
        "severity": rng.choice((1, 2, 3, 4)),
        "people": rng.choice((0, 1, 5, 30, 2**53)),
        "overdue_h": rng.choice(NUMBERS),
        "returns": rng.choice((0, 1, 2)),
        "urban": rng.random() < 0.5,
        "sealed": rng.random() < 0.5,
        "category": rng.choice(CATEGORIES),
        "tags": tuple(rng.sample(TAGS, rng.randint(0, 3))),
        "text": rng.choice(("楼上漏水,昨天停水", "停电", "")),
        "received_at": datetime(2026, 9, rng.randint(1, 30), rng.randint(0, 23), tzinfo=UTC),
        REPEATS.key: rng.choice((0, 2, 3)),
        "flags": tuple(
            f"flag-{rng.randrange(size.flags)}" for _ in range(rng.choice((0, 0, 1, 2)))
        ),
    }
    return {name: value for name, value in values.items() if rng.random() < 0.85}


def occasions(rng: random.Random) -> tuple[Occasion, ...]:
    """None, one or several at once."""
    return tuple(rng.sample(OCCASIONS, rng.choice((0, 1, 1, 2))))


class _Drawing:
    def __init__(self, rng: random.Random, size: Size) -> None:
        self._rng = rng
        self._size = size

    def rule(self, number: int) -> EscalationRule:
        rng = self._rng
        flag = rng.randrange(self._size.flags) if rng.random() < 0.7 else None
        level = 2 if flag is None else _level(flag)
        effective = Effective(date(2026, 9, 10), date(2026, 9, 25))
        return rule(
            f"rule-{number}",
            self.condition(self._size.depth, level) if rng.random() < 0.95 else None,
            derive="" if flag is None else f"flag-{flag}",
            on=tuple(rng.sample(OCCASIONS, rng.randint(1, 2))) if rng.random() < 0.5 else (),
            priority=rng.choice((10, 100, 100)),
            effective=effective if rng.random() < 0.1 else Effective(),
        )

    def condition(self, depth: int, level: int, *, positive: bool = True) -> Condition:
        rng = self._rng
        shape = rng.choice(("all", "any", "not", "leaf")) if depth else "leaf"
        if shape == "leaf":
            return self._leaf(level, positive=positive)
        if shape == "not":
            return Not(self.condition(depth - 1, level, positive=not positive), HERE)
        count = rng.choice((0, 1, 2, 2, 3, 3))
        parts = (self.condition(depth - 1, level, positive=positive) for _ in range(count))
        return All(tuple(parts), HERE) if shape == "all" else Any(tuple(parts), HERE)

    def _leaf(self, level: int, *, positive: bool) -> Condition:
        rng = self._rng
        if level >= 0 and rng.random() < 0.4:
            return self._flags(level if positive else level - 1)
        fields = ("channel", "severity", "people", "overdue_h", "returns", "urban", "sealed",
                  "category", "tags", "text", "received_at", "repeats")  # fmt: skip
        return self._plain(rng.choice(fields))

    def _flags(self, level: int) -> Leaf:
        """One that may be read at this level; `unheard-of` is derived by nobody."""
        rng = self._rng
        known = [f"flag-{n}" for n in range(self._size.flags) if _level(n) <= level]
        names = [*known, "unheard-of"]
        operator = rng.choice(("has", "has", "has_any", "has_all"))
        if operator == "has":
            return leaf("flags", "has", rng.choice(names))
        return leaf("flags", operator, tuple(rng.choices(names, k=rng.randint(1, 3))))

    def _plain(self, field: str) -> Condition:
        rng = self._rng
        ordered = rng.choice(("eq", "ne", "gt", "gte", "lt", "lte"))
        low = rng.choice(NUMBERS)
        made: dict[str, Condition] = {
            "channel": rng.choice((
                leaf("channel", rng.choice(("eq", "ne")), rng.choice(WORDS)),
                leaf("channel", rng.choice(("in", "not_in")), ("grid", "5")),
                leaf("channel", "exists", rng.random() < 0.5),
            )),
            "severity": leaf("severity", ordered, rng.choice((1, 2, 3))),
            "people": leaf("people", ordered, rng.choice((1, 5, 2**53))),
            "overdue_h": rng.choice((
                leaf("overdue_h", ordered, low),
                leaf("overdue_h", "between", (low, low + 4)),
                leaf("overdue_h", "exists", rng.random() < 0.5),
            )),
            "returns": leaf("returns", rng.choice(("in", "not_in")), (1, 2)),
            "urban": leaf("urban", rng.choice(("eq", "ne")), rng.random() < 0.5),
            "sealed": leaf("sealed", "eq", rng.random() < 0.5),
            "category": leaf("category", rng.choice(("under", "eq")), rng.choice(CATEGORIES)),
            "tags": rng.choice((leaf("tags", "has", "crowd"), leaf("tags", "empty", True))),
            "text": leaf("text", "contains_any", ("漏水", "停电")),
            "received_at": leaf("received_at", "hours", HoursWindow(22 * 60, 6 * 60)),
            "repeats": REPEATS,
        }  # fmt: skip
        return made[field]


def _level(flag: int) -> int:
    return flag % 3
