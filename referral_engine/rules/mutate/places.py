"""Where what a rule does is written. The parsed tree keeps the places of conditions alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from yaml.nodes import MappingNode, Node, SequenceNode

from referral_engine.errors import Place
from referral_engine.rules import vocabulary
from referral_engine.rules.alias import canonical_key
from referral_engine.rules.yaml_nodes import compose, place_of

__all__ = ["Places"]

_WORDS = {label: word for words in (vocabulary.CLOCKS, vocabulary.WHISTLES)
          for word, label in words.items()}  # fmt: skip


class Places:
    """The places of keys and items in the texts of a rule set."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._sources = sources

    def of(self, rule: Place, *keys: str | int) -> Place:
        """The place of `keys` in the rule whose id stands at `rule`, or of as many as are found."""
        node = self._rules.get(rule)
        return rule if node is None else _descend(node, rule, keys)

    def shared(self, kind: str, *keys: str | int) -> Place:
        """The place of `keys` in whichever file of this kind has them; an empty one if none."""
        found = [_descend(root, Place(file), keys) for file, root in self._roots.items()
                 if isinstance(root, MappingNode) and _kind(root) == kind]  # fmt: skip
        return max(found, key=lambda place: (place.line, place.column), default=Place(""))

    @cached_property
    def _roots(self) -> dict[str, Node]:
        composed = {file: compose(text, file) for file, text in self._sources.items()}
        return {file: root for file, root in composed.items() if isinstance(root, Node)}

    @cached_property
    def _rules(self) -> dict[Place, MappingNode]:
        return {
            place: node for file, root in self._roots.items() for place, node in _of(root, file)
        }


def _of(node: Node, file: str) -> Iterator[tuple[Place, MappingNode]]:
    """Every mapping of a table under the place of its id, a default under that of its key."""
    for key, value in node.value if isinstance(node, MappingNode) else ():
        name = canonical_key(str(key.value))
        if name == "rules" and isinstance(value, SequenceNode):
            for item in value.value:
                yield from _by_id(item, file)
        elif name == "default" and isinstance(value, MappingNode):
            yield place_of(key, file), value


def _by_id(node: Node, file: str) -> Iterator[tuple[Place, MappingNode]]:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if canonical_key(str(key.value)) == "id":
                yield place_of(value, file), node


def _descend(node: Node, place: Place, keys: tuple[str | int, ...]) -> Place:
    for key in keys:
        if isinstance(key, int):
            if not isinstance(node, SequenceNode):  # one, written without brackets
                continue
            node = node.value[key]
            place = place_of(node, place.file)
            continue
        pairs = node.value if isinstance(node, MappingNode) else ()
        found = [pair for pair in pairs if key in _spelt(str(pair[0].value))]
        if not found:
            return place
        node, place = found[0][1], place_of(found[0][0], place.file)
    return place


def _spelt(word: str) -> tuple[str, str, str]:
    return word, canonical_key(word), _WORDS.get(word, "")


def _kind(root: MappingNode) -> str:
    return next((str(v.value) for k, v in root.value if canonical_key(str(k.value)) == "kind"), "")
