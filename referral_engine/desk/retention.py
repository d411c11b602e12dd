"""Carrying out a county's rules on how long what is kept."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from referral_engine.desk.door import Desk
from referral_engine.desk.naming import in_log
from referral_engine.errors import ReferralError
from referral_engine.model.case import Case
from referral_engine.model.command import Anonymise, Request
from referral_engine.model.principal import ENGINE
from referral_engine.model.retention import Retention, RetentionRule, Term
from referral_engine.store import Reader, Tx
from referral_engine.store.expiry import (
    Ended,
    empty_outboxes,
    empty_results,
    ended,
    first_today,
    forget_accesses,
)

__all__ = ["Doomed", "carry_out", "claim_day", "doomed", "prune", "tally"]

log = logging.getLogger(__name__)

_PAGE = 200
_AT_ONCE = 2_000
_EVERY = 2**31 - 1

_Act = Callable[[Connection, datetime, int], int]


class Doomed(NamedTuple):
    """A case whose content is past the term of a rule."""

    code: str
    rule: RetentionRule


def doomed(desk: Desk, now: datetime) -> Iterator[Doomed]:
    """Every case past its term, but for those whose content somebody keeps back; what was merged
    into one goes with it.
    """
    retention, zone = desk.workspace.config.retention, desk.workspace.calendar.zone
    limits = {rule.name: rule.after.before(now, zone) for rule in retention.cases}
    if not limits:
        return
    latest, after = max(limits.values()), ""
    while True:
        with desk.store.reading() as reader:
            page = ended(reader.connection, latest, after, _PAGE)
            found = [each for case in page for each in _past(reader, case, retention, limits)]
        yield from found
        if len(page) < _PAGE:
            return
        after = page[-1].code


def _past(
    reader: Reader, case: Ended, retention: Retention, limits: Mapping[str, datetime]
) -> Iterator[Doomed]:
    rule = next((each for each in retention.cases if _fits(case, each)), None)
    if rule is None or case.at >= limits[rule.name]:
        return
    loaded = reader.load(case.code)
    if loaded is None or loaded.case.preserved:
        return
    yield Doomed(case.code, rule)
    for code in loaded.case.absorbed:
        merged = reader.load(code)
        if merged is not None and _goes_with(merged.case):
            yield Doomed(code, rule)


def _fits(case: Ended, rule: RetentionRule) -> bool:
    return all(_meets(getattr(case, field), words) for field, words in rule.when.items())


def _meets(value: str, words: tuple[str, ...]) -> bool:
    """``yes`` is any word at all, ``no`` none."""
    return value in words or ("yes" if value else "no") in words


def _goes_with(merged: Case) -> bool:
    return merged.state == "merged" and not merged.preserved and merged.anonymised_at is None


def tally(desk: Desk, now: datetime) -> dict[str, int]:
    """How many cases each rule would take now."""
    found = {rule.name: 0 for rule in desk.workspace.config.retention.cases}
    found.update(Counter(each.rule.name for each in doomed(desk, now)))
    return found


def carry_out(desk: Desk, each: Doomed) -> bool:
    """Destroys the content of one case, and says so in its history; False where the case has
    changed in between and is for the next time.
    """
    rule = each.rule
    command = Anonymise(rule.name, rule.basis, rule.do == "anonymise")

    def erase(tx: Tx) -> None:
        desk.run(tx, Request(each.code, command, ENGINE))
        tx.erase(each.code)

    try:
        desk.store.transact(erase)
    except ReferralError as error:
        named = in_log(desk.store, each.code)
        log.warning("the content of case %s stays for now: %s", named, type(error).__name__)
        return False
    return True


def prune(desk: Desk, now: datetime, *, dry: bool = False) -> dict[str, int]:
    """What stands beside the cases and is past its term: how many of each were forgotten, or would
    be where it is `dry`.
    """
    retention, zone = desk.workspace.config.retention, desk.workspace.calendar.zone
    acts: dict[str, tuple[Term | None, _Act]] = {
        "access_log": (retention.access_log, forget_accesses),
        "outbox": (retention.outbox, empty_outboxes),
        "results": (retention.results, empty_results),
    }
    return {
        name: _pruned(desk, act, term.before(now, zone), dry=dry)
        for name, (term, act) in acts.items()
        if term is not None
    }


def claim_day(desk: Desk, now: datetime) -> bool:
    """Whether this county's day still wants its round; nobody else does it then."""
    day = now.astimezone(desk.workspace.calendar.zone).date().isoformat()
    return desk.store.transact(lambda tx: first_today(tx.connection, day))


class _Tried(Exception):
    def __init__(self, count: int) -> None:
        self.count = count


def _pruned(desk: Desk, act: _Act, before: datetime, *, dry: bool) -> int:
    def attempt(tx: Tx) -> int:
        count = act(tx.connection, before, _EVERY if dry else _AT_ONCE)
        if dry:
            raise _Tried(count)  # and nothing of it is kept
        return count

    done = 0
    try:
        while more := desk.store.transact(attempt):
            done += more
    except _Tried as tried:
        return tried.count
    return done
