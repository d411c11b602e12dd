"""Who acts on the command line, as a principal of the one door.

``--actor`` takes

* a person's id from the organisation: the posts give unit and roles, and of several posts the
  one counts that may do what is asked;
* ``reporter``: what the reporter said, recorded as the reporter's own act;
* any other name, by default the user of the shell: whoever has the shell is trusted, is recorded
  as ``cli:NAME``, and acts in the role that the command stands for. `desk` acts as an officer of
  the referral's unit, `centre` as dispatcher and duty leader of the unit that holds the case,
  reviews and calls back from a unit that did not handle it.

Of a sealed case neither ``reporter`` nor any other name knows: it takes a person whom it is meant
for, or the reporter's token.

Two names are two persons: that is what the second signature rests on.

Instead of ``--actor`` a token may say who acts (``--token-file``, ``REFERRAL_TOKEN``): then it is
that principal and no other, whatever the command.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from referral_engine.cli.app import os_user
from referral_engine.desk import Desk
from referral_engine.desk.acting import find_case
from referral_engine.flow.access import hidden, sight, unknown_case
from referral_engine.lifecycle import roles_for
from referral_engine.model.case import Case
from referral_engine.model.person import Person
from referral_engine.model.principal import ROLES, Principal, Role
from referral_engine.model.referral import Referral
from referral_engine.org import Org

__all__ = [
    "REPORTER",
    "Actor",
    "at_the_centre",
    "at_the_desk",
    "author",
    "in_post",
    "reader",
    "reader_of",
    "reporter_of",
    "units_of",
]

REPORTER = "reporter"
_CENTRE: tuple[Role, ...] = ("dispatcher", "duty_leader")
_APART: dict[str, tuple[Role, ...]] = {"review": ("reviewer",), "call_back": ("callback_officer",)}
_SIGHTS = ("none", "masked", "full")


Actor = str | Principal
"""A name as ``--actor`` takes it, or whoever a token stands for."""


def author(actor: Actor) -> str:
    """The name under which something outside a case is recorded: a publication, an import."""
    return actor.id if isinstance(actor, Principal) else actor or os_user()


def units_of(actor: Actor, org: Org) -> frozenset[str] | None:
    """The units whoever acts is known to be of; None for a name that the organisation lacks."""
    if isinstance(actor, Principal):
        return frozenset({actor.unit})
    person = org.person(actor) if actor else None
    return None if person is None else frozenset(person.units)


def at_the_desk(
    actor: Actor, command: str, case: Case, referral: Referral | None, org: Org
) -> Principal:
    """Whoever acts for the unit of `referral`, without one for the unit that owns the case."""
    if isinstance(actor, Principal):
        return actor
    units = referral.units if referral else (case.owner,)
    if (known := _named(actor, command, case, org, units)) is not None:
        return known
    unit = referral.station if referral else case.owner
    return Principal(_in_the_open(actor, case), ("officer",), unit)


def at_the_centre(actor: Actor, command: str, case: Case, org: Org) -> Principal:
    """Whoever acts for the centre that holds the case."""
    if isinstance(actor, Principal):
        return actor
    if (known := _named(actor, command, case, org, (case.holder, case.owner))) is not None:
        return known
    if command in _APART:
        return Principal(_in_the_open(actor, case), _APART[command], _unit_apart(case, org))
    return Principal(_in_the_open(actor, case), _CENTRE, case.holder)


def reporter_of(case: Case) -> Principal:
    """The reporter, under the digest by which the case knows whom it came from.

    Raises Refused (UNKNOWN_CASE) for a sealed case, which takes the reporter's own token.
    """
    _in_the_open(REPORTER, case)
    return Principal(case.reporter, ("reporter",))


def reader(actor: Actor, org: Org, case: Case | None = None) -> Principal:
    """Who looks: without an actor an administrator, who sees everything but names and seals.

    Of a person's posts the one that sees most of `case`.
    """
    if isinstance(actor, Principal):
        return actor
    person = org.person(actor) if actor else None
    if person is None:
        if actor == REPORTER and case is not None and not hidden(case):
            return reporter_of(case)
        return Principal(_trusted(actor), ("administrator",))
    posts = list(_posts(person))
    if case is None:
        return posts[0]
    return max(posts, key=lambda by: _SIGHTS.index(sight(by, case, org)))


def in_post(actor: Actor, org: Org, *roles: str) -> Principal:
    """Whoever acts outside a case: of a person's posts one with one of these roles, where there is
    one. Any other name keeps the machine, and is nobody in the county.
    """
    person = org.person(actor) if isinstance(actor, str) and actor else None
    if person is None:
        return reader(actor, org)
    return max(_posts(person), key=lambda by: by.has(*roles))


def reader_of(desk: Desk, actor: Actor, id: str) -> Principal:
    """Who looks at the case behind this id. Raises Refused (UNKNOWN_CASE)."""
    return reader(actor, desk.workspace.org, find_case(desk.store, id))


def _named(
    actor: str, command: str, case: Case, org: Org, units: Iterable[str]
) -> Principal | None:
    """A person of the organisation or the reporter; None for any other name."""
    if actor == REPORTER:
        return reporter_of(case)
    person = org.person(actor) if actor else None
    if person is None:
        return None
    wanted, near = roles_for(command), set(units)

    def fitness(by: Principal) -> tuple[bool, bool]:
        return by.has(*wanted), by.unit in near

    return max(_posts(person), key=fitness)


def _posts(person: Person) -> Iterator[Principal]:
    """One principal a unit, with every role held there; who has no role may do nothing."""
    for unit in person.units:
        held = (post.role for post in person.posts if post.unit == unit)
        yield Principal(person.id, tuple(role for role in held if role in ROLES), unit)  # type: ignore[misc]
    if not person.posts:
        yield Principal(person.id, ())


def _trusted(actor: str) -> str:
    return f"cli:{actor or os_user()}"


def _in_the_open(actor: str, case: Case) -> str:
    """A name that nobody vouches for, in a case that is no secret; else Refused (UNKNOWN_CASE)."""
    if hidden(case):
        raise unknown_case(case.code)
    return _trusted(actor)


def _unit_apart(case: Case, org: Org) -> str:
    """The holder, or where the holder handled the case itself, the nearest unit above that did
    not: nobody reviews their own unit's work."""
    handlers = {unit for r in case.referrals if r.claimed_at for unit in r.units}
    if case.holder not in handlers:
        return case.holder
    barred = frozenset(handlers) | frozenset(case.barred)
    return org.superior_not_in(case.holder, barred) or case.holder
