"""The text of a cell and the node that it stands for.

A word stands as it is, a list as words with semicolons between (and after a single one), anything
else in the brackets of the rule language. What would be read otherwise stands in double quotes.
"""

from __future__ import annotations

import json
import re

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from referral_engine.errors import Fault, Place
from referral_engine.rules.yaml_nodes import compose

__all__ = ["MAP", "SEQ", "STR", "RuleDumper", "cell_of", "marked", "node_of"]

STR, SEQ, MAP = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))
_WIDE = 1 << 16
_SEPARATORS = re.compile(r"""("(?:[^"\\]|\\.)*")|[;；\n]""")
_UNSAFE = re.compile(r"""[;；\n"\[\]{}]""")


class RuleDumper(yaml.SafeDumper):
    """Quotes no word for looking like a number, a date or a truth: fields decide that."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - as the base class declares it


def cell_of(node: Node) -> str:
    """The text of the cell."""
    if isinstance(node, ScalarNode):
        return _word(node)
    items = node.value if isinstance(node, SequenceNode) else []
    if items and all(isinstance(item, ScalarNode) for item in items):
        words = [_word(item) for item in items]
        return "; ".join(words) + (";" if len(words) == 1 else "")
    return _flow(node)


def _word(node: ScalarNode) -> str:
    text = str(node.value)
    means_itself = node.style is None or (not text.startswith(("$", "~")) and text != "null")
    if text and text == text.strip() and not _UNSAFE.search(text) and means_itself:
        return text
    return json.dumps(text, ensure_ascii=False)


def _flow(node: Node) -> str:
    text: str = yaml.serialize(_flowing(node), Dumper=RuleDumper, allow_unicode=True, width=_WIDE)
    return text.removesuffix("...\n").strip()


def _flowing(node: Node) -> Node:
    if isinstance(node, MappingNode):
        pairs = [(_flowing(key), _flowing(value)) for key, value in node.value]
        return MappingNode(node.tag, pairs, flow_style=True)
    if isinstance(node, SequenceNode):
        return SequenceNode(node.tag, [_flowing(item) for item in node.value], flow_style=True)
    assert isinstance(node, ScalarNode)
    style = node.style if node.style in ("'", '"') else None
    return ScalarNode(node.tag, node.value, style=style)


def node_of(text: str, place: Place) -> Node | Fault:
    """The node, all of it at the place; or the fault that keeps the cell from being read."""
    text = text.strip()
    if text[:1] in ("[", "{"):
        found = compose(text, place.file)
        if isinstance(found, Fault):
            return Fault(place, "BAD_CELL", found.message, suggestion=found.suggestion)
        return _placed(found, place)
    words = _split(text)
    if len(words) == 1:
        return _scalar(words[0], place)
    items = [_scalar(word, place) for word in words if word]
    return marked(SequenceNode(SEQ, items, flow_style=True), place)


def _split(text: str) -> list[str]:
    """The words between separators, of which those in quotes are none."""
    words, start = [], 0
    for found in _SEPARATORS.finditer(text):
        if found[1] is None:
            words.append(text[start : found.start()].strip())
            start = found.end()
    return [*words, text[start:].strip()]


def _scalar(word: str, place: Place) -> Node:
    if len(word) > 1 and word[0] == word[-1] == '"':
        try:
            return marked(ScalarNode(STR, json.loads(word), style='"'), place)
        except ValueError:
            pass  # a word that only looks quoted is what it is
    return marked(ScalarNode(STR, word), place)


def _placed(node: Node, place: Place) -> Node:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            _placed(key, place)
            _placed(value, place)
    elif isinstance(node, SequenceNode):
        for item in node.value:
            _placed(item, place)
    return marked(node, place)


def marked(node: Node, place: Place) -> Node:
    """The node, beginning at the place of a cell."""
    mark = yaml.Mark(place.file, 0, place.line - 1, place.column - 1, None, 0)
    node.start_mark = node.end_mark = mark
    return node
