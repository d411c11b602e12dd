"""Allowances per case (个案补贴), and the ledger in which every fen of them is written twice.

    treasury ──grant──▶ fund ──pay──▶ owed:MEDIATOR ──sign──▶ cost

An allowance is proposed, by a machine or a person, and moves nothing. Signed by another person it
is owed; paid, the fund has it no more. What was wrong is reversed by an entry of its own: an entry
once posted is never changed. Amounts are whole fen, debits above zero and credits below.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, text, update

from referral_engine.store.mediator_tables import allowance, ledger_entry, ledger_line
from referral_engine.store.moment import micros, moment

__all__ = [
    "COST",
    "FUND",
    "TREASURY",
    "Allowance",
    "Entry",
    "Unbalanced",
    "balances",
    "entries",
    "entry",
    "find",
    "grant",
    "listed",
    "live",
    "owed",
    "pay",
    "propose",
    "refuse",
    "reverse",
    "sign",
    "unbalanced",
]

TREASURY, FUND, COST = "treasury", "fund", "cost"
_TURN = text("SELECT pg_advisory_xact_lock(7234502)")
_w, _e, _l = allowance.c, ledger_entry.c, ledger_line.c


class Unbalanced(ValueError):
    """Lines that do not add up to nothing: a fault of the engine's, never of its user."""


class Allowance(NamedTuple):
    """What a mediator is to have for a case, in fen; `state` is proposed, signed, paid or refused.

    Times UTC. `reference` is the bank's number of the payment.
    """

    id: int
    case: str
    mediator: str
    amount: int
    state: str
    proposed_by: str
    proposed_at: datetime
    signed_by: str
    signed_at: datetime | None
    paid_by: str
    paid_at: datetime | None
    reference: str


class Entry(NamedTuple):
    """One entry of the ledger: `lines` are amounts by account, which add up to nothing.

    `kind` is grant, sign, pay or reverse; `allowance` and `reverses` are 0 for none.
    """

    id: int
    kind: str
    allowance: int
    reverses: int
    by: str
    at: datetime
    note: str
    lines: dict[str, int]


def owed(mediator: str) -> str:
    """The account of what a mediator is owed."""
    return f"owed:{mediator}"


# -- what is done ---------------------------------------------------------------------------------
def grant(connection: Connection, amount: int, by: str, note: str, now: datetime) -> int:
    """The treasury puts money into the fund; the entry's number."""
    return _post(connection, "grant", {FUND: amount, TREASURY: -amount}, by, now, note=note)


def propose(
    connection: Connection, code: str, mediator: str, amount: int, by: str, now: datetime
) -> int:
    """Puts an allowance before whoever signs; its number. There must be no live one."""
    row = allowance.insert().values(
        case_code=code, mediator_id=mediator, amount=amount, proposed_by=by,
        proposed_at=micros(now),
    )  # fmt: skip
    return _number(connection.execute(row))


def sign(connection: Connection, id: int, by: str, now: datetime) -> bool:
    """A person agrees: it is owed from now on. False where it is not waiting for a signature."""
    signed = {"state": "signed", "signed_by": by, "signed_at": micros(now)}
    if not _moved(connection, id, "proposed", signed):
        return False
    found = _found(connection, id)
    lines = {COST: found.amount, owed(found.mediator): -found.amount}
    _post(connection, "sign", lines, by, now, allowance=id)
    return True


def refuse(connection: Connection, id: int, by: str, now: datetime) -> bool:
    """A person does not agree. False where it is not waiting for a signature."""
    refused = {"state": "refused", "signed_by": by, "signed_at": micros(now)}
    return _moved(connection, id, "proposed", refused)


def pay(connection: Connection, id: int, by: str, reference: str, now: datetime) -> bool:
    """It is paid out of the fund. False where it is not signed, or the fund has too little."""
    _one_at_a_time(connection)
    found = find(connection, id)
    if found is None or balances(connection).get(FUND, 0) < found.amount:
        return False
    paid = {"state": "paid", "paid_by": by, "paid_at": micros(now), "reference": reference}
    if not _moved(connection, id, "signed", paid):
        return False
    lines = {owed(found.mediator): found.amount, FUND: -found.amount}
    _post(connection, "pay", lines, by, now, allowance=id, note=reference)
    return True


def reverse(connection: Connection, number: int, by: str, note: str, now: datetime) -> bool:
    """Takes an entry back by one of its own: a payment is owed again, a signature is refused.

    False for what was reversed before, is a reversal or a grant that is spent, or has moved on: of
    an allowance that is paid the payment goes first.
    """
    _one_at_a_time(connection)
    found = entry(connection, number)
    if found is None or found.kind == "reverse" or _reversed(connection, number):
        return False
    if found.kind == "grant":
        if balances(connection).get(FUND, 0) < found.lines[FUND]:
            return False
    elif not _moved(connection, found.allowance, *_BACK[found.kind]):
        return False
    lines = {account: -amount for account, amount in found.lines.items()}
    _post(connection, "reverse", lines, by, now, allowance=found.allowance, reverses=number,
          note=note)  # fmt: skip
    return True


_BACK: dict[str, tuple[str, dict[str, Any]]] = {
    "sign": ("signed", {"state": "refused"}),
    "pay": ("paid", {"state": "signed", "paid_by": "", "paid_at": None, "reference": ""}),
}


# -- what is asked --------------------------------------------------------------------------------
def find(connection: Connection, id: int) -> Allowance | None:
    row = connection.execute(select(allowance).where(_w.allowance_id == id)).first()
    return None if row is None else _allowance(row)


def live(connection: Connection, code: str, mediator: str) -> Allowance | None:
    """The allowance of this mediator for this case that was not refused."""
    query = select(allowance).where(
        _w.case_code == code, _w.mediator_id == mediator, _w.state != "refused"
    )
    row = connection.execute(query).first()
    return None if row is None else _allowance(row)


def listed(connection: Connection, limit: int, state: str = "") -> list[Allowance]:
    """The newest allowances, all or those in one state."""
    query = select(allowance).order_by(_w.allowance_id.desc()).limit(limit)
    query = query.where(_w.state == state) if state else query
    return [_allowance(row) for row in connection.execute(query)]


def entry(connection: Connection, number: int) -> Entry | None:
    row = connection.execute(select(ledger_entry).where(_e.entry_id == number)).first()
    return None if row is None else _entry(connection, row)


def entries(connection: Connection, limit: int) -> list[Entry]:
    """The newest entries."""
    query = select(ledger_entry).order_by(_e.entry_id.desc()).limit(limit)
    return [_entry(connection, row) for row in connection.execute(query).all()]


def balances(connection: Connection) -> dict[str, int]:
    """What stands in each account, in fen; all of them add up to nothing."""
    query = select(_l.account, func.sum(_l.amount)).group_by(_l.account).order_by(_l.account)
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def unbalanced(connection: Connection) -> list[int]:
    """The entries whose lines do not add up to nothing, or that have none."""
    total = func.coalesce(func.sum(_l.amount), 0)
    query = select(_e.entry_id).outerjoin(ledger_line, _l.entry_id == _e.entry_id)
    query = query.group_by(_e.entry_id).having((total != 0) | (func.count(_l.account) < 2))
    return [row[0] for row in connection.execute(query.order_by(_e.entry_id))]


# -- parts ----------------------------------------------------------------------------------------
def _post(
    connection: Connection,
    kind: str,
    lines: Mapping[str, int],
    by: str,
    now: datetime,
    *,
    allowance: int = 0,
    reverses: int = 0,
    note: str = "",
) -> int:
    if sum(lines.values()) or not all(lines.values()):
        raise Unbalanced(f"{kind}: {dict(lines)}")
    row = ledger_entry.insert().values(
        kind=kind, allowance_id=allowance, reverses=reverses, posted_by=by, posted_at=micros(now),
        note=note,
    )  # fmt: skip
    number = _number(connection.execute(row))
    said = [{"entry_id": number, "account": a, "amount": amount} for a, amount in lines.items()]
    connection.execute(ledger_line.insert(), said)
    return number


def _one_at_a_time(connection: Connection) -> None:
    """Two payments must not both see the money that is there for one; SQLite has one writer."""
    if connection.dialect.name == "postgresql":
        connection.execute(_TURN)


def _moved(connection: Connection, id: int, state: str, values: Mapping[str, Any]) -> bool:
    """From one state to the next, once: whoever comes second finds it moved on."""
    waiting = update(allowance).where(_w.allowance_id == id, _w.state == state)
    return bool(connection.execute(waiting.values(**values)).rowcount)


def _reversed(connection: Connection, number: int) -> bool:
    query = select(func.count()).select_from(ledger_entry).where(_e.reverses == number)
    return bool(connection.execute(query).scalar_one())


def _found(connection: Connection, id: int) -> Allowance:
    found = find(connection, id)
    assert found is not None
    return found


def _number(result: Any) -> int:
    return int(result.inserted_primary_key[0])


def _allowance(row: Any) -> Allowance:
    return Allowance(
        row.allowance_id, row.case_code, row.mediator_id, row.amount, row.state, row.proposed_by,
        moment(row.proposed_at), row.signed_by, moment(row.signed_at), row.paid_by,
        moment(row.paid_at), row.reference,
    )  # fmt: skip


def _entry(connection: Connection, row: Any) -> Entry:
    query = select(_l.account, _l.amount).where(_l.entry_id == row.entry_id).order_by(_l.account)
    lines = {account: int(amount) for account, amount in connection.execute(query)}
    return Entry(
        row.entry_id, row.kind, row.allowance_id, row.reverses, row.posted_by,
        moment(row.posted_at), row.note, lines,
    )  # fmt: skip
