"""Everything read together, in order, with the hash that names it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import TypeVar

import msgspec

from referral_engine.errors import Fault
from referral_engine.rules.names import Names
from referral_engine.rules.tree import (
    Condition,
    EscalationRule,
    EscalationTable,
    RoutingRule,
    RoutingTable,
    RuleSet,
)
from referral_engine.rules.tree_assess import IndicatorTable, WarningTable
from referral_engine.rules.tree_tests import RuleTest

__all__ = ["LANGUAGE", "Loaded", "content_hash", "in_order"]

LANGUAGE = 1
"""Version of the rule language; it is part of the hash."""

# Where a rule stands and how its value was spelt change nothing that it decides. Within a string
# of JSON the quotes of these would be escaped, so that only real members are cut out. A key that
# came after the first release counts only where it is used: stored sets keep their hash.
_STRING = rb'"(?:[^"\\]|\\.)*"'
_UNMEANT = re.compile(
    rb',"(?:place":\{"file":'
    + _STRING
    + rb',"line":\d+,"column":\d+\}|source_value":'
    + _STRING
    + rb'|suggest":\[\]|decline":null|extend":null|stops":null|objection":null|final":false)'
)
_Table = TypeVar("_Table", RoutingTable, EscalationTable, WarningTable, IndicatorTable)
_ENCODER = msgspec.json.Encoder(order="deterministic")


class Loaded(msgspec.Struct, frozen=True):
    """A rule set with what is not pinned to a case, and every fault found, sorted by place."""

    rule_set: RuleSet
    names: Names
    warnings: tuple[WarningTable, ...] = ()
    indicators: tuple[IndicatorTable, ...] = ()
    tests: tuple[RuleTest, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that forbid its use."""
        return tuple(fault for fault in self.faults if fault.severity == "error")

    def routing_rules(self) -> Iterator[tuple[RoutingTable, RoutingRule]]:
        """Every routing rule with its table, in order, defaults included."""
        for table in self.rule_set.routing:
            for rule in table.rules:
                yield table, rule
            if table.default is not None:
                yield table, table.default

    def escalation_rules(self) -> Iterator[tuple[EscalationTable, EscalationRule]]:
        """Every escalation rule with its table, in order."""
        for table in self.rule_set.escalation:
            for rule in table.rules:
                yield table, rule

    def conditions(self) -> Iterator[tuple[str, Condition]]:
        """Every condition of routing, escalation and warnings, with the rule's id ("" a guard);
        what is left to the default bears the default's."""
        tables: tuple[RoutingTable | EscalationTable | WarningTable, ...]
        tables = (*self.rule_set.routing, *self.rule_set.escalation, *self.warnings)
        for table in tables:
            if table.when is not None:
                yield "", table.when
            for rule in table.rules:
                if rule.when is not None:
                    yield rule.id, rule.when
        for left in self.rule_set.routing:
            if left.default is not None and left.intended is not None:
                yield left.default.id, left.intended.when


def in_order(tables: list[_Table]) -> tuple[_Table, ...]:
    """Tables by rank, then by file path."""
    return tuple(sorted(tables, key=lambda table: (table.rank, table.file)))


def content_hash(rule_set: RuleSet) -> str:
    """SHA-256 in hex over what the set decides by: not its places, file names or comments."""
    tables = (
        [(table.hit, table.when, table.rules, table.default) for table in rule_set.routing],
        [(table.when, table.rules) for table in rule_set.escalation],
    )
    shared = (rule_set.lists, rule_set.whistles, rule_set.paths, rule_set.categories)
    written = _ENCODER.encode((rule_set.language, tables, shared))
    return hashlib.sha256(_UNMEANT.sub(b"", written)).hexdigest()
