"""Rules into force: checked, tried in a child process, then published; and back again."""

from __future__ import annotations

from typing import NamedTuple

from referral_engine.desk.door import Desk
from referral_engine.errors import Faulty, Refused
from referral_engine.i18n import _
from referral_engine.rules.infer import trial_load
from referral_engine.rules.ruleset import Loaded
from referral_engine.rules.tree import RuleSet
from referral_engine.store import Publication, Store
from referral_engine.workspace import Workspace

__all__ = [
    "Publication",
    "Published",
    "active_hash",
    "find_rule_set",
    "publications",
    "publish",
    "publish_first",
    "roll_back",
    "stored_rule_set",
    "stored_sources",
]


class Published(NamedTuple):
    """``number`` of the publication; 0 where these rules were in force already."""

    rule_set: str
    number: int


def publish(desk: Desk, loaded: Loaded, author: str, reason: str) -> Published:
    """Puts the workspace's rules into force for new cases; running cases keep theirs.

    Raises Faulty for rules with errors, and for one that durable-rules cannot load: the rules in
    force stay as they are.
    """
    if loaded.errors:
        raise Faulty(loaded.faults)
    rules = loaded.rule_set
    if rules.hash == active_hash(desk.store):
        return Published(rules.hash, 0)
    _try_out(desk.workspace, rules)
    number = desk.rulebook.publish(rules, author, reason, desk.clock.now())
    return Published(rules.hash, number)


def publish_first(desk: Desk, author: str) -> Published | None:
    """On first use the workspace's own rules are published; None where some are in force."""
    if active_hash(desk.store) is not None:
        return None
    return publish(desk, desk.workspace.read_rules(), author, "first use")


def roll_back(desk: Desk, rule_set: str, author: str, reason: str) -> Published:
    """Puts an earlier rule set into force again. Raises Refused, Faulty."""
    digest = find_rule_set(desk.store, rule_set)
    if digest == active_hash(desk.store):
        return Published(digest, 0)
    rules = stored_rule_set(desk.store, desk.workspace, digest)
    _try_out(desk.workspace, rules)
    now = desk.clock.now()
    number = desk.store.transact(lambda tx: tx.publish(digest, {}, author, reason, now))
    return Published(digest, number)


def active_hash(store: Store) -> str | None:
    """The rule set that new cases are decided under; None before the first publication."""
    return store.read(lambda reader: reader.active_rule_set())


def publications(store: Store, limit: int = 50) -> list[Publication]:
    """What was published, newest first."""
    return store.read(lambda reader: reader.publications(limit))


def find_rule_set(store: Store, written: str) -> str:
    """The published rule set meant by its hash or the beginning of it. Raises Refused."""
    known = dict.fromkeys(each.rule_set for each in publications(store, limit=10_000))
    meant = [digest for digest in known if written and digest.startswith(written)]
    if len(meant) == 1:
        return meant[0]
    message = _("{hash} could be several published rule sets.") if meant else ""
    message = message or _("No published rule set has the hash {hash}.")
    raise Refused(
        "UNKNOWN_RULE_SET",
        message.format(hash=written),
        _("`referral rules history` lists them."),
    )


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


def _try_out(workspace: Workspace, rules: RuleSet) -> None:
    """durable-rules can crash or hang while loading, and then only a child process dies."""
    fault = trial_load(rules.escalation, workspace.world(rules), fields=workspace.fields)
    if fault is not None:
        raise Faulty([fault])
