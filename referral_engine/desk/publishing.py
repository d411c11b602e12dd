"""Rules into force: checked, tried in a child process, then published; and back again."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from referral_engine.desk.door import Desk
from referral_engine.errors import Faulty, Refused
from referral_engine.i18n import _
from referral_engine.rules.infer import trial_load
from referral_engine.rules.ruleset import Loaded
from referral_engine.rules.tree import RuleSet
from referral_engine.store import Publication, Store, Terms
from referral_engine.workspace import Workspace

__all__ = [
    "FIRST_USE",
    "Publication",
    "Published",
    "active_hash",
    "confirm",
    "find_rule_set",
    "known_rule_set",
    "publications",
    "publish",
    "publish_first",
    "roll_back",
    "stored_rule_set",
    "stored_sources",
    "withdraw",
]

FIRST_USE = "first use"
"""The reason kept with what nobody published by hand; shown, it is translated."""


class Published(NamedTuple):
    """``number`` of the publication; 0 where these rules were in force already.

    ``state`` as in `Publication`: only ``ready`` rules decide from now on.
    """

    rule_set: str
    number: int
    state: str = "ready"


def publish(
    desk: Desk,
    loaded: Loaded,
    author: str,
    reason: str,
    *,
    at: datetime | None = None,
    evidence: dict[str, Any] | None = None,
) -> Published:
    """Puts the workspace's rules into force for new cases, at once or from a moment to come;
    running cases keep theirs. Where the county wants two persons, they wait for the second.

    ``evidence`` is kept with it: tests and backtest. Raises Faulty for rules with errors, and for
    one that durable-rules cannot load: the rules in force stay as they are. Raises Refused
    (PAST_MOMENT).
    """
    if loaded.errors:
        raise Faulty(loaded.faults)
    rules, now = loaded.rule_set, desk.clock.now()
    if at is None and rules.hash == active_hash(desk.store, now):
        return Published(rules.hash, 0)
    terms = _terms(desk, at, now, evidence or {})
    _try_out(desk.workspace, rules)
    number = desk.rulebook.publish(rules, author, reason, now, terms)
    return _made(desk, rules.hash, number)


def publish_first(desk: Desk, author: str) -> Published | None:
    """On first use the workspace's own rules are published; None where some are in force."""
    if active_hash(desk.store, desk.clock.now()) is not None:
        return None
    return publish(desk, desk.workspace.read_rules(compare=False), author, FIRST_USE)


def roll_back(
    desk: Desk, rule_set: str, author: str, reason: str, *, at: datetime | None = None
) -> Published:
    """Puts an earlier rule set into force again, on the same terms. Raises Refused, Faulty."""
    now = desk.clock.now()
    digest = find_rule_set(desk.store, rule_set, now)
    if at is None and digest == active_hash(desk.store, now):
        return Published(digest, 0)
    terms = _terms(desk, at, now, {})
    _try_out(desk.workspace, stored_rule_set(desk.store, desk.workspace, digest))
    number = desk.store.transact(lambda tx: tx.publish(digest, {}, author, reason, now, terms))
    return _made(desk, digest, number)


def confirm(desk: Desk, number: int, by: str) -> Published:
    """The second person's yes: the rules are in force, or will be from their moment.

    Raises Refused: UNKNOWN_PUBLICATION, NOT_WAITING, SAME_PERSON; Faulty where the rules cannot be
    loaded any more.
    """
    found = _publication(desk.store, number)
    if found.state != "waiting":
        raise _not_waiting(number)
    if found.author == by:
        raise Refused(
            "SAME_PERSON",
            _("{name} published these rules and cannot be the second person.").format(name=by),
            _("Somebody else confirms: `referral rules confirm {number} --actor NAME`.").format(
                number=number
            ),
        )
    _try_out(desk.workspace, stored_rule_set(desk.store, desk.workspace, found.rule_set))
    now = desk.clock.now()
    if not desk.store.transact(lambda tx: tx.confirm_publication(number, by, now)):
        raise _not_waiting(number)  # somebody was faster
    return _made(desk, found.rule_set, number)


def withdraw(desk: Desk, number: int, by: str) -> Published:
    """Takes back a publication that is not in force yet. Raises Refused: UNKNOWN_PUBLICATION,
    NOT_WAITING."""
    found, now = _publication(desk.store, number), desk.clock.now()
    if not desk.store.transact(lambda tx: tx.withdraw_publication(number, by, now)):
        raise _not_waiting(number)
    return _made(desk, found.rule_set, number)


def active_hash(store: Store, now: datetime) -> str | None:
    """The rule set that new cases are decided under at `now`; None before the first publication."""
    return store.read(lambda reader: reader.active_rule_set(now))


def publications(store: Store, limit: int = 50) -> list[Publication]:
    """What was published, newest first."""
    return store.read(lambda reader: reader.publications(limit))


def find_rule_set(store: Store, written: str, now: datetime | None = None) -> str:
    """The published rule set meant by its hash or the beginning of it; with `now` only one that is
    or was in force by then, for putting it to use. Raises Refused.
    """
    meant = _meant(store, written)
    if len(meant) == 1:
        (digest,) = meant
        if now is None or store.read(lambda reader: reader.was_in_force(digest, now)):
            return digest
        raise Refused(
            "NEVER_IN_FORCE",
            _("The rules {hash} wait or were withdrawn; they were never in force.").format(
                hash=written
            ),
            _("`referral rules history` lists them."),
        )
    message = _("{hash} could be several published rule sets.") if meant else ""
    message = message or _("No published rule set has the hash {hash}.")
    raise Refused(
        "UNKNOWN_RULE_SET",
        message.format(hash=written),
        _("`referral rules history` lists them."),
    )


def known_rule_set(store: Store, written: str) -> str | None:
    """The same; None where there is no such hash, or more than one."""
    meant = _meant(store, written)
    return meant[0] if len(meant) == 1 else None


def _meant(store: Store, written: str) -> list[str]:
    known = dict.fromkeys(each.rule_set for each in publications(store, limit=10_000))
    return [digest for digest in known if written and digest.startswith(written)]


def stored_sources(store: Store, digest: str) -> dict[str, str]:
    """The files of a published rule set, by path. Raises Refused for an unknown hash."""
    sources = store.read(lambda reader: reader.rule_set(digest))
    if sources is None:
        raise Refused(
            "UNKNOWN_RULE_SET",
            _("No published rule set has the hash {hash}.").format(hash=digest),
            _("`referral rules history` lists them."),
        )
    return sources


def stored_rule_set(store: Store, workspace: Workspace, digest: str) -> RuleSet:
    """A published rule set by its hash, for looking at it. Raises Refused."""
    return workspace.stored_rules(stored_sources(store, digest))


def _terms(desk: Desk, at: datetime | None, now: datetime, evidence: dict[str, Any]) -> Terms:
    if at is not None and at <= now:
        raise Refused(
            "PAST_MOMENT",
            _("{at} has passed.").format(at=at.isoformat(timespec="minutes")),
            _("Name a moment to come, or leave it out for at once."),
        )
    # Before the first rules nobody is there to agree, and no case could be decided.
    second = desk.workspace.config.second_person and active_hash(desk.store, now) is not None
    return Terms(at, waiting=second, evidence=evidence)


def _made(desk: Desk, rule_set: str, number: int) -> Published:
    return Published(rule_set, number, _publication(desk.store, number).state)


def _publication(store: Store, number: int) -> Publication:
    found = store.read(lambda reader: reader.publication(number))
    if found is None:
        raise Refused(
            "UNKNOWN_PUBLICATION",
            _("There is no publication {number}.").format(number=number),
            _("`referral rules history` lists them."),
        )
    return found


def _not_waiting(number: int) -> Refused:
    return Refused(
        "NOT_WAITING",
        _("Publication {number} waits for nothing.").format(number=number),
        _("`referral rules history` lists them; `referral rules rollback` undoes one in force."),
    )


def _try_out(workspace: Workspace, rules: RuleSet) -> None:
    """durable-rules can crash or hang while loading, and then only a child process dies."""
    fault = trial_load(rules.escalation, workspace.world(rules), fields=workspace.fields)
    if fault is not None:
        raise Faulty([fault])
