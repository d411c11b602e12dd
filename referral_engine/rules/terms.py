"""What a condition must be able to ask beside its subject: trees, zone, days, declared fields."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

import msgspec

from referral_engine.rules.fields import Registry, registry

__all__ = ["Surroundings", "Terms"]


class Surroundings(Protocol):
    """What the language needs of a `World`; a test may give less than a whole county.

    Pure: the same question always has the same answer. An unknown code is under nothing but
    itself and at no level; no method raises for a value that an issue may carry.
    """

    def under(self, code: str, ancestor: str) -> bool:
        """Whether the territory `code` is `ancestor` or lies in it."""
        ...

    def category_under(self, code: str, ancestor: str) -> bool:
        """Whether the category `code` is `ancestor` or a kind of it."""
        ...

    def territory_at_level(self, code: str, level: str) -> str | None:
        """The territory of this level in which `code` lies (itself included), or None."""
        ...

    def category_at_level(self, code: str, level: str) -> str | None:
        """The category of this level to which `code` belongs (itself included), or None."""
        ...

    def local(self, moment: datetime) -> datetime:
        """The aware `moment` in the county's time zone."""
        ...

    def day_kind(self, day: date) -> str:
        """``workday restday holiday`` of this local day, swapped working days (调休) included."""
        ...


class Terms(msgspec.Struct, frozen=True):
    """What the words of a condition mean in one place: its world and the declared fields."""

    world: Surroundings
    fields: Registry

    @classmethod
    def of(cls, world: Surroundings, fields: Registry | None = None) -> Terms:
        """With the engine's own fields where none are given."""
        return cls(world, registry() if fields is None else fields)

    def type_of(self, name: str) -> str:
        """The declared type of a field; ``string`` for one that nobody declared."""
        field = self.fields.find(name)
        return "string" if field is None else field.type

    def is_category(self, name: str) -> bool:
        """Whether a tree field holds categories rather than territories."""
        field = self.fields.find(name)
        return name == "category" if field is None else field.names == "category"
