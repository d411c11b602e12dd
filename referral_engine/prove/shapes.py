"""What of a case and of its units makes a difference: cases of one shape go the same ways."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache, cached_property

from referral_engine.flow.access import keeps_seals
from referral_engine.flow.draft import Draft
from referral_engine.flow.facts import Facts
from referral_engine.flow.state import state_of
from referral_engine.model.case import Case
from referral_engine.model.command import Request, Tick
from referral_engine.model.deadline import Deadline
from referral_engine.model.principal import ENGINE
from referral_engine.model.referral import Referral
from referral_engine.model.unit import TERRITORIAL
from referral_engine.org import PERSON, Org
from referral_engine.prove.domains import predicates
from referral_engine.prove.life import Life, Stand
from referral_engine.rules.tree import Leaf, Occasion
from referral_engine.rules.walk import leaves

__all__ = ["LEADING", "Shapes"]

LEADING = frozenset({
    "county_leader", "duty_leader", "township_director", "village_director", "unit_leader",
    "grid_leader", "sealed_contact",
})  # fmt: skip
"""Posts whose holder answers for a unit by name."""

_OWN = ("centre", "government", "discipline")
"""Kinds of unit, beside those that answer for a place, of which the flow knows."""
_MOVING = frozenset({"occasion", "share", "overdue_h", "remaining_h", "unit", "role",
                     "referral_state"})  # fmt: skip
"""Fields of a running case that belong to an occasion, not to the case as it stands."""


class Shapes:
    """The shapes in one organisation under one rule set's escalation."""

    def __init__(self, life: Life) -> None:
        self._org: Org = life.workspace.org
        self._life = life
        found: dict[str, list[Leaf]] = {}
        for table in life.rules.rule_set.escalation:
            for condition in (table.when, *(rule.when for rule in table.rules)):
                for leaf in leaves(condition) if condition is not None else ():
                    if leaf.field not in _MOVING:
                        found.setdefault(leaf.field, []).append(leaf)
        terms = life.rules.router.terms
        self._tests = {field: predicates(asked, terms) for field, asked in found.items()}
        self.of_unit = cache(self._of_unit)

    # -- cases --------------------------------------------------------------------------------
    def fine(self, stand: Stand) -> Hashable:
        """The rough shape with its clocks, and how far they have run: what silence will bring."""
        case = stand.case
        clocks = sorted(map(repr, (self._of_clock(case, d) for d in case.deadlines if d.open)))
        return (self.rough(stand), tuple(clocks))

    def rough(self, stand: Stand) -> Hashable:
        """The shape of a case as it stands: state, parts, and all that rules may ask of it."""
        case = stand.case
        parts = {self._of_part(case, each) for each in case.referrals if _counts(each)}
        waiting = {(p.kind, len(p.signatures)) for p in case.proposals if p.state == "open"}
        units = self._in(case, case.owner), self._in(case, case.holder)
        counts = (case.returns, case.transfers, case.reworks, case.tries, len(case.grounds))
        yes_or_no = (
            case.barred, case.contested, case.designated, case.steps, case.whistle,
            any(pause.until is None for pause in case.pauses),
            any(meeting.held_at is None for meeting in case.conferences),
        )  # fmt: skip
        return (
            case.state, units, frozenset(parts), frozenset(waiting), case.sealed, counts,
            tuple(map(bool, yes_or_no)), case.call_back, case.outcome, self._asked(stand),
        )  # fmt: skip

    def _asked(self, stand: Stand) -> frozenset[Hashable]:
        """The conditions of the escalation rules that are true of the case as it stands."""
        case = stand.case
        request = Request(case.code, Tick(), ENGINE)
        draft = Draft(case, request, Facts(), self._life.setting, stand.now)
        values = state_of(draft, Occasion(""), "")
        return frozenset(
            (field, key)
            for field, tests in self._tests.items()
            for key, test in tests.items()
            if test(values.get(field))
        )

    def _of_part(self, case: Case, part: Referral) -> Hashable:
        """Of a support it matters whether it is barred and required, of a lead who acts, and
        whether something follows on its path."""
        if part.role == "support":
            barred = not set(part.units).isdisjoint(case.barred)
            return (part.state, barred, part.required)
        step = self._life.rules.step(case.path, part.path_step) if part.path_step else None
        follows = bool(step and (step.success or step.failure))
        return (part.state, self._in(case, part.station), follows)

    def _of_clock(self, case: Case, clock: Deadline) -> Hashable:
        part = case.referral(clock.referral)
        fired = tuple(mark.share for mark in clock.marks if mark.fired)
        return (clock.name, part.role if part else "", clock.state, fired, clock.after)

    def _in(self, case: Case, unit: str) -> Hashable:
        """What the flow may ask of a unit that has the case: where it stands, and what it is."""
        known = self._org.unit(unit)
        kind = known.kind if known and (known.kind in TERRITORIAL or known.kind in _OWN) else ""
        same = (unit == case.owner, unit == case.holder, unit == case.first, unit in case.barred)
        return (kind, self._org.level_of_unit(unit), keeps_seals(unit, self._org), *same)

    def relation(self, case: Case, named: str) -> Hashable:
        """What whoever is recused along with a unit or person is to the case: recusal asks for no
        more of them than whether they are in the way."""
        line = self._org.related(named) if named else frozenset[str]()
        parts = frozenset((r.role, r.state) for r in case.referrals if {*r.units} & line)
        others = (case.owner, case.holder, case.first, self._org.superior(case.holder) or "",
                  self._org.discipline(), self._org.centre(self._org.tree.root))  # fmt: skip
        in_the_way = tuple(each in line for each in others)
        return (named.startswith(PERSON), parts, in_the_way, named in case.barred)

    # -- the organisation ---------------------------------------------------------------------
    def _of_unit(self, unit: str) -> Hashable:
        known = self._org.unit(unit)
        return (
            known.kind if known else "", self._org.level_of_unit(unit), bool(known and known.of),
            bool(known and known.superior), self.has_stations(unit), keeps_seals(unit, self._org),
            bool(self.named(unit, frozenset())),
        )  # fmt: skip

    def has_stations(self, unit: str) -> bool:
        """Whether offices elsewhere act for the unit."""
        return any(each.of == unit for each in self._org.content.units)

    def named(self, unit: str, barred: frozenset[str]) -> str:
        """The person who answers for the unit by name and is not barred; empty where nobody is."""
        for person in self._org.people(unit):
            posts = {post.role for post in person.posts if post.unit == unit}
            if posts & LEADING and PERSON + person.id not in barred and unit not in barred:
                return person.id
        return ""

    @cached_property
    def territories(self) -> tuple[str, ...]:
        """A place of each shape: who answers for it at each level, and whether it is a town."""
        found: dict[Hashable, str] = {}
        for code in ("", *self._org.territory_names()):
            line = [code, *self._org.ancestors(code)] if code else []
            found.setdefault(tuple(self._of_place(each) for each in line), code)
        return tuple(found.values())

    def _of_place(self, code: str) -> Hashable:
        place = self._org.territory(code)
        level = place.level if place else ""
        unit = self._org.responsible(code, level) if level else None
        return (level, bool(place and place.urban), self.of_unit(unit) if unit else "")


def _counts(part: Referral) -> bool:
    return part.open or part.state == "reported"
