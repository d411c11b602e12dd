"""What a mutant is."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

import msgspec

from referral_engine.errors import Place
from referral_engine.rules.tree import Condition, RuleSet

__all__ = ["Change", "Changed", "Kind", "Mutant", "Section"]

Kind = Literal["clause", "operator", "value", "deadline", "target", "effect"]
Section = Literal["routing", "escalation", "whistles", "lists"]
Part_co = TypeVar("Part_co", covariant=True)


class Change(msgspec.Struct, Generic[Part_co], frozen=True):
    """One part of a rule, changed in one place.

    ``name`` is what a mark in the rule file calls it; ``was`` and ``now`` are for people, ``now``
    empty where it is left out.
    """

    name: str
    kind: Kind
    place: Place
    was: str
    now: str
    part: Part_co


class Changed(msgspec.Struct, frozen=True):
    """A condition that is another one in the mutant: of a table's guard where ``rule`` is empty."""

    table: int
    rule: str
    before: Condition | None
    after: Condition | None


class Mutant(msgspec.Struct, frozen=True):
    """A rule set in which one thing was changed.

    ``rule`` is the rule's id, empty for a table's guard, a clock of a whistle, a word of a list.
    ``conditions`` are those that changed; where there are none, what a true rule does has.
    """

    section: Section
    rule: str
    name: str
    kind: Kind
    place: Place
    was: str
    now: str
    rule_set: RuleSet
    conditions: tuple[Changed, ...] = ()

    def __str__(self) -> str:
        return f"{self.was} → {self.now or '–'}"
