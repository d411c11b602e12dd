"""A person in the organisation, with every post held. Never a reporter."""

from __future__ import annotations

import msgspec

from referral_engine.model.principal import ROLES

__all__ = ["POST_ROLES", "Person", "Post"]

POST_ROLES: tuple[str, ...] = (
    *(role for role in ROLES if role not in ("reporter", "engine")),
    "unit_leader",
    "grid_leader",
    "community_police",
    "professional",
    "volunteer",
    "counsellor",
    "errand_agent",
    "household_contact",
    "entrance_contact",
    "building_contact",
    "workplace_contact",
)
"""The roles of the one door, then posts that only say who is to be found where."""


class Post(msgspec.Struct, frozen=True, omit_defaults=True):
    """A role in a unit, for one territory. ``grade`` is the local pay grade, empty if none."""

    unit: str
    role: str
    territory: str
    grade: str = ""


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """``id`` is stable and no name. ``name`` and ``phone`` are personal data: ``repr`` masks the
    phone, and neither enters the organisation's hash, so that erasing them changes no decision.
    """

    id: str
    name: str
    phone: str = ""
    posts: tuple[Post, ...] = ()

    @property
    def units(self) -> tuple[str, ...]:
        """The units of all posts, in order, each once."""
        return tuple(dict.fromkeys(post.unit for post in self.posts))

    @property
    def masked_phone(self) -> str:
        """The last two digits, enough to tell two numbers apart and too few to call."""
        return f"***{self.phone[-2:]}" if self.phone else ""

    def __repr__(self) -> str:
        return (
            f"Person(id={self.id!r}, name={self.name!r}, "
            f"phone={self.masked_phone!r}, posts={self.posts!r})"
        )

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [
            ("id", self.id),
            ("name", self.name),
            ("phone", self.masked_phone),
            ("posts", self.posts),
        ]
