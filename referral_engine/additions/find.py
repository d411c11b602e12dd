"""The plugins' additions: found, and laid over what the engine has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import msgspec

from referral_engine.additions.fields import Declared, read_fields
from referral_engine.additions.lints import AddedLint, read_lints
from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.fields import Registry
from referral_engine.rules.ruleset import Loaded

__all__ = ["Addition", "added", "find_additions", "odd"]


class Addition(msgspec.Struct, frozen=True):
    """What one plugin adds; ``rules`` is its folder of rule files, None without one.

    ``faults`` are those of its fields and lints; those of its rules are found where these are read.
    """

    plugin: str
    fields: tuple[Declared, ...] = ()
    rules: Path | None = None
    lints: tuple[AddedLint, ...] = ()
    faults: tuple[Fault, ...] = ()


def find_additions(folders: Iterable[Path], units: Collection[str]) -> tuple[Addition, ...]:
    """What each plugin in these folders adds, by name; those that add nothing are left out.

    A field bears the name of one of the county's ``units``: ``housing.estate``.
    """
    found = []
    for folder in folders:
        homes = sorted(folder.iterdir()) if folder.is_dir() else []
        for home in homes:
            if home.name.startswith((".", "_")) or not (home / "__init__.py").is_file():
                continue
            fields, faults = read_fields(home / "fields.yaml", units)
            lints, more = read_lints(home / "lints.yaml", units)
            rules = home / "rules" if (home / "rules").is_dir() else None
            if fields or rules or lints or faults or more:
                found.append(Addition(home.name, fields, rules, lints, (*faults, *more)))
    return tuple(found)


def added(known: Registry, additions: Iterable[Addition]) -> tuple[Registry, list[Fault]]:
    """The registry with the fields of the plugins, and the faults of those that it is without."""
    faults: list[Fault] = []
    for each in additions:
        faults += each.faults
        for field, place in each.fields:
            taken = [word for word in (field.name, field.key) if word in known]
            if taken:
                told = _("{word} is declared already").format(word=taken[0])
                faults.append(Fault(place, "FIELD_TAKEN", told))
            else:
                known = known.extended([field])
    return known, faults


def odd(loaded: Loaded, additions: Iterable[Addition]) -> Iterator[Fault]:
    """What the plugins' lints find in these rules."""
    lints = [lint for each in additions for lint in each.lints]
    if not lints:
        return
    for _table, rule in loaded.routing_rules():
        for lint in lints:
            if (found := lint.fault(rule)) is not None:
                yield found
