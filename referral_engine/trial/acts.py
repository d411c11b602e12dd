"""What somebody does, from YAML to a command: each argument read by the type of its field.

Ids are written as short names (a unit for its referral, a kind for a proposal) and found once
the story has come so far; see names.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
from yaml.error import Mark
from yaml.nodes import MappingNode, Node, ScalarNode

from referral_engine.errors import Place
from referral_engine.i18n import _
from referral_engine.model.command import COMMANDS, Command, Part, command_name
from referral_engine.model.issue import Issue
from referral_engine.model.referral import Evidence
from referral_engine.model.span import Span
from referral_engine.model.target import Target
from referral_engine.rules import lint
from referral_engine.rules.convert import (
    read_bool,
    read_day,
    read_int,
    read_moment,
    read_number,
    read_span,
)
from referral_engine.rules.issue_nodes import read_issue
from referral_engine.rules.reader import Reader
from referral_engine.rules.targets import read_target
from referral_engine.spelling import nearest

__all__ = ["VERBS", "node_of", "read_command"]

VERBS: dict[str, type[Any]] = {
    command_name(kind): kind for kind in sorted(COMMANDS, key=command_name)
}
"""Every command by the name people write."""

_ON_REFERRAL = "referral"


def read_command(reader: Reader, verb: str, node: Node | None) -> Command | None:
    """The command `verb` with the arguments at `node`; None when a fault in them was reported.

    Without a mapping the one word is the command's first argument. A command that works on a
    referral and names none is given an empty one: the actor's own is meant.
    """
    kind = VERBS[verb]
    before = len(reader.faults)
    values: dict[str, Any] = dict(_arguments(reader, kind, node))
    fields = msgspec.structs.fields(kind)
    for field in fields:
        required = field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT
        if required and field.name not in values:
            if field.type is not str:
                reader.report(lint.missing_key.fault(_place(reader, node), field.name))
            values[field.name] = ""
    return kind(**values) if len(reader.faults) == before else None


def node_of(text: str, place: Place) -> ScalarNode:
    """A written word as a node, so that its faults are reported at `place`."""
    mark = Mark(place.file, 0, place.line - 1, place.column - 1, None, 0)
    return ScalarNode("tag:yaml.org,2002:str", text, mark, mark)


def _arguments(reader: Reader, kind: type[Any], node: Node | None) -> Iterator[tuple[str, Any]]:
    fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
    if node is None or not fields:
        return
    if not isinstance(node, MappingNode):
        first = next(iter(fields))
        yield first, _read(reader, fields[first], node)
        return
    for key, value in reader.words(node).values():
        if key.value in fields:
            yield key.value, _read(reader, fields[key.value], value)
        else:
            near = nearest(key.value, fields)
            reader.report(lint.unknown_key.fault(reader.place(key), key.value, near))


def _read(reader: Reader, kind: Any, node: Node) -> Any:
    if kind in _PLAIN:
        return _PLAIN[kind](reader, node)
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _read(reader, next(each for each in inside if each is not NoneType), node)
    if origin is Literal:
        return reader.word(node, {str(each): str(each) for each in inside})
    if origin is dict:
        return {k: _read(reader, inside[1], v[1]) for k, v in reader.words(node).items()}
    if inside == (tuple[str, Span], ...):
        return _spans(reader, node)
    if origin is tuple:
        return tuple(_read(reader, inside[0], item) for item in reader.some(node))
    raise TypeError(f"no reader for {kind}")  # a command learnt a type that YAML cannot say yet


def _spans(reader: Reader, node: Node) -> tuple[tuple[str, Span], ...]:
    found = ((k, read_span(reader, v[1])) for k, v in reader.words(node).items())
    return tuple((name, span) for name, span in found if span is not None)


def _part(reader: Reader, node: Node) -> Part | None:
    """``police``, or a mapping with `to`, `within` and `required`."""
    if not isinstance(node, MappingNode):
        target = read_target(reader, node)
        return Part(target) if target else None
    entries = reader.entries(node, ("to", "within", "required"), required=("to",))
    target = read_target(reader, entries["to"][1]) if "to" in entries else None
    within = _spans(reader, entries["within"][1]) if "within" in entries else ()
    required = read_bool(reader, entries["required"][1]) if "required" in entries else False
    return Part(target, within, bool(required)) if target else None


def _evidence(reader: Reader, node: Node) -> Evidence:
    """``photo``, or a mapping with what proves it."""
    if not isinstance(node, MappingNode):
        return Evidence(reader.text(node))
    readers: dict[str, Callable[[Reader, Node], Any]] = {
        "kind": Reader.text, "digest": Reader.text, "taken_at": read_moment,
        "lat": read_number, "lon": read_number,
    }  # fmt: skip
    values: dict[str, Any] = {"kind": ""}
    for key, value in reader.words(node).values():
        if key.value in readers:
            values[key.value] = readers[key.value](reader, value)
        else:
            near = nearest(key.value, readers)
            reader.report(lint.unknown_key.fault(reader.place(key), key.value, near))
    if not values["kind"]:
        reader.wrong(node, _("evidence with its kind"))
    return Evidence(**values)


def _issue(reader: Reader, node: Node) -> Issue | None:
    """The issue of a part; its short name, under ``name``, is read by whoever tells the story."""
    if isinstance(node, MappingNode):
        pairs = [pair for pair in node.value if pair[0].value != "name"]
        node = MappingNode(node.tag, pairs, node.start_mark, node.end_mark)
    return read_issue(reader, node)


def _place(reader: Reader, node: Node | None) -> Place:
    return Place(reader.file) if node is None else reader.place(node)


_PLAIN: dict[Any, Callable[[Reader, Node], Any]] = {
    str: Reader.text,
    int: read_int,
    bool: read_bool,
    date: read_day,
    datetime: read_moment,
    Span: read_span,
    Target: read_target,
    Part: _part,
    Evidence: _evidence,
    Issue: _issue,
}
