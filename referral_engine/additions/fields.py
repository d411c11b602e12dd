"""`fields.yaml` of a plugin: fields that conditions ask for and rules may set."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple, get_args

import msgspec

from referral_engine.errors import Fault, Faulty, Place
from referral_engine.i18n import _
from referral_engine.marked_yaml import Entry, MarkedYaml
from referral_engine.rules.fields import Field, FieldType

__all__ = ["KEYS", "Declared", "read_fields"]

KEYS = ("label", "type", "alias", "meaning", "values", "settable")
_TYPES = tuple(word for word in get_args(FieldType) if word != "tree")
_YES = {"true": True, "false": False}


class Declared(NamedTuple):
    """A field and where its name stands."""

    field: Field
    place: Place


def read_fields(
    file: Path, units: Collection[str]
) -> tuple[tuple[Declared, ...], tuple[Fault, ...]]:
    """The sound fields of the file, none where there is none, and its faults."""
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
    made: dict[str, object] = {
        **texts,
        "name": entry.key,
        "type": kind,
        "alias": texts.get("alias") or f"{unit}.{texts['label']}",
        "values": values,
        "settable": _YES[settable or "false"],
        "may_be_missing": True,
    }
    return msgspec.convert(made, Field)
