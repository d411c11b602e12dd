"""The fields a condition may ask for, declared once, and the registry that finds them.

Everything that speaks of fields reads this table: the loader (types, values), the matcher, the
linter, ``rules fields``, the JSON Schema and docs/rule-language.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal

import msgspec

from referral_engine.spelling import nearest

__all__ = ["Field", "FieldType", "Named", "Registry", "Scope", "registry"]

FieldType = Literal["string", "tree", "int", "number", "bool", "time", "duration", "list", "text"]
Scope = Literal["routing", "escalation", "warning", "indicator"]
Named = Literal["", "unit", "territory", "category", "tag", "channel", "flag", "path"]

_EVERY: frozenset[Scope] = frozenset({"routing", "escalation", "warning", "indicator"})


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of an issue, a case or a referral.

    ``type``            decides the operators and how a written value is converted
    ``label``           Chinese, for people; ``alias`` is the Chinese key in YAML
    ``meaning``         one English line for the reference
    ``values``          the closed vocabulary, word to Chinese label; empty means open
    ``names``           the kind of thing its values name, checked against what is known
    ``settable``        a routing rule may ``set`` it
    ``scopes``          the kinds of table that may ask for it
    ``may_be_missing``  every leaf on it can be false for want of a value
    """

    name: str
    type: FieldType
    label: str
    alias: str = ""
    meaning: str = ""
    values: dict[str, str] = {}
    names: Named = ""
    settable: bool = False
    scopes: frozenset[Scope] = _EVERY
    may_be_missing: bool = False

    @property
    def key(self) -> str:
        """The Chinese key under which YAML may name it."""
        return self.alias or self.label

    @property
    def always_there(self) -> bool:
        """Whether every issue or case has a value for it; what a plugin declares it may not."""
        return not self.may_be_missing and "." not in self.name


class Registry:
    """Fields by name or Chinese alias. Immutable: ``extended`` gives a larger one."""

    def __init__(self, fields: Iterable[Field]) -> None:
        """Raises ValueError when two fields share a name or an alias."""
        self._fields: dict[str, Field] = {}
        self._found: dict[str, Field] = {}
        for field in fields:
            for word in dict.fromkeys((field.name, field.key)):
                if word in self._found:
                    raise ValueError(f"field {word!r} is declared twice")
                self._found[word] = field
            self._fields[field.name] = field

    def __iter__(self) -> Iterator[Field]:
        return iter(self._fields.values())

    def __len__(self) -> int:
        return len(self._fields)

    def __contains__(self, word: str) -> bool:
        return word in self._found

    def __getitem__(self, name: str) -> Field:
        return self._fields[name]

    def find(self, word: str) -> Field | None:
        """The field with this name or Chinese alias, or None."""
        return self._found.get(word)

    def within(self, scope: Scope) -> tuple[Field, ...]:
        """The fields that tables of this kind may ask for, in order of declaration."""
        return tuple(field for field in self if scope in field.scopes)

    def nearest(self, word: str, scope: Scope | None = None) -> str:
        """The name or alias most like ``word``, or the empty string."""
        fields = self if scope is None else self.within(scope)
        return nearest(word, (known for field in fields for known in (field.name, field.key)))

    def extended(self, fields: Iterable[Field]) -> Registry:
        """A registry with these fields too, e.g. a plugin's ``market_supervision.amount``.

        Raises ValueError when a name or alias is taken.
        """
        return Registry([*self, *fields])

    def with_extra(self, labels: dict[str, str]) -> Registry:
        """A registry with an importer's columns: ``extra.<name>``, text, by Chinese label.

        ``labels`` is the ``fields:`` section of config.yaml; an empty label means the name.
        """
        return self.extended(
            Field(
                name=f"extra.{name}",
                type="string",
                label=label or name,
                alias=f"附加.{label or name}",
                meaning="column declared in config.yaml",
                may_be_missing=True,
            )
            for name, label in labels.items()
        )


@cache
def registry() -> Registry:
    """The engine's own fields."""
    from referral_engine.rules.engine_fields import FIELDS  # it declares them with this module

    return Registry(FIELDS)
