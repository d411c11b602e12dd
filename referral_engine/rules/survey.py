"""The routing rules seen from above: where each is true, and which come before it.

The rules that prepare an issue are not followed here: the deciding ones are compared on whatever
issue may come out of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import msgspec

from referral_engine.errors import Place
from referral_engine.model.territory import Level, Territory
from referral_engine.org import Org
from referral_engine.org.content import Content
from referral_engine.rules.algebra import Box, Index, Region, Space, numbers
from referral_engine.rules.fields import Registry
from referral_engine.rules.naive import tables
from referral_engine.rules.names import Names
from referral_engine.rules.rates import Rate, aimed
from referral_engine.rules.ruleset import Loaded
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import (
    Condition,
    Effective,
    EscalationTable,
    Leaf,
    NamedClock,
    RoutingRule,
    RoutingTable,
    RuleSet,
    Value,
)
from referral_engine.rules.tree_assess import WarningTable
from referral_engine.rules.walk import leaves
from referral_engine.rules.world import World
from referral_engine.worktime import WorkCalendar, weekdays

__all__ = ["TERRITORY", "Deciding", "Survey", "together", "wider"]

TERRITORY = ("territory", "value")
"""The axis of an issue's place."""

_NOWHERE = Place("")
_LARGE = 12
_LEVELS: dict[int, Level] = {
    2: "province", 4: "city", 6: "county", 9: "township", 12: "village", 15: "grid",
}  # fmt: skip
_SEALED = Leaf("sealed", "eq", True, _NOWHERE)


class Deciding(msgspec.Struct, frozen=True):
    """A ``hit: first`` rule: its number in the order of asking, and where it is true (None: that
    cannot be told).
    """

    number: int
    table: RoutingTable
    rule: RoutingRule
    region: Region | None

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The parts of its region; none where that cannot be told."""
        return () if self.region is None else self.region.boxes


class Survey:
    """What the lint rules that compare conditions look at. Everything is worked out when asked."""

    def __init__(self, loaded: Loaded, registry: Registry) -> None:
        self.loaded = loaded
        self.registry = registry
        self.names = loaded.names
        self.org = loaded.names.org or _stand_in(loaded.names, loaded)

    @cached_property
    def space(self) -> Space:
        """The space of all conditions of the set, and of its cells of category and territory."""
        parents = {code: each.parent for code, each in self._rules.categories.items()}
        for code in self.names.categories or ():
            parents.setdefault(code, "")
        world = World(self.org, WorkCalendar(weekdays(), str(self.names.zone)), parents)
        conditions = [condition for _rule, condition in self.loaded.conditions()]
        cells = [*self._categories.values(), *self._townships.values(), _SEALED]
        places = [rate.where for rate in self.rates if rate.where is not None]
        return Space(world, Terms.of(world, self.registry), [*conditions, *cells, *places])

    @cached_property
    def deciding(self) -> tuple[Deciding, ...]:
        """The deciding rules in the order of asking, the default left out."""
        found: list[Deciding] = []
        for table in tables(self._rules)[1]:
            guard = self.space.region(table.when)
            for rule in table.rules:
                own = self.space.region(rule.when)
                region = None if guard is None or own is None else guard & own
                found.append(Deciding(len(found), table, rule, region))
        return tuple(found)

    @cached_property
    def rates(self) -> tuple[Rate, ...]:
        """The indicators that have a target, in order."""
        return tuple(aimed(self.loaded))

    @property
    def default(self) -> RoutingRule | None:
        """What is done when no rule decides."""
        return next((t.default for t in reversed(self._rules.routing) if t.default), None)

    @cached_property
    def index(self) -> Index:
        """The deciding rules by where they are true."""
        return Index(self.space, [each.region for each in self.deciding])

    # -- conditions -----------------------------------------------------------------------------

    def guarded(self) -> Iterator[tuple[Condition, str, Condition]]:
        """Every condition of a rule under a table's guard: the guard, the rule's id, its own."""
        rules = self._rules
        every: tuple[RoutingTable | EscalationTable | WarningTable, ...]
        every = (*rules.routing, *rules.escalation, *self.loaded.warnings)
        for table in every:
            for rule in table.rules:
                if table.when is not None and rule.when is not None:
                    yield table.when, rule.id, rule.when

    def apart(self, one: Condition, other: Condition) -> bool:
        """Whether the two certainly never hold together."""
        here, there = self.space.region(one), self.space.region(other)
        both = None if here is None or there is None else here & there
        return both is not None and not both

    def within(self, one: Condition | None, other: Condition | None) -> bool:
        """Whether the one certainly holds only where the other does."""
        here, there = self.space.region(one), self.space.region(other)
        if here is None or there is None:
            return False
        return all(self.space.covers(there.boxes, box) for box in here.boxes)

    def clocks(self, rule: RoutingRule) -> dict[str, NamedClock]:
        """The clocks of the lead by name: the rule's own over those of its whistle."""
        whistle = (rule.effects.refer.whistle if rule.effects.refer else None) or "dispatch"
        given = self._rules.whistles.get(whistle, ())
        return {clock.name: clock for clock in (*given, *rule.effects.within)}

    # -- what comes before ----------------------------------------------------------------------

    def meeting(self, box: Box, since: int = 0, until: int | None = None) -> Iterator[Deciding]:
        """The deciding rules of these numbers (`until` left out) that something in the box may be
        true of, in order.
        """
        end = len(self.deciding) if until is None else until
        among = (1 << end) - (1 << since)
        for number in numbers(self.index.meeting(box) & among):
            each = self.deciding[number]
            if each.region is None or any(part & box for part in each.boxes):
                yield each

    def taken(self, box: Box, by: Deciding) -> tuple[Deciding, ...]:
        """The rules before this one that certainly decide all of the box; empty where some of it
        may be left.
        """
        before = (1 << by.number) - 1
        # Mostly there is a corner of the box that no rule before this one comes near.
        if not self.index.cornered(box) & before:
            return ()
        for number in numbers(self.index.holding(box) & before):
            earlier = self.deciding[number]
            if self._while(earlier, by) and self.space.covers(earlier.boxes, box):
                return (earlier,)
        return self._taken_together(box, by, before)

    def holding(self, each: Deciding) -> Iterator[Deciding]:
        """The other deciding rules that certainly hold wherever this one does, in order."""
        found = -1
        for box in each.boxes:
            found &= self.index.holding(box)
        for number in numbers(found & ((1 << len(self.deciding)) - 1)):
            other = self.deciding[number]
            if other is not each and all(self.space.covers(other.boxes, b) for b in each.boxes):
                yield other

    def _taken_together(self, box: Box, by: Deciding, before: int) -> tuple[Deciding, ...]:
        """Rules that ask more of texts than the box says cannot take all of it between them:
        there is always a text that has none of their words. They may only take what others leave
        that deny these words.
        """
        parts = self._parts_within(box, box, by, before)
        denied = {atom for part in parts for atom in part.false}
        if denied:
            said = Box(box.masks, box.true | denied, box.false)
            parts = self._parts_within(box, said, by, before)
        # What a few large parts leave is hardly ever filled by many small ones.
        large = sorted(parts, key=lambda part: len(part.masks) + len(part.false))[:_LARGE]
        if len(large) < 2 or not self.space.covers(large, box):
            return ()
        return tuple({parts[part].number: parts[part] for part in large}.values())

    def _parts_within(self, box: Box, said: Box, by: Deciding, before: int) -> dict[Box, Deciding]:
        """The boxes of earlier rules that meet the box and state no more than what is said."""
        parts: dict[Box, Deciding] = {}
        for number in numbers(self.index.unsurprised(said) & before):
            each = self.deciding[number]
            for part in each.boxes if self._while(each, by) else ():
                if part.true <= said.true and not part.misses(box):
                    parts[part] = each
        return parts

    def _while(self, earlier: Deciding, later: Deciding) -> bool:
        """Whether the earlier rule is in force whenever the later one is."""
        return wider(earlier.rule.effective, later.rule.effective)

    # -- cells ----------------------------------------------------------------------------------

    @cached_property
    def categories(self) -> dict[str, Box]:
        """Every category of an issue, as the box of the issues that bear it."""
        return self._cells(self._categories)

    @cached_property
    def townships(self) -> dict[str, Box]:
        """Every township, as the box of the issues that lie in it."""
        return self._cells(self._townships)

    @cached_property
    def sealed(self) -> Box:
        """The issues that bear a seal."""
        region = self.space.region(_SEALED)
        return region.boxes[0] if region else Box({})

    def labelled(self, category: str) -> str:
        """The code of a category with its label."""
        known = self._rules.categories.get(category)
        label = known.label if known else (self.names.categories or {}).get(category, "")
        return f"{category} {label}".rstrip()

    def above(self, category: str) -> str:
        """The category above this one; empty at the top."""
        known = self._rules.categories.get(category)
        return known.parent if known else ""

    def _cells(self, leaves: dict[str, Leaf]) -> dict[str, Box]:
        found: dict[str, Box] = {}
        for code, leaf in leaves.items():
            region = self.space.region(leaf)
            if region:
                found[code] = region.boxes[0]
        return found

    @cached_property
    def _categories(self) -> dict[str, Leaf]:
        codes = {*self._rules.categories, *(self.names.categories or ())}
        return {code: _leaf("category", "eq", code) for code in sorted(codes)}

    @cached_property
    def _townships(self) -> dict[str, Leaf]:
        org = self.names.org
        return {
            place.code: _leaf("territory", "under", place.code)
            for place in (org.content.territories if org else ())
            if place.level == "township"
        }

    @property
    def _rules(self) -> RuleSet:
        return self.loaded.rule_set


def together(one: Effective, other: Effective) -> bool:
    """Whether the two windows share a day."""
    ends = [window.until for window in (one, other) if window.until is not None]
    begins = [window.since for window in (one, other) if window.since is not None]
    return not ends or not begins or max(begins) < min(ends)


def wider(one: Effective, other: Effective) -> bool:
    """Whether the first window holds every day of the second."""
    begun = one.since is None or (other.since is not None and one.since <= other.since)
    lasting = one.until is None or (other.until is not None and other.until <= one.until)
    return begun and lasting


def _leaf(field: str, operator: str, value: Value) -> Leaf:
    return Leaf(field, operator, value, _NOWHERE)


def _stand_in(names: Names, loaded: Loaded) -> Org:
    """Territories by their digits alone, where no organisation says how they lie: the known and
    the named ones, and around each one of every other level.
    """
    conditions = (condition for _rule, condition in loaded.conditions())
    codes = {*(names.territories or ()), *(code for each in conditions for code in _named(each))}
    for code in tuple(codes):
        around = [code[:length] for length in _LEVELS if length < len(code)]
        around += [code.ljust(length, "9") for length in _LEVELS if length > len(code)]
        codes.update(around if code.isdecimal() else ())
    places = (Territory(code, code, _LEVELS.get(len(code), "grid"), _above(code, codes))
              for code in sorted(codes))  # fmt: skip
    return Org(Content(tuple(places)), names.zone)


def _above(code: str, codes: set[str]) -> str:
    shorter = (code[:length] for length in range(len(code) - 1, 0, -1))
    return next((prefix for prefix in shorter if prefix in codes), "")


def _named(condition: Condition) -> Iterator[str]:
    """The territories that it names."""
    for leaf in leaves(condition):
        if leaf.field == "territory" and leaf.operator not in ("exists", "at_level"):
            yield from map(str, leaf.value if isinstance(leaf.value, tuple) else (leaf.value,))
