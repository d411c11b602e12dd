"""Which flags a rule reads, and the order in which negation over flags becomes decidable.

A rule may read flags that others derive. Where it reads their *absence*, everything that could
still derive them must be finished first: flags and rules are laid out in strata, and a stratum is
begun when the one below has reached its fixpoint. A flag that depends on its own absence has no
such place; `check_stratified` names the rules of such a circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.tree import (
    All,
    Any,
    Condition,
    EscalationRule,
    EscalationTable,
    Leaf,
    Not,
    Repeats,
)

__all__ = ["FLAGS", "Strata", "check_stratified", "named_flags"]

FLAGS = "flags"
"""The field that holds the flags of a case."""

# Reading whether there is any flag at all (`empty`) is reading every flag there may be.
_EVERY = "*"


class _Read(msgspec.Struct, frozen=True):
    """``absent``: the rule may be true because the flag is not there."""

    flag: str
    absent: bool
    leaf: Leaf


class _Reader(msgspec.Struct, frozen=True):
    rule: EscalationRule
    reads: tuple[_Read, ...]

    @property
    def derives(self) -> str:
        return self.rule.effects.derive


class Strata(msgspec.Struct, frozen=True):
    """The stratum of each rule (by id) and of each flag that some rule derives; 0 comes first."""

    rules: dict[str, int]
    flags: dict[str, int]

    @classmethod
    def of(cls, tables: Iterable[EscalationTable]) -> Strata:
        """Raises ValueError where the tables are not stratified (`check_stratified` says why)."""
        readers = _readers(tables)
        flags = {reader.derives: 0 for reader in readers if reader.derives}
        while _raise_once(readers, flags):
            if max(flags.values()) > len(flags):
                raise ValueError("a flag depends on its own absence")
        return cls({r.rule.id: _stratum(r, flags) for r in readers}, flags)

    @property
    def count(self) -> int:
        return 1 + max(self.rules.values(), default=0)


def check_stratified(tables: Iterable[EscalationTable]) -> list[Fault]:
    """One fault for each reading of a flag's absence on which that very flag depends."""
    readers = _readers(tables)
    needs = _needs(readers)
    return [
        _circular(reader, read)
        for reader in readers
        if reader.derives
        for read in reader.reads
        if read.absent
        and any(reader.derives in _reach(flag, needs) for flag in _expand(read.flag, needs))
    ]


def named_flags(leaf: Leaf) -> tuple[str, ...] | None:
    """The flags a leaf on `flags` asks for by name; None where it asks for the whole list."""
    if leaf.operator == "has" and isinstance(leaf.value, str):
        return (leaf.value,)
    if leaf.operator in {"has_any", "has_all"}:
        many = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
        return tuple(str(flag) for flag in many)
    return None


def _readers(tables: Iterable[EscalationTable]) -> tuple[_Reader, ...]:
    return tuple(
        _Reader(rule, (*_reads(table.when, absent=False), *_reads(rule.when, absent=False)))
        for table in tables
        for rule in table.rules
    )


def _reads(condition: Condition | None, *, absent: bool) -> Iterator[_Read]:
    match condition:
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from _reads(part, absent=absent)
        case Not(part=part):
            yield from _reads(part, absent=not absent)
        case Leaf(field=field) if field == FLAGS and condition.operator != "exists":
            names = named_flags(condition)
            # `empty` goes either way with the growing list, so that it must wait for all of it.
            for name in (_EVERY,) if names is None else names:
                yield _Read(name, absent or names is None, condition)
        case None | Leaf() | Repeats():
            return


def _needs(readers: Iterable[_Reader]) -> dict[str, set[str]]:
    """For each derived flag, those of the derived flags that its rules read."""
    needs: dict[str, set[str]] = {reader.derives: set() for reader in readers if reader.derives}
    for reader in readers:
        if reader.derives:
            for read in reader.reads:
                needs[reader.derives].update(_expand(read.flag, needs))
    return needs


def _expand(flag: str, derived: Iterable[str]) -> Iterable[str]:
    known = tuple(derived)
    if flag == _EVERY:
        return known
    return (flag,) if flag in known else ()


def _reach(flag: str, needs: dict[str, set[str]]) -> set[str]:
    """The flag itself and all it depends on."""
    found: set[str] = set()
    waiting = [flag]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(needs[one])
    return found


def _stratum(reader: _Reader, flags: dict[str, int]) -> int:
    own = flags.get(reader.derives, 0)
    below = (
        flags[flag] + read.absent for read in reader.reads for flag in _expand(read.flag, flags)
    )
    return max(own, *below, 0)


def _raise_once(readers: Iterable[_Reader], flags: dict[str, int]) -> bool:
    changed = False
    for reader in readers:
        if reader.derives and (stratum := _stratum(reader, flags)) > flags[reader.derives]:
            flags[reader.derives] = stratum
            changed = True
    return changed


def _circular(reader: _Reader, read: _Read) -> Fault:
    message = _("`{rule}` derives `{flag}` from an absence that itself depends on `{flag}`")
    return Fault(
        place=read.leaf.place,
        code="FLAG_CIRCLE",
        message=message.format(rule=reader.rule.id, flag=reader.derives),
        suggestion=_("read the flag where it is present, or ask for what it was derived from"),
        rule=reader.rule.id,
    )
