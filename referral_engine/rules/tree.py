"""The parsed rule language: frozen nodes, every value converted, every node with its place.

The loader builds these, everything else (matcher, inference, lint, explain) reads them.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from referral_engine.errors import Place
from referral_engine.model.span import Span
from referral_engine.model.target import Target

__all__ = [
    "All",
    "Any",
    "Category",
    "Condition",
    "Decision",
    "Effective",
    "EscalationEffects",
    "EscalationRule",
    "EscalationTable",
    "HoursWindow",
    "Intended",
    "Leaf",
    "NamedClock",
    "Not",
    "Objection",
    "Occasion",
    "Path",
    "PathStep",
    "Proposal",
    "Recommendation",
    "Refer",
    "Repeats",
    "RoutingEffects",
    "RoutingRule",
    "RoutingTable",
    "RuleSet",
    "Season",
    "Suggestion",
    "Support",
    "Target",
    "Value",
    "Whistle",
    "Within",
]

Whistle = Literal["routine", "joint", "emergency"]


class HoursWindow(msgspec.Struct, frozen=True):
    """Local time of day, minutes after midnight; ``start > end`` crosses midnight; end excluded."""

    start: int
    end: int


class Season(msgspec.Struct, frozen=True):
    """Days of the year as (month, day), both ends included; may cross New Year."""

    start: tuple[int, int]
    end: tuple[int, int]


Value = (
    str
    | int
    | float
    | bool
    | datetime
    | date
    | Span
    | HoursWindow
    | Season
    | tuple[str, ...]
    | tuple[float, ...]
)


class All(msgspec.Struct, frozen=True, tag="all"):
    parts: tuple[Condition, ...]
    place: Place


class Any(msgspec.Struct, frozen=True, tag="any"):
    parts: tuple[Condition, ...]
    place: Place


class Not(msgspec.Struct, frozen=True, tag="not"):
    part: Condition
    place: Place


class Leaf(msgspec.Struct, frozen=True, tag="leaf"):
    """``field: {operator: value}``; ``value`` is converted by the declared type of the field.

    A ``$list`` is already expanded; ``source_value`` keeps what was written, for people.
    """

    field: str
    operator: str
    value: Value
    place: Place
    source_value: str = ""


class Repeats(msgspec.Struct, frozen=True, tag="repeats"):
    """History: at least ``at_least`` cases (this one included) with the same values in the span."""

    same: tuple[str, ...]
    within: Span
    at_least: int
    place: Place

    @property
    def key(self) -> str:
        """The name under which the answer is kept with the decision."""
        return f"repeats({','.join(self.same)};{self.within})"


Condition = All | Any | Not | Leaf | Repeats


class NamedClock(msgspec.Struct, frozen=True):
    """A clock by its name: ``claim contact arrive report`` or one a department watches.

    ``since`` is the moment it counts from; empty means the offer.
    """

    name: str
    span: Span
    since: str = ""


Within = tuple[NamedClock, ...]


class Support(msgspec.Struct, frozen=True):
    to: Target
    within: Within = ()
    required: bool = False


class Refer(msgspec.Struct, frozen=True):
    lead: Target
    support: tuple[Support, ...] = ()
    whistle: Whistle | None = None


class Suggestion(msgspec.Struct, frozen=True):
    """A unit put before whoever dispatches; ``share`` (0 to 1) is how sure the rule is of it."""

    to: Target
    share: float


class Proposal(msgspec.Struct, frozen=True):
    """What a machine may only propose: ``redirect`` to a legal path or ``reject`` on a ground."""

    kind: Literal["redirect", "reject"]
    reason: str


class RoutingEffects(msgspec.Struct, frozen=True):
    """``set`` holds (field, value) pairs of settable fields; ``link`` names a kind of link.

    ``suggest``, surest first, is what a person is shown; alone, it leaves the case at the centre.
    """

    refer: Refer | None = None
    within: Within = ()
    path: str = ""
    set: tuple[tuple[str, Value], ...] = ()
    tag: tuple[str, ...] = ()
    seal: str = ""
    link: str = ""
    propose: Proposal | None = None
    suggest: tuple[Suggestion, ...] = ()


class Effective(msgspec.Struct, frozen=True):
    """Days on which a rule is in force at the receipt of a case; ``until`` excluded."""

    since: date | None = None
    until: date | None = None


class RoutingRule(msgspec.Struct, frozen=True):
    id: str
    name: str
    when: Condition | None
    effects: RoutingEffects
    place: Place
    basis: str = ""
    why: str = ""
    effective: Effective = Effective()


class Intended(msgspec.Struct, frozen=True):
    """Issues that are left to the default on purpose, and why.

    Nothing is decided by it: `rules prove` holds the rules against it.
    """

    when: Condition
    why: str
    place: Place


class RoutingTable(msgspec.Struct, frozen=True):
    file: str
    rank: int
    hit: Literal["first", "all"]
    when: Condition | None
    rules: tuple[RoutingRule, ...]
    default: RoutingRule | None = None
    intended: Intended | None = None


class Occasion(msgspec.Struct, frozen=True):
    """When an escalation rule is asked: a clock at a share of its time, or an event by name."""

    name: str
    share: float = 0.0


class Recommendation(msgspec.Struct, frozen=True):
    """A rung of the accountability ladder, for a named person to sign."""

    step: str
    against: str


class EscalationEffects(msgspec.Struct, frozen=True):
    """Targets are resolved when the effect is executed; empty means the effect is absent."""

    derive: str = ""
    remind: tuple[Target, ...] = ()
    supervise: tuple[Target, ...] = ()
    step_up: Target | None = None
    notify: tuple[Target, ...] = ()
    confer: tuple[Target, ...] = ()
    designate: Target | None = None
    recommend: Recommendation | None = None


class EscalationRule(msgspec.Struct, frozen=True):
    id: str
    name: str
    on: tuple[Occasion, ...]
    when: Condition | None
    effects: EscalationEffects
    place: Place
    priority: int = 100
    basis: str = ""
    effective: Effective = Effective()


class EscalationTable(msgspec.Struct, frozen=True):
    file: str
    rank: int
    when: Condition | None
    rules: tuple[EscalationRule, ...]


class Category(msgspec.Struct, frozen=True):
    """A category code's label, and the code above it (empty at the top)."""

    label: str
    parent: str = ""


class RuleSet(msgspec.Struct, frozen=True):
    """Everything published together. ``hash`` is over the canonical content, not over file names.

    ``whistles`` gives the default clocks of each whistle level, of an ordinary dispatch (key
    ``dispatch``) and of the case itself (key ``case``). ``sources`` is file to text, everything
    that was read, so that loading it again gives the same set.
    """

    hash: str
    language: int
    routing: tuple[RoutingTable, ...]
    escalation: tuple[EscalationTable, ...]
    lists: dict[str, tuple[str, ...]]
    whistles: dict[str, Within]
    paths: dict[str, Path]
    sources: dict[str, str]
    categories: dict[str, Category] = {}


class Objection(msgspec.Struct, frozen=True):
    """The step to which a reporter who is not content may go on, and the time to ask for it."""

    step: str
    within: Span


class PathStep(msgspec.Struct, frozen=True):
    """One step of a path; ``success`` and ``failure`` name the next step, empty ends the path.

    ``decline`` is the time in which its lead may decline (None: as in config.yaml), ``extend`` the
    only clocks that may be extended, once and by so much (None: any), ``stops`` the only grounds
    on which they may stop (None: any); after a ``final`` step no objection is taken up.
    ``begins`` are promises: once one of them was broken the case goes on from here.
    """

    id: str
    name: str
    refer: Refer | None
    within: Within
    place: Place
    success: str = ""
    failure: str = ""
    outcome_success: str = ""
    outcome_failure: str = ""
    decline: Span | None = None
    extend: Within | None = None
    stops: tuple[str, ...] | None = None
    objection: Objection | None = None
    final: bool = False
    begins: tuple[str, ...] = ()


class Path(msgspec.Struct, frozen=True):
    id: str
    name: str
    steps: tuple[PathStep, ...]
    place: Place
    basis: str = ""


class Decision(msgspec.Struct, frozen=True):
    """What routing decided; kept with the case.

    ``prepared`` are the ids of the ``hit: all`` rules that were true, ``matched`` every deciding
    rule that was true, in order, the winner first. ``seen`` are the winner's clauses with the
    values seen (text as rule clause and span, never the words). ``overruled`` are pairs of a
    prepare rule and what it said where an earlier one had said otherwise.
    """

    rule: str
    file: str
    line: int
    name: str
    why: str
    basis: str
    effects: RoutingEffects
    matched: tuple[str, ...]
    prepared: tuple[str, ...] = ()
    values: tuple[tuple[str, Value], ...] = ()
    tags: tuple[str, ...] = ()
    path: str = ""
    seal: str = ""
    link: str = ""
    seen: tuple[tuple[str, str], ...] = ()
    overruled: tuple[tuple[str, str], ...] = ()
