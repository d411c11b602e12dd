"""Allowances per case at the door: a machine only proposes, a named person signs and pays."""

from __future__ import annotations

from typing import NamedTuple

from referral_engine.desk.door import Desk
from referral_engine.desk.mediators import KEEPS, keeps, mediator_of, open_case
from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.model.principal import Principal
from referral_engine.store import Tx, allowances, mediators
from referral_engine.store.allowances import Allowance, Entry

__all__ = [
    "SIGNS",
    "Allowance",
    "Ledger",
    "grant",
    "ledger",
    "pay",
    "propose",
    "propose_due",
    "reverse",
    "sign",
]

SIGNS = ("duty_leader", "township_director", "county_leader")
"""Who signs and pays allowances, and grants the money for them."""
FEN = 100
_MACHINE = "engine"


class Ledger(NamedTuple):
    """What stands in each account (fen), the newest allowances and entries.

    The case of an allowance is empty where it is sealed by now.
    """

    balances: dict[str, int]
    allowances: list[Allowance]
    entries: list[Entry]


def grant(desk: Desk, amount: int, by: Principal, note: str) -> int:
    """Money for allowances, in fen; the entry's number. Raises Refused (FORBIDDEN)."""
    keeps(by, *SIGNS)
    now = desk.clock.now()
    return desk.store.transact(lambda tx: allowances.grant(tx.writing, amount, by.id, note, now))


def propose(desk: Desk, id: str, by: Principal, amount: int = 0) -> Allowance:
    """Proposes what the mediator of a case is to have: `amount` in fen, else by the county's scale.

    Raises Refused (UNKNOWN_CASE, SEALED_CASE, FORBIDDEN, NOBODY_HAS_IT, NO_SCALE, PROPOSED_BEFORE).
    """
    case = open_case(desk, id, by)
    keeps(by, *KEEPS, "officer")
    mediator = mediator_of(desk, case.code)
    if not mediator:
        raise Refused(
            "NOBODY_HAS_IT",
            _("No mediator of the register has this case."),
            _("`referral mediator assign {code} --mediator ID` gives it to one.").format(
                code=case.code
            ),
        )
    amount = amount or _by_scale(desk, case.outcome)
    if not amount:
        raise Refused(
            "NO_SCALE",
            _("The county's scale has no allowance for this outcome."),
            _("Give --amount, or set `mediation: allowance:` in config.yaml."),
        )
    now = desk.clock.now()

    def write(tx: Tx) -> Allowance | None:
        if allowances.live(tx.writing, case.code, mediator) is not None:
            return None
        number = allowances.propose(tx.writing, case.code, mediator, amount, by.id, now)
        return allowances.find(tx.writing, number)

    made = desk.store.transact(write)
    if made is None:
        raise Refused("PROPOSED_BEFORE", _("This mediator has an allowance for this case already."))
    return made


def propose_due(desk: Desk) -> list[Allowance]:
    """Proposes, by the scale, for every case over with a mediator and no allowance yet."""
    now = desk.clock.now()
    scale = {name: yuan * FEN for name, yuan in desk.workspace.config.mediation.allowance.items()}

    def write(tx: Tx) -> list[Allowance]:
        made = []
        for code, mediator, outcome in mediators.ended(tx.writing, tuple(scale)):
            if allowances.live(tx.writing, code, mediator) is None:
                number = allowances.propose(
                    tx.writing, code, mediator, scale[outcome], _MACHINE, now
                )
                made.append(allowances.find(tx.writing, number))
        return [each for each in made if each is not None]

    return desk.store.transact(write)


def sign(desk: Desk, number: int, by: Principal, *, agreed: bool) -> Allowance:
    """A named person agrees, or does not. Raises Refused (FORBIDDEN, NO_SUCH_ALLOWANCE, ONE_PERSON,
    NOT_WAITING)."""
    keeps(by, *SIGNS)
    found = _allowance(desk, number)
    if found.proposed_by == by.id:
        raise Refused(
            "ONE_PERSON",
            _("You have proposed this yourself."),
            _("Somebody else signs it."),
        )
    now = desk.clock.now()
    act = allowances.sign if agreed else allowances.refuse
    if not desk.store.transact(lambda tx: act(tx.writing, number, by.id, now)):
        raise _moved_on(found.state)
    return _allowance(desk, number)


def pay(desk: Desk, number: int, by: Principal, reference: str) -> Allowance:
    """What was signed is paid out of the fund; `reference` is the bank's number.

    Raises Refused (FORBIDDEN, NO_SUCH_ALLOWANCE, FUND_TOO_LOW, NOT_WAITING).
    """
    keeps(by, *SIGNS)
    found = _allowance(desk, number)
    now = desk.clock.now()
    if not desk.store.transact(
        lambda tx: allowances.pay(tx.writing, number, by.id, reference, now)
    ):
        if _allowance(desk, number).state != "signed":
            raise _moved_on(found.state)
        raise Refused(
            "FUND_TOO_LOW",
            _("There is less in the fund than this allowance."),
            _("`referral mediator grant AMOUNT` records what the treasury gave."),
        )
    return _allowance(desk, number)


def reverse(desk: Desk, entry: int, by: Principal, note: str) -> None:
    """Takes an entry back by one of its own. Raises Refused (FORBIDDEN, NOT_REVERSIBLE)."""
    keeps(by, *SIGNS)
    now = desk.clock.now()
    if not desk.store.transact(lambda tx: allowances.reverse(tx.writing, entry, by.id, note, now)):
        raise Refused(
            "NOT_REVERSIBLE",
            _("Entry {number} cannot be taken back.").format(number=entry),
            _("It is a reversal, was reversed before, or something later rests on it."),
        )


def ledger(desk: Desk, by: Principal, limit: int, state: str = "") -> Ledger:
    """The accounts with the newest allowances and entries. Raises Refused (FORBIDDEN)."""
    keeps(by, *SIGNS, *KEEPS, "auditor")
    with desk.store.reading() as reader:
        found = allowances.listed(reader.connection, limit, state)
        sealed = reader.sealed_among([each.case for each in found])
        shown = [each._replace(case="") if each.case in sealed else each for each in found]
        entries = allowances.entries(reader.connection, limit)
        return Ledger(allowances.balances(reader.connection), shown, entries)


def _by_scale(desk: Desk, outcome: str) -> int:
    return desk.workspace.config.mediation.allowance.get(outcome, 0) * FEN


def _allowance(desk: Desk, number: int) -> Allowance:
    with desk.store.reading() as reader:
        found = allowances.find(reader.connection, number)
    if found is None:
        raise Refused(
            "NO_SUCH_ALLOWANCE",
            _("There is no allowance {number}.").format(number=number),
            _("`referral mediator ledger` lists them."),
        )
    return found


def _moved_on(state: str) -> Refused:
    return Refused(
        "NOT_WAITING",
        _("This allowance is {state}.").format(state=state),
        _("`referral mediator ledger` shows where each stands."),
    )
