"""As much of JSON Schema draft 7 as the schema of rule files uses; an unknown keyword raises."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

__all__ = ["as_editors_read", "problems"]

Schema = dict[str, Any]

_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
}
_SAID = frozenset(
    {"$schema", "title", "description", "enumDescriptions", "definitions", "format", "then"}
)


def problems(value: Any, schema: Schema, root: Schema, path: str = "") -> Iterator[str]:
    """What the schema has against the value, each with the path to it."""
    for keyword, wanted in schema.items():
        if keyword not in _SAID:
            yield from _KEYWORDS[keyword](value, wanted, schema, root, path)


def _holds(value: Any, schema: Schema, root: Schema) -> bool:
    return next(problems(value, schema, root), None) is None


def _ref(value: Any, wanted: str, _schema: Schema, root: Schema, path: str) -> Iterator[str]:
    return problems(value, root["definitions"][wanted.rsplit("/", 1)[-1]], root, path)


def _type(value: Any, wanted: Any, _schema: Schema, _root: Schema, path: str) -> Iterator[str]:
    kinds = wanted if isinstance(wanted, list) else [wanted]
    if not any(_TYPES[kind](value) for kind in kinds):
        yield f"{path}: {value!r} is no {wanted}"


def _enum(
    value: Any, wanted: list[Any], _schema: Schema, _root: Schema, path: str
) -> Iterator[str]:
    if not any(value == one and type(value) is type(one) for one in wanted):
        yield f"{path}: {value!r} is none of {wanted}"


def _pattern(value: Any, wanted: str, _schema: Schema, _root: Schema, path: str) -> Iterator[str]:
    if isinstance(value, str) and not re.search(wanted, value):
        yield f"{path}: {value!r} does not match {wanted}"


def _properties(
    value: Any, wanted: dict[str, Schema], _schema: Schema, root: Schema, path: str
) -> Iterator[str]:
    for key, part in wanted.items() if isinstance(value, dict) else ():
        if key in value:
            yield from problems(value[key], part, root, f"{path}/{key}")


def _additional(value: Any, wanted: Any, schema: Schema, root: Schema, path: str) -> Iterator[str]:
    others = set(value) - set(schema.get("properties", ())) if isinstance(value, dict) else set()
    for key in sorted(others):
        if wanted is False:
            yield f"{path}/{key}: unknown"
        else:
            yield from problems(value[key], wanted, root, f"{path}/{key}")


def _required(value: Any, wanted: list[str], _s: Schema, _r: Schema, path: str) -> Iterator[str]:
    for key in wanted if isinstance(value, dict) else ():
        if key not in value:
            yield f"{path}: {key} is missing"


def _items(value: Any, wanted: Schema, _schema: Schema, root: Schema, path: str) -> Iterator[str]:
    for number, item in enumerate(value) if isinstance(value, list) else ():
        yield from problems(item, wanted, root, f"{path}/{number}")


def _size(kind: type, fits: Callable[[int, int], bool]) -> Callable[..., Iterator[str]]:
    def sized(value: Any, wanted: int, _s: Schema, _r: Schema, path: str) -> Iterator[str]:
        if isinstance(value, kind) and not fits(len(value), wanted):  # type: ignore[arg-type]
            yield f"{path}: has {len(value)}, not {wanted}"  # type: ignore[arg-type]

    return sized


def _minimum(value: Any, wanted: float, _s: Schema, _r: Schema, path: str) -> Iterator[str]:
    if _TYPES["number"](value) and value < wanted:
        yield f"{path}: {value} is less than {wanted}"


def _any(value: Any, wanted: list[Schema], _s: Schema, root: Schema, path: str) -> Iterator[str]:
    if not any(_holds(value, part, root) for part in wanted):
        yield f"{path}: {value!r} fits nothing"


def _all(value: Any, wanted: list[Schema], _s: Schema, root: Schema, path: str) -> Iterator[str]:
    for part in wanted:
        yield from problems(value, part, root, path)


def _if(value: Any, wanted: Schema, schema: Schema, root: Schema, path: str) -> Iterator[str]:
    if _holds(value, wanted, root):
        yield from problems(value, schema["then"], root, path)


_KEYWORDS: dict[str, Callable[..., Iterator[str]]] = {
    "$ref": _ref,
    "type": _type,
    "enum": _enum,
    "pattern": _pattern,
    "properties": _properties,
    "additionalProperties": _additional,
    "required": _required,
    "items": _items,
    "minItems": _size(list, int.__ge__),
    "maxItems": _size(list, int.__le__),
    "minProperties": _size(dict, int.__ge__),
    "maxProperties": _size(dict, int.__le__),
    "minimum": _minimum,
    "anyOf": _any,
    "allOf": _all,
    "if": _if,
}

_SCALARS: tuple[tuple[str, Callable[[str], Any]], ...] = (
    (r"true|True|TRUE", lambda _text: True),
    (r"false|False|FALSE", lambda _text: False),
    (r"null|Null|NULL|~|", lambda _text: None),
    (r"[-+]?[0-9]+", int),
    (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", float),
)


def as_editors_read(text: str) -> Any:
    """A YAML text in the core schema of YAML 1.2: no dates, no times, no `no`."""
    return _plain(yaml.compose(text, Loader=yaml.CSafeLoader))


def _plain(node: Node | None) -> Any:
    match node:
        case MappingNode():
            return {str(key.value): _plain(value) for key, value in node.value}
        case SequenceNode():
            return [_plain(item) for item in node.value]
        case ScalarNode() if not node.style:
            for pattern, read in _SCALARS:
                if re.fullmatch(pattern, node.value):
                    return read(node.value)
    return None if node is None else node.value
