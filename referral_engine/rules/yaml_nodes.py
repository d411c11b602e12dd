"""YAML text as nodes with marks. Nothing is constructed: a scalar stays the text it was."""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from referral_engine.errors import Fault, Place
from referral_engine.rules import lint
from referral_engine.rules.source import shown_line
from referral_engine.yaml_problems import problem_words

__all__ = ["compose", "foreign_tag", "is_null", "is_plain", "is_text", "place_of"]

# libyaml recurses in C for every level: some ten thousand levels overflow the stack.
_DEEPEST = 1_000
_DEEP_BLOCK = re.compile(rf"^(?: {{{_DEEPEST}}}| *(?:[-?] +){{{_DEEPEST}}})", re.MULTILINE)
_BRACKET = re.compile(r"[\[\]{}]")
_NULLS = frozenset({"", "~", "null"})
# What the aliases of one file may stand for, in nodes: a hundred times a large rule file.
_MOST_NODES = 2_000_000

_TEXT = "tag:yaml.org,2002:str"
_TAG_OF: dict[type[Node], str] = {
    ScalarNode: _TEXT,
    SequenceNode: "tag:yaml.org,2002:seq",
    MappingNode: "tag:yaml.org,2002:map",
}
_PLAIN_TAGS = frozenset(_TAG_OF.values())


class _Loader(yaml.CSafeLoader):
    """Resolves no scalar to a number, date or truth value: fields decide that, not YAML."""

    # libyaml asks these for every node: what the base class looks up comes to the same.
    def resolve(self, kind: type[Node], value: Any, implicit: Any) -> str:
        return _TAG_OF[kind]

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


def compose(text: str, file: str) -> Node | Fault:
    """The root node of a file, or the one fault that keeps it from being read."""
    if deep := _too_deep(text, file):
        return deep
    try:
        root = _Loader(text).get_single_node()
    except yaml.YAMLError as error:
        return _syntax(error, text, file)
    if root is None or is_null(root):
        return lint.not_a_table.empty(Place(file))
    if "&" in text and (endless := _unbounded(root)):
        return lint.bad_anchor.fault(place_of(endless, file))
    return root


def is_null(node: Node) -> bool:
    """Whether nothing is written there: an empty plain scalar, ``~`` or ``null``."""
    return isinstance(node, ScalarNode) and node.value in _NULLS and is_plain(node)


def is_text(node: Node) -> bool:
    """Whether it is a scalar with something in it, and without a tag: what most nodes are."""
    if not isinstance(node, ScalarNode) or node.tag != _TEXT:
        return False
    return bool(node.value.strip()) and (node.value not in _NULLS or not is_plain(node))


def is_plain(node: ScalarNode) -> bool:
    """Whether a scalar is written without quotes, so that `$name` and `<<` have their meaning."""
    return not node.style


def place_of(node: Node, file: str) -> Place:
    """Where a node begins; columns count characters, as libyaml's marks do."""
    mark = node.start_mark
    return Place(file, mark.line + 1, mark.column + 1)


def foreign_tag(node: Node) -> str:
    """The explicit tag of a node that rules do not use, or the empty string."""
    return "" if node.tag in _PLAIN_TAGS else node.tag


def _syntax(error: yaml.YAMLError, text: str, file: str) -> Fault:
    mark = getattr(error, "problem_mark", None)
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
    problem = getattr(error, "problem", None) or str(error)
    # An unclosed quote is noticed at the end of the file; where it opened is more use.
    opened = getattr(error, "context_mark", None)
    if opened and problem == "found unexpected end of stream":
        place = Place(file, opened.line + 1, opened.column + 1)
    return lint.yaml_syntax.fault(place, problem_words(problem), shown_line(text, place.line))


def _too_deep(text: str, file: str) -> Fault | None:
    found = _DEEP_BLOCK.search(text)
    at = found.start() if found else _deep_bracket(text)
    if at < 0:
        return None
    place = Place(file, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
    return lint.too_deep.fault(place, _DEEPEST)


def _deep_bracket(text: str) -> int:
    """Where brackets nest too deep, or -1; those within quotes balance or are far fewer."""
    if text.count("[") + text.count("{") <= _DEEPEST:
        return -1
    depth = 0
    for found in _BRACKET.finditer(text):
        depth = depth + 1 if found[0] in "[{" else max(0, depth - 1)
        if depth > _DEEPEST:
            return found.start()
    return -1


def _unbounded(root: Node) -> Node | None:
    """The node that contains itself, or that aliases multiply beyond measure."""
    sizes: dict[int, int] = {}
    open_: set[int] = set()
    pending: list[tuple[Node, bool]] = [(root, False)]
    while pending:
        node, done = pending.pop()
        if done:
            open_.discard(id(node))
            sizes[id(node)] = 1 + sum(sizes[id(child)] for child in _children(node))
            if sizes[id(node)] > _MOST_NODES:
                return node
        elif id(node) in open_:
            return node
        elif id(node) not in sizes:
            open_.add(id(node))
            pending.append((node, True))
            pending.extend((child, False) for child in _children(node))
    return None


def _children(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [child for pair in node.value for child in pair]
    return list(node.value) if isinstance(node, CollectionNode) else []
