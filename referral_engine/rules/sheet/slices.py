"""The rules of a file as the lines they are written in, comments above them included."""

from __future__ import annotations

import msgspec
from yaml.nodes import MappingNode, Node, SequenceNode

from referral_engine.rules.alias import canonical_key

__all__ = ["Slice", "rules_node", "slices", "tail_of"]


class Slice(msgspec.Struct, frozen=True):
    """One rule: its node, its lines (``start`` up to ``stop``, from 0), and the comment in them."""

    node: Node
    start: int
    stop: int
    comment: str = ""


def rules_node(root: MappingNode) -> SequenceNode:
    """The list under ``rules:`` of a table that has been read without faults."""
    for key, value in root.value:
        if canonical_key(str(key.value)) == "rules" and isinstance(value, SequenceNode):
            return value
    raise ValueError("no rules")


def slices(text: str, root: MappingNode) -> list[Slice]:
    """The rules in order; where the list is not written a rule a block, with no lines of theirs."""
    lines = text.split("\n")
    nodes = rules_node(root).value
    begins = [node.start_mark.line for node in nodes]
    if not nodes or not is_block(text, root):
        return [Slice(node, -1, -1) for node in nodes]
    starts = [_above(lines, begin) for begin in begins]
    stops = [*starts[1:], tail_of(text, root)]
    return [
        Slice(node, start, stop, _comment(lines[start:begin]))
        for node, start, begin, stop in zip(nodes, starts, begins, stops, strict=True)
    ]


def is_block(text: str, root: MappingNode) -> bool:
    """Whether every rule begins on a line of its own, after a dash."""
    lines = text.split("\n")
    begins = [node.start_mark.line for node in rules_node(root).value]
    return len(set(begins)) == len(begins) and all(
        lines[line].lstrip().startswith("- ") for line in begins
    )


def tail_of(text: str, root: MappingNode) -> int:
    """The line after the rules: where the next key's comments begin, else after the last line."""
    lines = text.split("\n")
    after = [
        key.start_mark.line
        for key, _value in root.value
        if key.start_mark.line > rules_node(root).start_mark.line
    ]
    if after:
        return _above(lines, min(after))
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return end


def _above(lines: list[str], begin: int) -> int:
    """The first of the comment lines that stand directly above."""
    while begin and lines[begin - 1].lstrip().startswith("#"):
        begin -= 1
    return begin


def _comment(lines: list[str]) -> str:
    return "\n".join(line.strip().removeprefix("#").strip() for line in lines)
