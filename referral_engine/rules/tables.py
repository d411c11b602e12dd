"""Routing and escalation tables: one file, one table, from its root node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

from yaml.nodes import MappingNode, Node, ScalarNode

from referral_engine.errors import Place
from referral_engine.rules import alias, lint
from referral_engine.rules.conditions import read_condition
from referral_engine.rules.convert import read_day, read_int
from referral_engine.rules.effects import ROUTING_EFFECTS, read_routing_effects
from referral_engine.rules.escalation_effects import (
    ESCALATION_EFFECTS,
    read_escalation_effects,
    read_occasions,
)
from referral_engine.rules.reader import Entries, Reader
from referral_engine.rules.tree import (
    Condition,
    Effective,
    EscalationEffects,
    EscalationRule,
    EscalationTable,
    Intended,
    RoutingEffects,
    RoutingRule,
    RoutingTable,
)

__all__ = [
    "DEFAULT_ID",
    "DEFAULT_RANK",
    "read_effective",
    "read_escalation_table",
    "read_rank",
    "read_routing_table",
    "read_rules",
    "rule_head",
]

DEFAULT_ID = "default"
DEFAULT_RANK = 100

_RULE_KEYS = frozenset({"id", "name", "basis", "effective", "when"})
_ROUTING_KEYS = _RULE_KEYS | ROUTING_EFFECTS | {"why"}
_DEFAULT_KEYS = frozenset({"refer", "within", "path", "why", "basis", "name", "intended"})
_ESCALATION_KEYS = _RULE_KEYS | ESCALATION_EFFECTS | {"on", "priority"}
_TABLE_KEYS = frozenset({"kind", "rank", "when", "rules"})

_Rule = TypeVar("_Rule")


def read_routing_table(reader: Reader, root: Node) -> RoutingTable:
    """A table of ``kind: routing``; rules that cannot be read are left out and reported."""
    keys = _TABLE_KEYS | {"hit", "default"}
    entries = reader.entries(root, keys, required=("hit", "rules"))
    hit = _hit(reader, entries)
    default, intended = None, None
    if "default" in entries:
        default, intended = _default(reader, entries["default"][0], entries["default"][1])
        if hit == "all":
            place = reader.place(entries["default"][0])
            reader.report(lint.wrong_phase.fault(place, "default", hit))
    return RoutingTable(
        file=reader.file,
        rank=read_rank(reader, entries),
        hit=hit,
        when=_when(reader, entries),
        rules=read_rules(reader, entries, lambda node: _routing_rule(reader, node, hit)),
        default=default,
        intended=intended,
    )


def read_escalation_table(reader: Reader, root: Node) -> EscalationTable:
    """A table of ``kind: escalation``; rules that cannot be read are left out and reported."""
    entries = reader.entries(root, _TABLE_KEYS, required=("rules",))
    return EscalationTable(
        file=reader.file,
        rank=read_rank(reader, entries),
        when=_when(reader, entries),
        rules=read_rules(reader, entries, lambda node: _escalation_rule(reader, node)),
    )


def read_rank(reader: Reader, entries: Entries) -> int:
    """The rank among the tables of a kind, lower first."""
    if "rank" not in entries:
        return DEFAULT_RANK
    rank = read_int(reader, entries["rank"][1])
    return DEFAULT_RANK if rank is None else rank


def read_rules(
    reader: Reader, entries: Entries, read: Callable[[Node], _Rule | None]
) -> tuple[_Rule, ...]:
    """The rules that could be read, in order; the rule in hand is noted for its faults."""
    rules: list[_Rule] = []
    for node in reader.items(entries["rules"][1]) if "rules" in entries else ():
        rule = read(node)
        reader.rule = ""
        if rule is not None:
            rules.append(rule)
    return tuple(rules)


def read_effective(reader: Reader, entries: Entries) -> Effective:
    """The days on which a rule is in force, ``until`` excluded."""
    if "effective" not in entries:
        return Effective()
    node = entries["effective"][1]
    window = reader.entries(node, ("from", "until"))
    since = read_day(reader, window["from"][1]) if "from" in window else None
    until = read_day(reader, window["until"][1]) if "until" in window else None
    if since and until and until <= since:
        reader.report(lint.bad_window.fault(reader.place(node), str(since), str(until)))
    return Effective(since, until)


def rule_head(reader: Reader, node: Node, keys: frozenset[str]) -> tuple[Entries, str, Place]:
    """The entries of a rule, its id and the id's place, where faults of the whole rule stand."""
    reader.rule = _peek_id(node)
    entries = reader.entries(node, keys, required=("id", "name"))
    if "id" not in entries:
        return entries, "", reader.place(node)
    id_node = entries["id"][1]
    rule_id = reader.text(id_node)
    reader.ids.append((rule_id, reader.place(id_node)))
    if rule_id == DEFAULT_ID:
        reader.report(lint.reserved_id.fault(reader.place(id_node), rule_id))
    return entries, rule_id, reader.place(id_node)


def _routing_rule(reader: Reader, node: Node, hit: Literal["first", "all"]) -> RoutingRule | None:
    entries, rule_id, place = rule_head(reader, node, _ROUTING_KEYS)
    before = len(reader.faults)
    effects = read_routing_effects(reader, entries, hit)
    # An effect that could not be read has been reported already.
    if len(reader.faults) == before and _does_nothing(effects, hit):
        reader.report(lint.no_effect.fault(place))
    when, sound = _guard(reader, entries)
    if not rule_id or not sound:
        return None
    return RoutingRule(
        id=rule_id,
        name=reader.optional(entries, "name"),
        when=when,
        effects=effects,
        place=place,
        basis=reader.optional(entries, "basis"),
        why=reader.optional(entries, "why"),
        effective=read_effective(reader, entries),
    )


def _escalation_rule(reader: Reader, node: Node) -> EscalationRule | None:
    entries, rule_id, place = rule_head(reader, node, _ESCALATION_KEYS)
    before = len(reader.faults)
    effects = read_escalation_effects(reader, entries)
    if len(reader.faults) == before and effects == EscalationEffects():
        reader.report(lint.no_effect.fault(place))
    on = read_occasions(reader, entries["on"][1]) if "on" in entries else ()
    priority = read_int(reader, entries["priority"][1]) if "priority" in entries else None
    when, sound = _guard(reader, entries)
    if not rule_id or not sound:
        return None
    return EscalationRule(
        id=rule_id,
        name=reader.optional(entries, "name"),
        on=on,
        when=when,
        effects=effects,
        place=place,
        priority=DEFAULT_RANK if priority is None else priority,
        basis=reader.optional(entries, "basis"),
        effective=read_effective(reader, entries),
    )


def _default(reader: Reader, key: Node, node: Node) -> tuple[RoutingRule, Intended | None]:
    """What is done when no rule decides (its id is ``default``), and what is meant for it."""
    reader.rule = DEFAULT_ID
    entries = reader.entries(node, _DEFAULT_KEYS, required=("refer",))
    effects = read_routing_effects(reader, entries, "first")
    rule = RoutingRule(
        id=DEFAULT_ID,
        name=reader.optional(entries, "name") or DEFAULT_ID,
        when=None,
        effects=effects,
        place=reader.place(key),
        basis=reader.optional(entries, "basis"),
        why=reader.optional(entries, "why"),
    )
    intended = _intended(reader, *entries["intended"]) if "intended" in entries else None
    reader.rule = ""
    return rule, intended


def _intended(reader: Reader, key: Node, node: Node) -> Intended | None:
    entries = reader.entries(node, ("when", "why"), required=("when", "why"))
    when = _when(reader, entries)
    why = reader.optional(entries, "why")
    return None if when is None else Intended(when, why, reader.place(key))


def _hit(reader: Reader, entries: Entries) -> Literal["first", "all"]:
    if "hit" not in entries:
        return "first"
    word = reader.word(entries["hit"][1], {"first": "首个", "all": "全部"})
    return "all" if word == "all" else "first"


def _when(reader: Reader, entries: Entries) -> Condition | None:
    return read_condition(reader, entries["when"][1]) if "when" in entries else None


def _guard(reader: Reader, entries: Entries) -> tuple[Condition | None, bool]:
    """The condition of a rule, and whether it is sound: a faulty one must not become "always"."""
    when = _when(reader, entries)
    return when, when is not None or "when" not in entries


def _does_nothing(effects: RoutingEffects, hit: str) -> bool:
    if hit == "first":
        return effects.refer is None and effects.propose is None and not effects.suggest
    return effects == RoutingEffects()


def _peek_id(node: Node) -> str:
    """The id of a rule before its keys are read, so that their faults bear it too."""
    for key, value in node.value if isinstance(node, MappingNode) else ():
        if key.value in ("id", alias.KEYS["id"]) and isinstance(value, ScalarNode):
            return str(value.value)
    return ""
