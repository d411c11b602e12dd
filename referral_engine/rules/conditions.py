"""Conditions: from nodes to the tree, every leaf converted by the declared type of its field."""

from __future__ import annotations

from yaml.nodes import MappingNode, Node, SequenceNode

from referral_engine.errors import Place
from referral_engine.i18n import _
from referral_engine.rules import alias, lint
from referral_engine.rules.convert import read_int, read_window
from referral_engine.rules.fields import Field
from referral_engine.rules.operands import example, operand
from referral_engine.rules.operators import OPERATORS, Operator, find_operator, operators_for
from referral_engine.rules.reader import Entry, Reader
from referral_engine.rules.tree import All, Any, Condition, Leaf, Not, Repeats
from referral_engine.spelling import nearest

__all__ = ["DEEPEST", "read_condition"]

DEEPEST = 30
"""How deep conditions may nest: beyond it nobody can read them."""

_REPEATABLE = frozenset({"reporter"})


def read_condition(reader: Reader, node: Node, depth: int = 1) -> Condition | None:
    """The condition written at the node; None when a fault in it was reported."""
    if depth > DEEPEST:
        reader.report(lint.too_deep.fault(reader.place(node), DEEPEST))
        return None
    entries = _one(reader, node)
    if len(entries) == 1:
        return _keyed(reader, entries[0], depth)
    for entry in entries:  # none may stand there, but the faults of each are told
        _keyed(reader, entry, depth)
    return None


def _keyed(reader: Reader, entry: Entry, depth: int) -> Condition | None:
    key, value = entry
    word = alias.canonical_key(key.value)
    if word in ("all", "any"):
        return _joined(reader, word, key, value, depth)
    if word == "not":
        part = read_condition(reader, value, depth + 1)
        return None if part is None else Not(part, reader.place(key))
    if word == "repeats":
        return _repeats(reader, entry)
    return _leaf(reader, entry)


def _one(reader: Reader, node: Node) -> list[Entry]:
    """The entry of a condition or a leaf. Any other number of them is reported."""
    if isinstance(node, SequenceNode):
        reader.wrong(node, _("one condition (write `all:` or `any:` before a list)"))
        return []
    pairs = reader.pairs(node)
    if len(pairs) > 1:
        second = pairs[1][0]
        reader.report(lint.two_keys.fault(reader.place(second), second.value))
    elif not pairs and isinstance(node, MappingNode):
        reader.report(lint.empty_condition.fault(reader.place(node)))
    return pairs


def _joined(reader: Reader, word: str, key: Node, value: Node, depth: int) -> Condition | None:
    nodes = reader.items(value)
    if not nodes:
        if isinstance(value, SequenceNode):
            reader.report(lint.empty_condition.fault(reader.place(key)))
        return None
    # All parts are read before giving up, so that each fault of each part is told.
    read = [read_condition(reader, node, depth + 1) for node in nodes]
    parts = tuple(part for part in read if part is not None)
    if len(parts) < len(read):
        return None
    place = reader.place(key)
    return All(parts, place) if word == "all" else Any(parts, place)


def _leaf(reader: Reader, entry: Entry) -> Condition | None:
    key, value = entry
    field = _field(reader, entry)
    if field is None:
        return None
    if not isinstance(value, MappingNode):
        shown = f"{key.value}: {{{example(field)}}}"
        reader.report(lint.missing_operator.fault(reader.place(value), key.value, shown))
        return None
    tests = _one(reader, value)
    if len(tests) == 1:
        return _tested(reader, field, entry, tests[0])
    for written in tests:
        _tested(reader, field, entry, written)
    return None


def _tested(reader: Reader, field: Field, entry: Entry, written: Entry) -> Condition | None:
    operator = _operator(reader, field, written)
    if operator is None:
        return None
    place, node = reader.place(entry[0]), written[1]
    if operator.name == "under" and isinstance(node, SequenceNode):
        return _under_any(reader, field, node, place)
    value = operand(reader, field, operator, node)
    if value is None:
        return None
    return Leaf(field.name, operator.name, value, place, _written(node))


def _under_any(reader: Reader, field: Field, node: Node, place: Place) -> Condition | None:
    """``under: [a, b]``: below one of several codes, which the tree writes as an ``any``."""
    under = OPERATORS["under"]
    items = reader.items(node)
    values = [operand(reader, field, under, item) for item in items]
    leaves = tuple(
        Leaf(field.name, under.name, value, reader.place(item), _written(item))
        for item, value in zip(items, values, strict=True)
        if value is not None
    )
    if not items:
        reader.report(lint.empty_condition.fault(reader.place(node)))
    return Any(leaves, place) if leaves and len(leaves) == len(items) else None


def _field(reader: Reader, entry: Entry) -> Field | None:
    key = entry[0]
    registry = reader.known.registry
    field = registry.find(key.value)
    if field is None:
        near = _near_field(reader, key.value)
        reader.report(lint.unknown_field.fault(reader.place(key), key.value, near))
        return None
    if reader.scope not in field.scopes:
        place = reader.place(key)
        reader.report(lint.field_out_of_scope.fault(place, key.value, reader.scope))
        return None
    return field


def _near_field(reader: Reader, word: str) -> str:
    """A misspelt ``all`` is as likely as a misspelt field."""
    joins = [*alias.CONDITION_KEYS, *alias.CONDITION_KEYS.values()]
    fields = [w for f in reader.known.registry.within(reader.scope) for w in (f.name, f.key)]
    return nearest(word, [*joins, *fields])


def _operator(reader: Reader, field: Field, entry: Entry) -> Operator | None:
    key = entry[0]
    operator = find_operator(key.value)
    if operator is not None and field.type in operator.types:
        return operator
    known, place = operators_for(field.type), reader.place(key)
    if operator is None:
        near = nearest(key.value, [word for op in known for word in (op.name, op.alias)])
        reader.report(lint.unknown_operator.fault(place, key.value, near))
    else:
        names = ", ".join(op.name for op in known)
        reader.report(lint.wrong_operator.fault(place, key.value, field.name, names))
    return None


def _repeats(reader: Reader, entry: Entry) -> Repeats | None:
    key, value = entry
    keys = ("same", "within", "at_least")
    entries = reader.entries(value, keys, required=keys)
    same = (
        tuple(
            name for node in reader.items(entries["same"][1]) if (name := _repeatable(reader, node))
        )
        if "same" in entries
        else ()
    )
    within = read_window(reader, entries["within"][1]) if "within" in entries else None
    at_least = read_int(reader, entries["at_least"][1]) if "at_least" in entries else None
    if at_least is not None and at_least < 2:
        reader.wrong(entries["at_least"][1], _("at least 2 (the issue itself is counted)"))
        return None
    if not same or within is None or at_least is None:
        return None
    return Repeats(same, within, at_least, reader.place(key))


def _repeatable(reader: Reader, node: Node) -> str:
    """A field that history can be asked for: the reporter, or a scalar field of the issue."""
    word = reader.text(node)
    if not word or word in _REPEATABLE:
        return word
    if word == "反映人":
        return "reporter"
    field = reader.known.registry.find(word)
    if field is None or "routing" not in field.scopes:
        reader.report(lint.unknown_field.fault(reader.place(node), word, _near_field(reader, word)))
        return ""
    if field.type in ("list", "text", "time"):
        reader.wrong(node, _("a field with one value that can be the same again"))
        return ""
    return field.name


def _written(node: Node) -> str:
    if isinstance(node, SequenceNode):
        return "[" + ", ".join(str(item.value) for item in node.value) + "]"
    return str(node.value)
