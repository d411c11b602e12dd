"""Does the mediators' ledger balance, and does it say what the allowances say?"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from referral_engine.store import allowances
from referral_engine.store.finding import Finding
from referral_engine.store.mediator_tables import allowance

__all__ = ["against_ledger"]


def against_ledger(connection: Connection) -> Iterator[Finding]:
    """Entries whose lines do not add up to nothing, and mediators who are owed something else than
    what was signed for them and not paid.
    """
    for number in allowances.unbalanced(connection):
        yield Finding("LEDGER_UNBALANCED", "", 0, f"entry {number} does not add up to nothing")
    found = allowances.balances(connection)
    waiting = _signed(connection)
    accounts = {account for account in found if account.startswith(allowances.owed(""))}
    for account in sorted(accounts | waiting.keys()):
        if -found.get(account, 0) != waiting.get(account, 0):
            yield Finding("LEDGER_GAP", "", 0, f"{account} is not what was signed and not paid")


def _signed(connection: Connection) -> dict[str, int]:
    """What is signed and not paid yet, by account."""
    a = allowance.c
    query = select(a.mediator_id, func.sum(a.amount)).where(a.state == "signed")
    rows = connection.execute(query.group_by(a.mediator_id))
    return {allowances.owed(row[0]): int(row[1]) for row in rows}
