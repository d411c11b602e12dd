"""The columns of a sheet: keys of a rule, clocks, fields that are set, and clauses.

=====================  ========================================================
``id name basis why``  as in the rule file, likewise ``path seal link redirect
                       reject tag whistle lead support from until``
``within claim``       the clock of this name
``set severity``       the field that is set
``category under``     a clause: a field and its operator
``not tags has``       a clause that must not hold
``in YAML``            why the rule stays in the rule file, where it is kept
``comment``            the lines of comment above the rule
=====================  ========================================================

Every heading may be written in either language.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from referral_engine.i18n import locale_name
from referral_engine.rules import vocabulary
from referral_engine.rules.alias import CONDITION_KEYS, KEYS, canonical_key
from referral_engine.rules.fields import Registry
from referral_engine.rules.operators import find_operator, operators_for
from referral_engine.spelling import nearest

__all__ = ["COMMENT", "IN_YAML", "KEYED", "Column", "heading", "nearest_heading", "read_heading"]

IN_YAML, COMMENT = "in YAML", "comment"
_OWN = {IN_YAML: "留在YAML", COMMENT: "备注"}

KEYED: dict[str, tuple[str, ...]] = {
    "id": ("id",),
    "name": ("name",),
    "basis": ("basis",),
    "why": ("why",),
    "from": ("effective", "from"),
    "until": ("effective", "until"),
    "lead": ("refer", "lead"),
    "support": ("refer", "support"),
    "whistle": ("refer", "whistle"),
    "path": ("path",),
    "tag": ("tag",),
    "seal": ("seal",),
    "link": ("link",),
    "redirect": ("redirect",),
    "reject": ("reject",),
}
"""Column to where its value stands in a rule."""


class Column(msgspec.Struct, frozen=True):
    """What stands in a column.

    ``path``      the keys that lead to it in a rule; a clause's is empty
    ``field``     of a clause, with ``operator``; ``negated`` where it must not hold
    """

    path: tuple[str, ...] = ()
    field: str = ""
    operator: str = ""
    negated: bool = False

    @property
    def is_clause(self) -> bool:
        """Whether it is a clause, of which a sheet may have several alike."""
        return bool(self.field)


def heading(column: Column, fields: Registry) -> str:
    """What is written above the column, in the reader's language."""
    chinese = locale_name() == "zh_CN"
    if column.is_clause:
        field, operator = fields.find(column.field), find_operator(column.operator)
        assert field is not None
        assert operator is not None
        words = [CONDITION_KEYS["not"] if chinese else "not"] if column.negated else []
        words += [field.key, operator.alias] if chinese else [field.name, operator.name]
        return " ".join(words)
    first, last = column.path[0], column.path[-1]
    if first in _OWN:
        return _OWN[first] if chinese else first
    if first == "within":
        return (
            f"{KEYS['within']} {vocabulary.CLOCKS.get(last, last)}" if chinese else f"within {last}"
        )
    if first == "set":
        known = fields.find(last)
        return f"{KEYS['set']} {known.key}" if chinese and known else f"set {last}"
    return KEYS[last] if chinese else last


def read_heading(text: str, fields: Registry) -> Column | None:
    """The column that a heading names, in either language; None for no column."""
    words = text.split()
    own = next((key for key, label in _OWN.items() if " ".join(words) in (key, label)), "")
    if own:
        return Column((own,))
    if len(words) == 1 and canonical_key(text.strip()) in KEYED:
        return Column(KEYED[canonical_key(text.strip())])
    first = canonical_key(words[0]) if words else ""
    if len(words) == 2 and first == "within":
        clocks = {label: name for name, label in vocabulary.CLOCKS.items()}
        return Column(("within", clocks.get(words[1], words[1])))
    if len(words) == 2 and first == "set":
        found = fields.find(words[1])
        return None if found is None else Column(("set", found.name))
    negated = len(words) == 3 and first == "not"
    return _clause(words[1:] if negated else words, fields, negated=negated)


def _clause(words: list[str], fields: Registry, *, negated: bool) -> Column | None:
    if len(words) != 2:
        return None
    field, operator = fields.find(words[0]), find_operator(words[1])
    if field is None or operator is None or "routing" not in field.scopes:
        return None
    return Column((), field.name, operator.name, negated)


def nearest_heading(text: str, fields: Registry) -> str:
    """The heading most like the text, or the empty string."""
    return nearest(" ".join(text.split()), _known(fields))


def _known(fields: Registry) -> Iterator[str]:
    yield from _OWN
    yield from _OWN.values()
    for key in KEYED:
        yield from (key, KEYS[key])
    for field in fields.within("routing"):
        if field.settable:
            yield from (f"set {field.name}", f"{KEYS['set']} {field.key}")
        for operator in operators_for(field.type):
            yield from (f"{field.name} {operator.name}", f"{field.key} {operator.alias}")
    for clock, label in vocabulary.CLOCKS.items():
        yield from (f"within {clock}", f"{KEYS['within']} {label}")
