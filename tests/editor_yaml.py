"""Rule files as an editor's language server reads them, and what it has against them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml
from jsonschema import Draft7Validator
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

__all__ = ["as_editors_read", "problems"]

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


def problems(value: Any, schema: dict[str, Any]) -> list[str]:
    """What the schema, of draft 7, has against the value, each with the path to it."""
    found = Draft7Validator(schema).iter_errors(value)
    return [f"{error.json_path}: {error.message}" for error in found]
