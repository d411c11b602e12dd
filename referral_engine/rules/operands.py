"""The right side of a leaf: what each operator takes, and whether what it names is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from yaml.nodes import Node, ScalarNode, SequenceNode

from referral_engine.i18n import _
from referral_engine.rules import convert, lint, vocabulary
from referral_engine.rules.fields import Field
from referral_engine.rules.operators import Operator, Takes
from referral_engine.rules.reader import Reader
from referral_engine.rules.text import compile_pattern
from referral_engine.rules.tree import Value
from referral_engine.rules.yaml_nodes import is_plain
from referral_engine.spelling import nearest

__all__ = [
    "example",
    "operand",
    "read_category",
    "read_path",
    "read_territory",
    "read_unit",
    "read_value",
]


def operand(reader: Reader, field: Field, operator: Operator, node: Node) -> Value | None:
    """The converted right side of a leaf; None when a fault in it was reported."""
    return _TAKES[operator.takes](reader, field, node)


def example(field: Field) -> str:
    """What a leaf on this field may look like, for a suggestion."""
    operators = {"tree": "under: …", "list": "has: …", "text": "contains: …", "time": "gte: …"}
    return operators.get(field.type, "eq: …")


def read_value(reader: Reader, field: Field, node: Node) -> Value | None:
    """One value of the field's type; also what a rule may ``set``."""
    if isinstance(node, ScalarNode) and is_plain(node) and node.value.startswith("$"):
        reader.wrong(node, _("one value (a list needs in, has_any or contains_any)"))
        return None
    if field.values:
        return _spelt(reader, field, node, reader.text(node))
    if field.type in ("string", "tree", "list", "text"):
        text = reader.text(node)
        return _known(reader, field, node, text) if text else None
    return _READ[field.type](reader, node)


def _spelt(reader: Reader, field: Field, node: Node, text: str) -> Value | None:
    """A word of the field's closed vocabulary; numbers among them become numbers."""
    word = reader.spelt(node, text.strip(), field.values) if text else ""
    if not word:
        return None
    return int(word) if field.type == "int" else word


def _known(reader: Reader, field: Field, node: Node, text: str) -> str | None:
    """The id that ``text`` spells when it names something that exists, else None and a fault."""
    check = _NAMED.get(field.names)
    return text if check is None else check(reader, node, text) or None


def read_unit(reader: Reader, node: Node, text: str) -> str:
    """A unit's id or a territory's code, whose responsible unit is meant; else empty."""
    names = reader.known.names
    if names.units is None or text in names.units or text in (names.territories or ()):
        return text
    near = _near(text, names.units)
    reader.report(lint.unknown_unit.fault(reader.place(node), text, near))
    return ""


def read_territory(reader: Reader, node: Node, text: str) -> str:
    """A territory's code; else empty."""
    known = reader.known.names.territories
    if known is None or text in known:
        return text
    reader.report(lint.unknown_territory.fault(reader.place(node), text, _near(text, known)))
    return ""


def read_category(reader: Reader, node: Node, text: str) -> str:
    """A category's code; else empty. Where no category is declared at all, any word is one."""
    categories = reader.known.categories
    declared = reader.known.names.categories or {}
    if text in categories or text in declared or not (categories or declared):
        return text
    known = {code: category.label for code, category in categories.items()} | dict(declared)
    reader.report(lint.unknown_category.fault(reader.place(node), text, _near(text, known)))
    return ""


def _channel(reader: Reader, node: Node, text: str) -> str:
    declared = reader.known.names.channels
    if declared is None:
        return text
    return reader.spelt(node, text, vocabulary.CHANNELS | dict(declared))


def read_path(reader: Reader, node: Node, text: str) -> str:
    """The id of a path, a built-in one or that of a ``kind: path`` file; else empty."""
    if text in reader.known.paths:
        return text
    return reader.spelt(node, text, vocabulary.PATHS)


def _near(text: str, known: Mapping[str, str]) -> str:
    """The id whose label was written instead of it, else the nearest id or label's id."""
    by_label = {label: code for code, label in known.items() if label}
    if text in by_label:
        return by_label[text]
    found = nearest(text, [*known, *by_label])
    return by_label.get(found, found)


def _one(reader: Reader, field: Field, node: Node) -> Value | None:
    return read_value(reader, field, node)


def _many(reader: Reader, field: Field, node: Node) -> Value | None:
    values: list[Value] = []
    nodes = _expanded(reader, node)
    for item in nodes:
        value = read_value(reader, field, item)
        if value is not None:
            values.append(value)
    if len(values) < len(nodes) or not values:
        return None
    return tuple(values)  # type: ignore[return-value]  # all of the field's one type


def _expanded(reader: Reader, node: Node) -> list[Node]:
    """The items of a list, each ``$name`` replaced by its list at the place it is named."""
    if isinstance(node, ScalarNode):
        if not node.value.startswith("$"):
            reader.wrong(node, _("a list"))
            return []
        return _named_list(reader, node)
    nodes: list[Node] = []
    for item in reader.items(node):
        is_name = isinstance(item, ScalarNode) and is_plain(item)
        nodes += _named_list(reader, item) if is_name and item.value[:1] == "$" else [item]
    if isinstance(node, SequenceNode) and not node.value:
        reader.report(lint.empty_condition.fault(reader.place(node)))
    return nodes


def _named_list(reader: Reader, node: Node) -> list[Node]:
    name = node.value[1:]
    words = reader.known.lists.get(name)
    if words is None:
        near = nearest(name, reader.known.lists)
        reader.report(lint.unknown_list.fault(reader.place(node), name, near))
        return []
    # Quoted, so that a word of a list is never taken for the name of another.
    return [ScalarNode(node.tag, word, node.start_mark, node.end_mark, style='"') for word in words]


def _pair(reader: Reader, field: Field, node: Node) -> Value | None:
    items = reader.items(node)
    if not items:
        return None
    if len(items) != 2:
        reader.wrong(node, _("a list of two bounds"))
        return None
    low, high = (read_value(reader, field, item) for item in items)
    if low is None or high is None:
        return None
    # Lengths of time of different kinds have no order before the day is known.
    if field.type != "duration" and high < low:  # type: ignore[operator]
        reader.report(lint.bad_window.fault(reader.place(node), str(low), str(high)))
        return None
    return (low, high)  # type: ignore[return-value]


def _pattern(reader: Reader, _field: Field, node: Node) -> Value | None:
    pattern = reader.text(node)
    if not pattern:
        return None
    try:
        compile_pattern(pattern)
    except ValueError as error:
        reader.report(lint.bad_pattern.fault(reader.place(node), str(error)))
        return None
    return pattern


def _level(reader: Reader, field: Field, node: Node) -> Value | None:
    """A territory's level by its word, any other tree's by its depth, 1 at the top."""
    if field.names == "territory":
        return reader.word(node, vocabulary.LEVELS) or None
    depth = convert.read_int(reader, node)
    return None if depth is None else str(depth)


_READ: dict[str, Callable[[Reader, Node], Value | None]] = {
    "int": convert.read_int,
    "number": convert.read_number,
    "bool": convert.read_bool,
    "time": convert.read_moment,
    "duration": convert.read_span,
}
_NAMED: dict[str, Callable[[Reader, Node, str], str]] = {
    "unit": read_unit,
    "territory": read_territory,
    "category": read_category,
    "channel": _channel,
    "path": read_path,
}
_TAKES: dict[Takes, Callable[[Reader, Field, Node], Value | None]] = {
    "one": _one,
    "word": _one,
    "many": _many,
    "words": _many,
    "pair": _pair,
    "bool": lambda reader, _field, node: convert.read_bool(reader, node),
    "hours": lambda reader, _field, node: convert.hours(reader, node),
    "season": lambda reader, _field, node: convert.season(reader, node),
    "day": lambda reader, _field, node: reader.word(node, vocabulary.DAYS) or None,
    "level": _level,
    "pattern": _pattern,
}
