"""The register of mediators at the door: who is in it, who fits a case, who has it, what waits.

A case that is sealed is mediated by nobody of the register, and is not there for whoever may not
see it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from msgspec.structs import replace

from referral_engine.desk.acting import find_case
from referral_engine.desk.door import Desk
from referral_engine.desk.view import View
from referral_engine.errors import Refused
from referral_engine.flow.access import sight, unknown_case
from referral_engine.flow.matching import Match, ranked, wish_of
from referral_engine.flow.wording import role_words
from referral_engine.i18n import _
from referral_engine.model.case import Case
from referral_engine.model.mediator import Mediator
from referral_engine.model.principal import CENTRE_ROLES, Principal
from referral_engine.store import CaseFilter, CaseLine, Tx, mediators

__all__ = [
    "KEEPS",
    "Listed",
    "Pending",
    "add",
    "assign",
    "backlog",
    "keeps",
    "leave",
    "matches",
    "mediator_of",
    "no_such_mediator",
    "open_case",
    "register",
]

KEEPS = ("administrator", *CENTRE_ROLES, "mediator")
"""Who keeps the register and gives cases to mediators."""
PENDING = ("petition", "mediation")
"""The paths whose cases may become long-pending ones (积案)."""
_MOST = 10_000


class Listed(NamedTuple):
    """A mediator of the register and how many open cases it has."""

    mediator: Mediator
    load: int


class Pending(NamedTuple):
    """A long-pending case and the mediator who has it; empty for nobody."""

    line: CaseLine
    mediator: str


def add(desk: Desk, entry: Mediator, by: Principal) -> Mediator:
    """Puts a mediator into the register, or in the place of the entry with this id.

    Raises Refused (FORBIDDEN, NO_SUCH_UNIT, NO_SUCH_TERRITORY).
    """
    keeps(by, *KEEPS)
    org = desk.workspace.org
    if entry.unit and org.unit(entry.unit) is None:
        raise Refused("NO_SUCH_UNIT", _("There is no unit {unit}.").format(unit=entry.unit))
    if entry.territory and org.territory(entry.territory) is None:
        raise Refused(
            "NO_SUCH_TERRITORY",
            _("There is no territory {code}.").format(code=entry.territory),
            _("Name one by its code, as in the organisation's files."),
        )
    kept = replace(entry, added_by=by.id)
    now = desk.clock.now()
    desk.store.transact(lambda tx: mediators.add(tx.writing, kept, now))
    return kept


def leave(desk: Desk, id: str, by: Principal) -> None:
    """Takes a mediator out of the register; what it did stays. Raises Refused."""
    keeps(by, *KEEPS)
    now = desk.clock.now()
    if not desk.store.transact(lambda tx: mediators.leave(tx.writing, id, now)):
        raise no_such_mediator(id)


def register(desk: Desk) -> list[Listed]:
    """Everyone in the register, by id."""
    with desk.store.reading() as reader:
        loads = mediators.loads(reader.connection)
        return [Listed(m, loads.get(m.id, 0)) for m in mediators.listed(reader.connection)]


def matches(
    desk: Desk, id: str, by: Principal, *, language: str = "", expertise: str = ""
) -> list[Match]:
    """Everyone in the register beside the case, whoever fits best first, with the reasons.

    Raises Refused (UNKNOWN_CASE, SEALED_CASE).
    """
    case = open_case(desk, id, by)
    with desk.store.reading() as reader:
        known, loads = mediators.listed(reader.connection), mediators.loads(reader.connection)
    return ranked(known, loads, wish_of(case, language, expertise), desk.workspace.org)


def assign(desk: Desk, id: str, mediator: str, by: Principal) -> Match:
    """Gives the case to a mediator, and takes it from whoever had it: a person's choice.

    Raises Refused (UNKNOWN_CASE, SEALED_CASE, FORBIDDEN, NO_SUCH_MEDIATOR, NOT_THIS_MEDIATOR).
    """
    code = open_case(desk, id, by).code
    keeps(by, *KEEPS, "officer")
    chosen = next((m for m in matches(desk, id, by) if m.mediator.id == mediator), None)
    if chosen is None:
        raise no_such_mediator(mediator)
    if chosen.against:
        raise Refused(
            "NOT_THIS_MEDIATOR",
            _("{name} cannot have it: {why}.").format(
                name=chosen.mediator.name, why="; ".join(chosen.against)
            ),
            _("`referral mediator match {code}` shows who fits.").format(code=code),
        )
    now = desk.clock.now()

    def write(tx: Tx) -> None:
        mediators.release(tx.writing, code, now)
        mediators.assign(tx.writing, code, mediator, by.id, now)

    desk.store.transact(write)
    return chosen


def mediator_of(desk: Desk, code: str) -> str:
    """Who has the case now; empty for nobody."""
    with desk.store.reading() as reader:
        held = [a for a in mediators.assigned(reader.connection, code) if a.released_at is None]
    return held[0].mediator if held else ""


def backlog(desk: Desk, by: Principal, older: timedelta, limit: int) -> list[Pending]:
    """信访积案: open petitions and disputes received longer ago than this, the oldest first."""
    until = desk.clock.now() - older
    view = View(desk.store, desk.workspace, desk.clock)
    found: list[CaseLine] = []
    for path in PENDING:
        where = CaseFilter(open=True, path=path, received_until=until, sealed=False)
        found += view.cases(by, _MOST, where)
    found.sort(key=lambda line: (line.received_at, line.code))
    return [Pending(line, mediator_of(desk, line.code)) for line in found[:limit]]


def open_case(desk: Desk, id: str, by: Principal) -> Case:
    """The case behind an id, for whoever may see it. Raises Refused (UNKNOWN_CASE, SEALED_CASE)."""
    case = find_case(desk.store, id)
    if sight(by, case, desk.workspace.org) == "none":
        raise unknown_case(id)
    if case.sealed:
        raise Refused(
            "SEALED_CASE",
            _("A sealed case is not given to a mediator of the register."),
            _("Its own contact decides how it goes on."),
        )
    return case


def keeps(by: Principal, *roles: str) -> None:
    """Raises Refused (FORBIDDEN) for whoever has none of these roles."""
    if not by.has(*roles):
        raise Refused(
            "FORBIDDEN",
            _("Your role may not do this in the mediators' register."),
            _("It needs one of: {roles}.").format(roles=role_words(roles)),
        )


def no_such_mediator(id: str) -> Refused:
    return Refused(
        "NO_SUCH_MEDIATOR",
        _("There is no mediator {id} in the register.").format(id=id),
        _("`referral mediator list` shows who is."),
    )
