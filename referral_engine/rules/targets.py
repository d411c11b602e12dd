"""Targets: a unit's id, a territory's code, a word with @, or the first present of several."""

from __future__ import annotations

from yaml.nodes import MappingNode, Node, ScalarNode

from referral_engine.i18n import _
from referral_engine.model.target import Target
from referral_engine.rules import lint, vocabulary
from referral_engine.rules.operands import read_unit
from referral_engine.rules.reader import Reader
from referral_engine.rules.yaml_nodes import is_plain
from referral_engine.spelling import nearest

__all__ = ["read_target", "read_targets"]


def read_target(reader: Reader, node: Node, implied: str = "") -> Target | None:
    """One target; None when a fault in it was reported.

    ``implied`` is the relative that ``true`` stands for, where an effect has an obvious one.
    """
    if isinstance(node, MappingNode):
        return _first_present(reader, node)
    word = reader.text(node)
    if not word:
        return None
    if implied and isinstance(node, ScalarNode) and is_plain(node) and word in ("true", "是"):
        return Target(relative=implied)
    if word.startswith("@"):
        return _relative(reader, node, word[1:])
    unit = read_unit(reader, node, word)
    return Target(unit=unit) if unit else None


def read_targets(reader: Reader, node: Node, implied: str = "") -> tuple[Target, ...]:
    """Targets of a list, or the one written without brackets."""
    found = (read_target(reader, item, implied) for item in reader.some(node))
    return tuple(target for target in found if target is not None)


def _relative(reader: Reader, node: Node, word: str) -> Target | None:
    words = vocabulary.RELATIVE_LABELS
    if reader.scope != "routing":
        words = words | vocabulary.RUNNING_LABELS
    if word in words:
        return Target(relative=word)
    for name, label in words.items():
        if label == word:
            return Target(relative=name)
    near = nearest(word, [*words, *words.values()])
    known = ", ".join(f"@{name}" for name in words)
    reader.report(lint.bad_target.fault(reader.place(node), word, known, near))
    return None


def _first_present(reader: Reader, node: Node) -> Target | None:
    entries = reader.entries(node, ("first_present",), required=("first_present",))
    if "first_present" not in entries:
        return None
    value = entries["first_present"][1]
    nodes = reader.items(value)
    # One roster inside another has no meaning that people would agree on.
    nested = [item for item in nodes if isinstance(item, MappingNode)]
    for item in nested:
        reader.wrong(item, _("a unit"))
    found = [read_target(reader, item) for item in nodes if item not in nested]
    targets = tuple(target for target in found if target is not None)
    if not nodes and isinstance(value, Node):
        reader.wrong(value, _("a list of units"))
    return Target(first_present=targets) if targets and len(targets) == len(nodes) else None
