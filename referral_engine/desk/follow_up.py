"""Following a case from outside: its code, and a proof that it is one's own.

The proof is the token that was handed out for the case, or the last four digits of the phone that
was given with it. Four digits can be guessed, so guesses are counted in the store, for codes that
do not exist as well: neither the answer nor the limit tells whether there is such a case. A token
cannot be guessed and is not limited. A sealed case is followed by its token alone: whoever shares
a household or a village with the reporter knows those four digits.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

import msgspec

from referral_engine.desk.door import Desk
from referral_engine.desk.tokens import authenticate
from referral_engine.errors import Refused
from referral_engine.flow.intake import ISSUE
from referral_engine.i18n import _
from referral_engine.model.code import is_code
from referral_engine.model.issue import Issue
from referral_engine.model.principal import Principal
from referral_engine.store import Store, Tx

__all__ = ["AN_HOUR", "A_DAY", "TAIL_DIGITS", "follow_up"]

AN_HOUR, A_DAY = 5, 20
"""Wrong tails a code is allowed in an hour and in a day: 10,000 tails take over a year."""
TAIL_DIGITS = 4
_BUCKET_DIGITS = 4
"""Codes are counted by so many hex digits of their digest: at most 65,536 rows an hour."""


def follow_up(desk: Desk, code: str, *, token: str = "", tail: str = "") -> Principal:
    """The reporter of case `code`, proven by a token or the phone's last four digits.

    Raises Refused: BAD_TOKEN; NO_FOLLOW_UP, in the same words whether there is such a case or not;
    TOO_MANY_TRIES.
    """
    if token:
        known = authenticate(desk, token, code)
        if not known.has("reporter"):
            raise _no_follow_up()
        return known
    if not is_code(code):
        raise _no_follow_up()
    now = desk.clock.now()
    # The count must stay though the guess is refused: nothing is raised within the transaction.
    found = desk.store.transact(lambda tx: _try(tx, desk.store, code, tail, now))
    if isinstance(found, Refused):
        raise found
    return Principal(found, ("reporter",))


def _try(tx: Tx, store: Store, code: str, tail: str, now: datetime) -> str | Refused:
    """The reporter's digest, or what is wrong."""
    bucket = store.digest(code)[:_BUCKET_DIGITS]
    hour, day = timedelta(hours=1), timedelta(days=1)
    if tx.attempts(bucket, now, hour) >= AN_HOUR or tx.attempts(bucket, now, day) >= A_DAY:
        return _too_many()
    loaded = tx.load(code)
    phone = "" if loaded is None or loaded.case.sealed else _phone(tx, code)
    digits = "".join(letter for letter in phone if letter.isdigit())[-TAIL_DIGITS:]
    right = len(digits) == TAIL_DIGITS and hmac.compare_digest(digits.encode(), tail.encode())
    if loaded is not None and right:
        return loaded.case.reporter
    tx.count_attempt(bucket, now)
    return _no_follow_up()


def _phone(tx: Tx, code: str) -> str:
    """Read to compare, never shown."""
    stored = tx.content(code, (ISSUE,)).get(ISSUE)
    return "" if stored is None else msgspec.json.decode(stored, type=Issue).reporter.phone


def _no_follow_up() -> Refused:
    return Refused(
        "NO_FOLLOW_UP",
        _("This code and this proof do not belong together."),
        _("Check the code; or ask the centre that took your report."),
    )


def _too_many() -> Refused:
    return Refused(
        "TOO_MANY_TRIES",
        _("Too many wrong tries for this code."),
        _("Try again in an hour, or follow the case with the token you were given."),
    )
