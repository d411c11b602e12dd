"""`not` over a field that may be missing.

A missing field makes a leaf false, so its `not` is true: `not: {category: {under: M}}` also
holds for issues without any category. Say so with `exists`, or use an operator that is false
for a missing field, such as `ne` or `not_in`.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {not: {category: {under: M}}}
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {all: [{category: {exists: true}}, {not: {category: {under: M}}}]}
        refer: {lead: police}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from msgspec.structs import replace

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.fields import Registry
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.ruleset import Loaded
from referral_engine.rules.tree import All, Any, Condition, Leaf, Not
from referral_engine.rules.walk import leaves

LINT = Lint("NOT_OVER_MISSING", "warning", __doc__)


def check(loaded: Loaded, registry: Registry) -> Iterator[Fault]:
    """Reported at the ``not``, once a field."""
    for rule, condition in loaded.conditions():
        for place, field in _found(condition, registry, frozenset()):
            message = _("this also holds where `{field}` is missing").format(field=field)
            hint = _("add `{field}: {{exists: true}}` if that is not meant").format(field=field)
            yield replace(LINT.fault(place, message, hint), rule=rule)


def _found(
    condition: Condition, registry: Registry, present: frozenset[str]
) -> Iterator[tuple[Place, str]]:
    """Each ``not`` with a field that it may miss. ``present`` are fields known to have a value."""
    if isinstance(condition, All):
        present |= {part.field for part in condition.parts if _needs_value(part)}
    if isinstance(condition, All | Any):
        for part in condition.parts:
            yield from _found(part, registry, present)
    elif isinstance(condition, Not):
        fields = dict.fromkeys(leaf.field for leaf in leaves(condition.part) if _needs_value(leaf))
        for name in fields:
            field = registry.find(name)
            if field is not None and field.may_be_missing and name not in present:
                yield condition.place, name
        # The inner `not` of two is judged by the outer one.


def _needs_value(condition: Condition) -> TypeGuard[Leaf]:
    """Whether it is a leaf that holds only where its field has a value."""
    if not isinstance(condition, Leaf):
        return False
    return condition.operator != "exists" or condition.value is True
