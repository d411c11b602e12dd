"""The published rule sets, compiled on first use and kept: a case is decided under its own."""

from __future__ import annotations

from datetime import datetime

from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.rules.runtime import ActiveRules
from referral_engine.rules.tree import RuleSet
from referral_engine.store import AT_ONCE, Reader, Store, Terms, Tx
from referral_engine.workspace import Workspace

__all__ = ["Rulebook"]

KEPT = 8
"""Rule sets kept compiled; running cases rarely span more."""


class Rulebook:
    """Rule sets of one workspace by hash. Used in the writer's thread only.

    durable-rules belongs to the thread it was loaded in, and that thread decides.
    """

    def __init__(self, store: Store, workspace: Workspace) -> None:
        self._store = store
        self._workspace = workspace
        self._compiled: dict[str, ActiveRules] = {}

    def active(self, reader: Reader, now: datetime) -> ActiveRules:
        """The rules for new cases at `now`. Raises Refused before the first publication."""
        current = reader.active_rule_set(now)
        if current is None:
            raise Refused(
                "NO_RULES",
                _("No rule set is published."),
                _("Publish one: `referral rules publish`."),
            )
        return self.get(reader, current)

    def get(self, reader: Reader, rule_set: str) -> ActiveRules:
        """The rule set of this hash. Raises Refused when it was never published."""
        found = self._compiled.pop(rule_set, None)
        if found is None:
            sources = reader.rule_set(rule_set)
            if sources is None:
                raise Refused(
                    "UNKNOWN_RULE_SET",
                    _("No published rule set has the hash {hash}.").format(hash=rule_set),
                )
            found = self._workspace.activate(self._workspace.stored_rules(sources))
        self._compiled[rule_set] = found  # the newest last; the oldest goes first
        while len(self._compiled) > KEPT:
            self._compiled.pop(next(iter(self._compiled)))
        return found

    def known(self, reader: Reader, rule_set: str, now: datetime) -> dict[str, ActiveRules]:
        """The rule set of this hash, for migrating a case to it, where it is or was in force: what
        waits for a second person decides nothing.
        """
        if not reader.was_in_force(rule_set, now):
            return {}
        return {rule_set: self.get(reader, rule_set)}

    def lend(self, rules: ActiveRules) -> None:
        """Takes a rule set that is compiled already, so that many stores can share it."""
        self._compiled[rules.hash] = rules

    def publish(
        self, rules: RuleSet, author: str, reason: str, now: datetime, terms: Terms = AT_ONCE
    ) -> int:
        """Puts a checked rule set into force for new cases; the publication's number."""

        def write(tx: Tx) -> int:
            return tx.publish(rules.hash, rules.sources, author, reason, now, terms)

        return self._store.transact(write)
