"""YAML as nodes that know their place, every scalar as the text that was written.

Faults are collected, never raised one by one: whoever repairs the file sees all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from referral_engine.errors import Fault, Faulty, Place
from referral_engine.i18n import _
from referral_engine.spelling import nearest
from referral_engine.yaml_problems import problem_words

__all__ = ["Entry", "MarkedYaml"]


class Entry(msgspec.Struct, frozen=True):
    """One key of a mapping with its value's node."""

    key: str
    node: Node
    value: Node


class MarkedYaml:
    """One YAML file being read; ``faults`` grows as its parts are asked for."""

    def __init__(self, path: Path, codes: str = "MAP") -> None:
        """``codes`` begins the code of every fault found.

        Raises Faulty when the file cannot be read or is not valid YAML.
        """
        self.file = str(path)
        self._codes = codes
        self.faults: list[Fault] = []
        try:
            # Universal newlines: an editor's CR LF must not shift columns.
            text = path.read_text(encoding="utf-8-sig")
            self._lines = text.splitlines()
            self.root: Node | None = yaml.compose(text, Loader=yaml.CSafeLoader)
        except (OSError, UnicodeDecodeError) as error:
            raise self._broken(Place(self.file), str(error)) from None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = Place(self.file, mark.line + 1, mark.column + 1) if mark else Place(self.file)
            raise self._broken(place, problem_words(error.problem or str(error))) from None
        except yaml.YAMLError as error:
            raise self._broken(Place(self.file), str(error).splitlines()[0]) from None

    def place(self, node: Node) -> Place:
        """Where the node begins."""
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def fault(self, node: Node, code: str, message: str, suggestion: str = "") -> None:
        """Notes a fault at the node."""
        place = self.place(node)
        source = self._lines[place.line - 1] if place.line <= len(self._lines) else ""
        self.faults.append(Fault(place, code, message, suggestion=suggestion, source=source))

    def entries(self, node: Node | None) -> list[Entry]:
        """The keys of a mapping in order; a fault and nothing when it is none."""
        if not isinstance(node, MappingNode):
            if node is not None:
                self.fault(node, f"{self._codes}_BAD_VALUE", _("expected keys with values"))
            return []
        found: dict[str, Entry] = {}
        for key_node, value in node.value:
            key = self.text(key_node)
            if key in found:
                self.fault(
                    key_node,
                    f"{self._codes}_DUPLICATE_KEY",
                    _("{key} is written twice").format(key=key),
                )
            elif key is not None:
                found[key] = Entry(key, key_node, value)
        return list(found.values())

    def known(self, node: Node | None, keys: Iterable[str]) -> dict[str, Entry]:
        """The entries whose key is one of ``keys``; every other key is a fault."""
        allowed = list(keys)
        found = {}
        for entry in self.entries(node):
            if entry.key in allowed:
                found[entry.key] = entry
                continue
            best = nearest(entry.key, allowed)
            self.fault(
                entry.node,
                f"{self._codes}_UNKNOWN_KEY",
                _("unknown key {key}; known here: {known}").format(
                    key=entry.key, known=", ".join(allowed)
                ),
                _("did you mean {best}?").format(best=best) if best else "",
            )
        return found

    def text(self, node: Node) -> str | None:
        """A scalar as written; a fault and None when it is a list or mapping."""
        if isinstance(node, ScalarNode):
            return str(node.value)
        self.fault(node, f"{self._codes}_BAD_VALUE", _("expected one value"))
        return None

    def texts(self, node: Node) -> list[tuple[str, Node]]:
        """A scalar or a list of scalars, each with its node."""
        nodes = node.value if isinstance(node, SequenceNode) else [node]
        pairs = [(self.text(item), item) for item in nodes]
        return [(text, item) for text, item in pairs if text is not None]

    def nodes(self, node: Node) -> list[Node]:
        """The items of a list; a fault and nothing when it is none."""
        if isinstance(node, SequenceNode):
            return list(node.value)
        self.fault(node, f"{self._codes}_BAD_VALUE", _("expected a list"))
        return []

    def choice(self, node: Node, options: Iterable[str]) -> str | None:
        """A scalar that is one of ``options``; a fault and None when it is another."""
        text = self.text(node)
        known = list(options)
        if text is None or text in known:
            return text
        best = nearest(text, known)
        self.fault(
            node,
            f"{self._codes}_BAD_VALUE",
            _("{value} is none of {known}").format(value=text, known=", ".join(known)),
            _("did you mean {best}?").format(best=best) if best else "",
        )
        return None

    def number(self, node: Node, low: int, high: int) -> int | None:
        """A whole number within bounds, both included."""
        text = self.text(node)
        if text is None:
            return None
        if text.isdecimal() and text.isascii() and low <= int(text[:9]) <= high:
            return int(text)
        self.fault(
            node,
            f"{self._codes}_BAD_VALUE",
            _("expected a whole number from {low} to {high}").format(low=low, high=high),
        )
        return None

    def _broken(self, place: Place, reason: str) -> Faulty:
        return Faulty([Fault(place, f"{self._codes}_SYNTAX", reason)])
