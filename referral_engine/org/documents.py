"""YAML files of an organisation: ``kind: organisation``, then its lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import yaml

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # a PyYAML built without libyaml: five times slower, same result
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

from referral_engine.i18n import _
from referral_engine.org.fields import SECTIONS, Field, Section
from referral_engine.org.record import Position, Record
from referral_engine.org.source import Faults, Source
from referral_engine.yaml_problems import problem_words

__all__ = ["SETTINGS", "read_document"]

SETTINGS = ("kind", "codes", "hours")
"""Top-level keys that are no lists."""

_POST_FIELDS = ("unit", "role", "territory", "grade")

_Values = dict[str, str | tuple[str, ...]]
_Marks = dict[str, tuple[Position, ...]]


def read_document(source: Source, faults: Faults) -> list[Record]:
    """The entries of one file; its settings come as one record of section ``settings``."""
    root = _compose(source, faults)
    if root is None:
        return []
    return _Document(source, faults).records(root)


def _compose(source: Source, faults: Faults) -> yaml.Node | None:
    try:
        root = yaml.compose(source.text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = problem_words(error.problem or error.context or "")
        message = _("the YAML cannot be read: {reason}").format(reason=problem)
        faults.add(source, position, "org-yaml", message)
        return None
    except yaml.YAMLError as error:
        message = _("the YAML cannot be read: {reason}").format(reason=error)
        faults.add(source, (1, 1), "org-yaml", message)
        return None
    if root is None:
        faults.add(source, (1, 1), "org-shape", _("the file is empty"))
    return root


class _Document:
    def __init__(self, source: Source, faults: Faults) -> None:
        self.source = source
        self.faults = faults

    def records(self, root: yaml.Node) -> list[Record]:
        records: list[Record] = []
        settings: _Values = {}
        marks: _Marks = {}
        for key, key_node, value in self._entries(root):
            if key in SECTIONS:
                records += self._list(SECTIONS[key], value)
            elif key not in SETTINGS:
                self._unknown(key, key_node, "organisation", (*SETTINGS, *SECTIONS))
            elif (text := self._scalar(value)) is not None:
                settings[key] = text
                marks[key] = (_position(value),)
        if settings.get("kind") != "organisation":
            message = _("kind is not organisation")
            position = marks["kind"][0] if "kind" in marks else _position(root)
            suggestion = _("write kind: organisation")
            self.faults.add(self.source, position, "org-kind", message, suggestion)
            return []
        return [self._record("settings", root, settings, marks), *records]

    def _list(self, section: Section, node: yaml.Node) -> Iterator[Record]:
        if not isinstance(node, yaml.SequenceNode):
            self._shape(node, _("{name} is a list").format(name=section.name))
            return
        words = section.words()
        if section.name == "people":
            words["posts"] = words["任职"] = Field("posts", ())
        for item in node.value:
            posts = self._fill(section, words, item)
            for values, marks in posts:
                if self._complete(section, item, values, marks):
                    yield self._record(section.name, item, values, marks)

    def _fill(
        self, section: Section, words: dict[str, Field], item: yaml.Node
    ) -> list[tuple[_Values, _Marks]]:
        """The values of one entry; a person's posts become as many entries."""
        values: _Values = {}
        marks: _Marks = {}
        posts: list[tuple[_Values, _Marks]] = []
        if not isinstance(item, yaml.MappingNode):
            self._shape(item, _("expected keys with values"))
            return []
        for key, key_node, value in self._entries(item):
            field = words.get(key)
            if field is None:
                self._unknown(key, key_node, section.name, tuple(words))
            elif field.name == "posts":
                posts = self._posts(section, value)
            else:
                self._take(field, value, values, marks)
        if not posts:
            return [(values, marks)]
        return [({**values, **more}, {**marks, **places}) for more, places in posts]

    def _posts(self, section: Section, node: yaml.Node) -> list[tuple[_Values, _Marks]]:
        if not isinstance(node, yaml.SequenceNode):
            self._shape(node, _("{name} is a list").format(name="posts"))
            return []
        words = {w: f for w, f in section.words().items() if f.name in _POST_FIELDS}
        return [filled for item in node.value for filled in self._fill(section, words, item)]

    def _take(self, field: Field, node: yaml.Node, values: _Values, marks: _Marks) -> None:
        if field.many and isinstance(node, yaml.SequenceNode):
            texts = [(self._scalar(item), _position(item)) for item in node.value]
            kept = [(text, position) for text, position in texts if text]
            values[field.name] = tuple(text for text, _place in kept)
            marks[field.name] = tuple(position for _text, position in kept)
        elif text := self._scalar(node):
            values[field.name] = tuple(text.split()) if field.many else text
            marks[field.name] = (_position(node),)
        elif text is None:
            marks[field.name] = (_position(node),)  # named already: at fault, not missing

    def _complete(self, section: Section, item: yaml.Node, values: _Values, marks: _Marks) -> bool:
        missing = [f.name for f in section.fields if f.required and f.name not in values]
        for name in missing:
            if name in marks:
                continue
            message = _("{name} is missing").format(name=name)
            self.faults.add(self.source, _position(item), "org-missing-field", message)
        return not missing

    def _record(self, section: str, node: yaml.Node, values: _Values, marks: _Marks) -> Record:
        return Record(section, self.source, _position(node), values, _locator(marks), self.faults)

    def _entries(self, node: yaml.Node) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            self._shape(node, _("expected keys with values"))
            return
        seen: set[str] = set()
        for key_node, value in node.value:
            key = self._scalar(key_node)
            if key is None:
                continue
            if key in seen:
                message = _("{key} appears twice").format(key=key)
                self.faults.add(self.source, _position(key_node), "org-duplicate-key", message)
                continue
            seen.add(key)
            yield key, key_node, value

    def _scalar(self, node: yaml.Node) -> str | None:
        """The text as written: YAML's own reading of ``08:30`` or ``no`` is never asked."""
        if not isinstance(node, yaml.ScalarNode):
            self._shape(node, _("expected a single value"))
            return None
        return "" if node.tag == "tag:yaml.org,2002:null" else str(node.value).strip()

    def _shape(self, node: yaml.Node, message: str) -> None:
        self.faults.add(self.source, _position(node), "org-shape", message)

    def _unknown(self, key: str, node: yaml.Node, owner: str, known: tuple[str, ...]) -> None:
        message = _("{owner} has no key {key}").format(owner=owner, key=key)
        suggestion = self.faults.nearest(self.source, key, known)
        self.faults.add(self.source, _position(node), "org-unknown-field", message, suggestion)


def _position(node: yaml.Node) -> Position:
    return (node.start_mark.line + 1, node.start_mark.column + 1)


def _locator(marks: _Marks) -> Callable[[str, int], Position]:
    def locate(field: str, index: int) -> Position:
        places = marks[field]
        return places[min(index, len(places) - 1)]

    return locate
