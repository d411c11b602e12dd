"""Who acts or looks in a story: from a short word to a principal of the one door."""

from __future__ import annotations

import msgspec

from referral_engine.model.case import Case
from referral_engine.model.person import Person
from referral_engine.model.principal import ENGINE, ROLES, Principal, Role
from referral_engine.org import Org

__all__ = ["Actor", "Unknown", "principal_of"]


class Unknown(ValueError):
    """No such person, unit or role; the text says which."""


class Actor(msgspec.Struct, frozen=True):
    """As written: a person's id, a unit's id (its officer), ``role@unit``, ``person@unit`` for
    one of several posts, ``reporter`` (whoever comes in from outside too) or ``engine``."""

    word: str

    def __str__(self) -> str:
        return self.word


def principal_of(actor: Actor, org: Org, case: Case | None) -> Principal:
    """The principal meant. Without such a person in the organisation somebody nameless holds the
    post, the same one each time. Raises Unknown."""
    word = actor.word
    if word == "engine":
        return ENGINE
    if word == "reporter":
        if case is None:
            return Principal("public", ("reporter",))
        return Principal(case.reporter, ("reporter",))
    role, _at, unit = word.rpartition("@")
    if role:
        return _holder(role, unit, org)
    if (person := org.person(word)) is not None:
        return _person(person, person.units[0] if person.units else "")
    if org.unit(word) is not None:
        return _holder("officer", word, org)
    raise Unknown(word)


def _holder(role: str, unit: str, org: Org) -> Principal:
    if role not in ROLES:
        person = org.person(role)
        if person is None or unit not in person.units:
            raise Unknown(f"{role}@{unit}")
        return _person(person, unit)
    if org.unit(unit) is None:
        raise Unknown(unit)
    for person in org.people(unit):
        if any(post.unit == unit and post.role == role for post in person.posts):
            return _person(person, unit)
    return Principal(f"{role}@{unit}", (role,), unit)  # type: ignore[arg-type]  # is in ROLES


def _person(person: Person, unit: str) -> Principal:
    """A person in one unit, with every role held there."""
    held = (post.role for post in person.posts if post.unit == unit)
    roles: tuple[Role, ...] = tuple(r for r in held if r in ROLES)  # type: ignore[misc]
    return Principal(person.id, roles, unit)
