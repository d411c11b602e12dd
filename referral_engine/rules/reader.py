"""Reading the nodes of one file: keys in both languages, every fault kept at its place."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

import msgspec
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules import alias, lint
from referral_engine.rules.fields import Registry, Scope
from referral_engine.rules.names import Names
from referral_engine.rules.tree import Category
from referral_engine.rules.yaml_nodes import foreign_tag, is_null, is_plain, is_text, place_of
from referral_engine.spelling import nearest

__all__ = ["Entries", "Entry", "Known", "Reader"]

Entry = tuple[ScalarNode, Node]
Entries = dict[str, Entry]


class Known(msgspec.Struct, frozen=True):
    """What a file may name: declared fields, the world's names, what other files declare."""

    registry: Registry
    names: Names
    lists: Mapping[str, tuple[str, ...]] = {}
    categories: Mapping[str, Category] = {}
    paths: Container[str] = ()
    clocks: Container[str] = ()


class Reader:
    """One file being read. ``scope`` is the kind of table, ``rule`` the id of the rule in hand,
    ``ids`` those of all its rules, the faulty ones too.
    """

    def __init__(self, file: str, known: Known, scope: Scope = "routing") -> None:
        self.file = file
        self.known = known
        self.scope: Scope = scope
        self.rule = ""
        self.faults: list[Fault] = []
        self.ids: list[tuple[str, Place]] = []

    def place(self, node: Node) -> Place:
        """Where the node begins."""
        return place_of(node, self.file)

    def report(self, fault: Fault) -> None:
        """Keeps a fault, as one of the rule in hand."""
        self.faults.append(msgspec.structs.replace(fault, rule=self.rule) if self.rule else fault)

    def wrong(self, node: Node, expected: str) -> None:
        """Reports that the node is not what is expected there."""
        self.report(lint.wrong_type.fault(self.place(node), _shown(node), expected))

    # -- mappings ---------------------------------------------------------------------------

    def entries(self, node: Node, keys: Container[str], required: Iterable[str] = ()) -> Entries:
        """The mapping by English key; whatever is wrong with its keys is reported.

        A missing key is reported at the mapping itself. An empty value counts as missing.
        """
        found: Entries = {}
        for key_node, value in self.pairs(node):
            key = alias.canonical_key(key_node.value)
            if key not in keys or not key:
                near = nearest(key_node.value, _spellings(keys))
                self.report(lint.unknown_key.fault(self.place(key_node), key_node.value, near))
            elif key in found:
                self._duplicate(key_node, found[key][0])
            elif is_null(value):
                self.wrong(value, _("a value"))
            else:
                found[key] = (key_node, value)
        for key in required:
            # Where nothing could be read at all, one fault says enough.
            if key not in found and isinstance(node, MappingNode):
                self.report(lint.missing_key.fault(self.place(node), key))
        return found

    def words(self, node: Node) -> Entries:
        """A mapping whose keys are free words; a word written twice is reported."""
        found: Entries = {}
        for key_node, value in self.pairs(node):
            if key_node.value in found:
                self._duplicate(key_node, found[key_node.value][0])
            else:
                found[key_node.value] = (key_node, value)
        return found

    def pairs(self, node: Node) -> list[Entry]:
        """The keys and values of a mapping, merge keys followed; empty when it is none."""
        if not isinstance(node, MappingNode) or foreign_tag(node):
            self.wrong(node, _("a mapping of keys and values"))
            return []
        written: list[tuple[Node, Node]] = node.value
        pairs: list[Entry] = []
        merged: list[Entry] = []
        for key, value in written:
            if not isinstance(key, ScalarNode):
                self.wrong(key, _("a key"))
            elif key.value == "<<" and is_plain(key):
                merged += self._merged(value)
            else:
                pairs.append((key, value))
        if merged:
            own = {key.value for key, _value in pairs}
            pairs += [pair for pair in merged if pair[0].value not in own]
        return pairs

    def _merged(self, node: Node) -> list[Entry]:
        """What a merge key brings in: of several mappings the first wins, as YAML has it."""
        sources = node.value if isinstance(node, SequenceNode) else [node]
        pairs: dict[str, Entry] = {}
        for source in sources:
            for pair in self.pairs(source):
                pairs.setdefault(pair[0].value, pair)
        return list(pairs.values())

    def _duplicate(self, key: ScalarNode, first: ScalarNode) -> None:
        place, line = self.place(key), first.start_mark.line + 1
        self.report(lint.duplicate_key.fault(place, key.value, line))

    # -- sequences and scalars --------------------------------------------------------------

    def items(self, node: Node) -> list[Node]:
        """The items of a list; empty, and reported, when it is none."""
        if isinstance(node, SequenceNode) and not foreign_tag(node):
            return list(node.value)
        self.wrong(node, _("a list"))
        return []

    def some(self, node: Node) -> list[Node]:
        """A list's items, or the one value that stands for a list of one."""
        return self.items(node) if isinstance(node, SequenceNode) else [node]

    def text(self, node: Node) -> str:
        """A scalar's text as written; empty, and reported, when there is none."""
        if is_text(node):
            return str(node.value)
        if not isinstance(node, ScalarNode) or is_null(node):
            self.wrong(node, _("a text"))
            return ""
        if tag := foreign_tag(node):
            self.report(lint.yaml_syntax.tagged(self.place(node), tag))
            return ""
        if not node.value.strip():
            self.wrong(node, _("a text with something in it"))
            return ""
        # PyYAML's stubs leave the value of a node untyped.
        return str(node.value)

    def word(self, node: Node, vocabulary: Mapping[str, str]) -> str:
        """A word of a closed vocabulary, in English; empty, and reported, when it is none."""
        text = self.text(node)
        return self.spelt(node, text, vocabulary) if text else ""

    def spelt(self, node: Node, text: str, vocabulary: Mapping[str, str]) -> str:
        """The English word that ``text`` spells in either language; else reported at the node."""
        if text in vocabulary:
            return text
        for word, label in vocabulary.items():
            if label == text:
                return word
        near = nearest(text, [*vocabulary, *vocabulary.values()])
        known = ", ".join(vocabulary)
        self.report(lint.unknown_value.fault(self.place(node), text, known, near))
        return ""

    def optional(self, entries: Entries, key: str) -> str:
        """The text under ``key``, or the empty string when it is not there."""
        return self.text(entries[key][1]) if key in entries else ""


def _spellings(keys: Container[str]) -> list[str]:
    known = alias.KEYS | alias.CONDITION_KEYS
    return [word for key, label in known.items() if key in keys for word in (key, label)]


def _shown(node: Node) -> str:
    if isinstance(node, ScalarNode):
        return str(node.value)
    return _("a list") if isinstance(node, SequenceNode) else _("a mapping")
