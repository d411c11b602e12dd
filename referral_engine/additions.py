"""What the plugins of a workspace add to it beside their code: fields, and rules with their tests.

Both are files, so that whoever checks, compares or publishes rules runs nobody's code:
`fields.yaml` and `rules/` in the plugin's folder. A field with a fault is left out and
told where rules are read; the rest of the workspace stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, NamedTuple, get_args

import msgspec

from referral_engine.errors import Fault, Faulty, Place
from referral_engine.i18n import _
from referral_engine.marked_yaml import Entry, MarkedYaml
from referral_engine.rules.fields import Field, FieldType, Registry

__all__ = ["KEYS", "Addition", "Declared", "added", "find_additions"]

KEYS = ("label", "type", "alias", "meaning", "values", "settable")
_TYPES = tuple(word for word in get_args(FieldType) if word != "tree")
_YES = {"true": True, "false": False}


class Declared(NamedTuple):
    """A field and where its name stands."""

    field: Field
    place: Place


class Addition(msgspec.Struct, frozen=True):
    """What one plugin adds; ``rules`` is its folder of rule files, None without one.

    ``faults`` are those of its fields. Faults of its rules are found where rules are read.
    """

    plugin: str
    fields: tuple[Declared, ...] = ()
    rules: Path | None = None
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
            fields, faults = _fields(home / "fields.yaml", units)
            rules = home / "rules"
            one = Addition(home.name, fields, rules if rules.is_dir() else None, faults)
            if one.fields or one.rules or one.faults:
                found.append(one)
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


def _fields(file: Path, units: Collection[str]) -> tuple[tuple[Declared, ...], tuple[Fault, ...]]:
    if not file.is_file():
        return (), ()
    try:
        yaml = MarkedYaml(file, "FIELD")
    except Faulty as error:
        return (), error.faults
    section = yaml.known(yaml.root, ("kind", "fields")).get("fields")
    entries = yaml.entries(section.value) if section else []
    read = [(entry, _field(yaml, entry, units)) for entry in entries]
    sound = [Declared(field, yaml.place(entry.node)) for entry, field in read if field]
    return tuple(sound), tuple(yaml.faults)


def _field(yaml: MarkedYaml, entry: Entry, units: Collection[str]) -> Field | None:
    """The field, or None with its faults noted."""
    before = len(yaml.faults)
    unit, dot, rest = entry.key.partition(".")
    if not dot or not rest.isidentifier() or unit not in units:
        told = _("{name} is no field of a unit: write it as police.plate")
        yaml.fault(entry.node, "FIELD_BAD_NAME", told.format(name=entry.key))
    given = yaml.known(entry.value, KEYS)
    kind = yaml.choice(given["type"].value, _TYPES) if "type" in given else "string"
    settable = yaml.choice(given["settable"].value, _YES) if "settable" in given else "false"
    texts: dict[str, str] = {
        key: yaml.text(given[key].value) or "" for key in ("label", "alias", "meaning")
        if key in given
    }  # fmt: skip
    words = yaml.entries(given["values"].value) if "values" in given else []
    values = {each.key: yaml.text(each.value) or each.key for each in words}
    if not texts.get("label"):
        yaml.fault(entry.node, "FIELD_BAD_VALUE", _("a field has a label for people"))
    if len(yaml.faults) > before:
        return None
    described: dict[str, Any] = {
        **texts,
        "name": entry.key,
        "type": kind,
        "alias": texts.get("alias") or f"{unit}.{texts['label']}",
        "values": values,
        "settable": _YES[settable or "false"],
        "may_be_missing": True,
    }
    return msgspec.convert(described, Field)
