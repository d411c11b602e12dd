"""A sheet put back into its rule file: what it does not change stays as it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from referral_engine.errors import Fault, Faulty, Place
from referral_engine.i18n import _
from referral_engine.rules import lint
from referral_engine.rules.reader import Known, Reader
from referral_engine.rules.sheet.cells import MAP, SEQ, STR, RuleDumper, marked
from referral_engine.rules.sheet.from_rows import SheetRule, rules_of
from referral_engine.rules.sheet.grid import Grid
from referral_engine.rules.sheet.slices import Slice, is_block, slices, tail_of
from referral_engine.rules.tables import read_routing_table
from referral_engine.rules.tree import RoutingRule, RoutingTable
from referral_engine.rules.yaml_nodes import compose, place_of

__all__ = ["Merged", "bare", "merged"]

_WIDE = 1 << 16
_EMPTY = "kind: routing\nhit: first\nrules: []\n"


class Merged(msgspec.Struct, frozen=True):
    """The new text of the rule file, and the ids of what is new, gone, or says something else."""

    text: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def merged(grid: Grid, sheet: str, text: str, file: str, known: Known) -> Merged:
    """The rules of the sheet, in its order, in the rule file: an empty `text` makes a new one.

    Raises Faulty with every fault of the sheet at its row and column, or with those of the file.
    """
    root = _root(text or _EMPTY, file)
    table = _read(root, file, known)
    rules, faults = rules_of(grid, known.registry)
    new, found = _new_rules(rules, sheet, table.hit, known)
    old = {rule.id: rule for rule in table.rules}
    faults += [*found, *_twice(rules), *_not_kept(rules, old)]
    if faults:
        raise Faulty(faults)
    ids = [rule.id for rule in table.rules]
    parts = dict(zip(ids, slices(text or _EMPTY, root), strict=True))
    same = {id for id, rule in new.items() if id in old and bare(rule) == bare(old[id])}
    written = _written(text or _EMPTY, root, rules, parts, same)
    _check(written, file, known, rules, {**old, **new})
    now = [rule.id for rule in rules]
    return Merged(
        written,
        added=tuple(id for id in now if id not in old),
        removed=tuple(id for id in old if id not in now),
        changed=tuple(id for id in new if id in old and id not in same),
    )


def bare(rule: RoutingRule) -> dict[str, Any]:
    """What a rule says, wherever it stands and in whatever order its clauses and clocks do."""
    told: dict[str, Any] = _placeless(msgspec.to_builtins(rule))
    when = told["when"]
    parts = when["parts"] if when and when["type"] == "all" else [when] if when else []
    effects = told["effects"]
    for key in ("within", "set"):
        effects[key] = sorted(effects[key], key=repr)
    return {**told, "when": sorted(parts, key=repr)}


def _placeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _placeless(each) for key, each in value.items() if key != "place"}
    if isinstance(value, (list, tuple)):
        return [_placeless(each) for each in value]
    return value


# -- reading ------------------------------------------------------------------------------------


def _root(text: str, file: str) -> MappingNode:
    root = compose(text, file)
    if isinstance(root, Fault):
        raise Faulty([root])
    if not isinstance(root, MappingNode):
        raise Faulty([lint.not_a_table.fault(place_of(root, file))])
    return root


def _read(root: MappingNode, file: str, known: Known) -> RoutingTable:
    reader = Reader(file, known)
    table = read_routing_table(reader, root)
    if reader.faults:
        raise Faulty(reader.faults)
    return table


def _new_rules(
    rules: Sequence[SheetRule], sheet: str, hit: str, known: Known
) -> tuple[dict[str, RoutingRule], list[Fault]]:
    place = Place(sheet)
    nodes: list[Node] = [rule.node for rule in rules if rule.node is not None]
    pairs = [
        (_scalar("kind", place), _scalar("routing", place)),
        (_scalar("hit", place), _scalar(hit, place)),
        (_scalar("rules", place), marked(SequenceNode(SEQ, nodes), place)),
    ]
    reader = Reader(sheet, known)
    table = read_routing_table(reader, marked(MappingNode(MAP, pairs), place))
    return {rule.id: rule for rule in table.rules}, reader.faults


def _scalar(word: str, place: Place) -> Node:
    return marked(ScalarNode(STR, word), place)


def _twice(rules: Sequence[SheetRule]) -> list[Fault]:
    first: dict[str, Place] = {}
    faults = []
    for rule in rules:
        if rule.id and rule.id in first:
            faults.append(lint.duplicate_id.fault(rule.place, rule.id, first[rule.id]))
        first.setdefault(rule.id, rule.place)
    return faults


def _not_kept(rules: Sequence[SheetRule], old: Mapping[str, RoutingRule]) -> list[Fault]:
    message = _("`{id}` is to be kept as the rule file has it, and it has no such rule")
    hint = _("empty its cell under `in YAML` and write the rule out, or delete the row")
    return [
        Fault(rule.place, "NOT_IN_YAML", message.format(id=rule.id), suggestion=hint)
        for rule in rules
        if rule.node is None and rule.id not in old
    ]


# -- writing ------------------------------------------------------------------------------------


def _written(
    text: str,
    root: MappingNode,
    rules: Sequence[SheetRule],
    parts: Mapping[str, Slice],
    same: set[str],
) -> str:
    if not rules and not parts:
        return text
    lines = text.split("\n")
    block = is_block(text, root) and bool(parts)
    head_end = min((p.start for p in parts.values()), default=0)
    head, tail = (lines[:head_end], lines[tail_of(text, root) :]) if block else _around(lines, root)
    body: list[str] = []
    for rule in rules:
        part = parts.get(rule.id)
        kept = part is not None and (rule.node is None or rule.id in same)
        if kept and part is not None and block and rule.comment in (None, part.comment):
            body += lines[part.start : part.stop]
        elif part is not None and rule.comment is None:
            body += _rendered(rule.node or part.node, part.comment)
        else:
            node = rule.node or (part.node if part else None)
            body += _rendered(node, rule.comment or "") if node is not None else []
    return "\n".join([*head, *(body or ["  []"]), *tail]).rstrip("\n") + "\n"


def _around(lines: list[str], root: MappingNode) -> tuple[list[str], list[str]]:
    """The lines before and after a list that is written in brackets."""
    index = next(n for n, (key, _value) in enumerate(root.value) if key.value in ("rules", "规则"))
    key, value = root.value[index]
    start, end = key.start_mark.line, value.end_mark.line
    return [*lines[:start], f"{key.value}:"], lines[end + 1 :]


def _rendered(node: Node, comment: str) -> list[str]:
    text: str = yaml.serialize(
        SequenceNode(SEQ, [node], flow_style=False),
        Dumper=RuleDumper, allow_unicode=True, width=_WIDE,
    )  # fmt: skip
    remarks = [f"  # {line}" for line in comment.split("\n")] if comment else []
    return [*remarks, *("  " + line for line in text.rstrip("\n").split("\n"))]


def _check(
    text: str,
    file: str,
    known: Known,
    rules: Sequence[SheetRule],
    wanted: Mapping[str, RoutingRule],
) -> None:
    """Nothing is handed out that does not say what the sheet says. Raises Faulty."""
    table = _read(_root(text, file), file, known)
    expected = [bare(wanted[rule.id]) for rule in rules]
    assert [bare(rule) for rule in table.rules] == expected, "the sheet was not written faithfully"
