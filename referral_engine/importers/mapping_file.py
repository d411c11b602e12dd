"""Reads a mapping from YAML; every fault of the file at its place, all at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from yaml.nodes import Node, ScalarNode, SequenceNode

from referral_engine.errors import Fault, Faulty, Place
from referral_engine.i18n import _
from referral_engine.importers.canonical import canonical, nearest_field
from referral_engine.importers.mapping import (
    Column,
    Derived,
    Header,
    Level,
    Mapping,
    Organisation,
    Territory,
    Truth,
)
from referral_engine.importers.times import SPECIAL_FORMATS
from referral_engine.marked_yaml import Entry, MarkedYaml
from referral_engine.model.unit import KINDS

__all__ = [
    "COLUMN_KEYS",
    "FIELD_KEYS",
    "HEADER_KEYS",
    "LEVEL_KEYS",
    "ORGANISATION_KEYS",
    "TERRITORY_KEYS",
    "TOP_KEYS",
    "TRUTH_KEYS",
    "load_mapping",
]

TOP_KEYS = (
    "kind", "zone", "encoding", "delimiter", "sheet", "header", "missing", "unmapped",
    "columns", "fields", "territory", "ignore", "truth", "organisation",
)  # fmt: skip
COLUMN_KEYS = (
    "to", "missing", "normalise", "map", "otherwise", "prefix", "default", "format", "zone",
    "mistaken_for", "split",
)  # fmt: skip
FIELD_KEYS = ("join", "with", "first_of", "value")
TERRITORY_KEYS = ("code", "name", "level", "levels")
LEVEL_KEYS = ("level", "code", "name", "digits", "map")
TRUTH_KEYS = ("normalise",)
ORGANISATION_KEYS = (
    "unit", "normalise", "centre", "discipline", "township_suffix", "village_suffixes",
    "departments", "kinds", "ignore",
)  # fmt: skip
HEADER_KEYS = ("row", "rows")

_LEVELS = ("province", "city", "county", "township", "village", "grid")
_ENCODINGS = ("auto", "utf-8", "gb18030", "utf-16")
_DELIMITERS = {"auto": "", ",": ",", ";": ";", "tab": "\t"}
_NORMALISE = ("strip_brackets",)


def load_mapping(path: Path | str) -> Mapping:
    """The mapping in the YAML file ``path``. Raises Faulty with every fault of the file."""
    yaml = MarkedYaml(Path(path))
    if yaml.root is None:
        raise Faulty([Fault(Place(yaml.file), "MAP_SYNTAX", _("the file is empty"))])
    mapping = _Loader(yaml).mapping()
    if yaml.faults:
        raise Faulty(yaml.faults)
    return mapping


class _Loader:
    """Turns nodes into the mapping; what cannot be read leaves a fault and a default."""

    def __init__(self, yaml: MarkedYaml) -> None:
        self.yaml = yaml
        self.filled: set[str] = set()

    def mapping(self) -> Mapping:
        top = self.yaml.known(self.yaml.root, TOP_KEYS)
        kind = top.get("kind")
        if kind:
            self.yaml.choice(kind.value, ["mapping"])
        columns = self._columns(top.get("columns"))
        mapping = Mapping(
            file=self.yaml.file,
            columns=columns,
            fields=self._fields(top.get("fields")),
            ignore=self._ignored(top.get("ignore"), {column.column for column in columns}),
            truth=self._truths(top.get("truth")),
            territory=self._territory(top.get("territory")),
            organisation=self._organisation(top.get("organisation")),
            header=self._header(top.get("header")),
            missing=self._set(top.get("missing")) | {""},
            **self._scalars(top),
        )
        if not top.keys() & {"columns", "fields"} and self.yaml.root:
            self._needs(self.yaml.root, "columns")
        return mapping

    def _scalars(self, top: dict[str, Entry]) -> dict[str, Any]:
        encoding = self._choice(top.get("encoding"), _ENCODINGS)
        return {
            "unmapped": self._choice(top.get("unmapped"), ("error", "ignore", "extra")) or "error",
            "zone": self._zone(top.get("zone")),
            "encoding": "" if encoding == "auto" else encoding,
            "delimiter": _DELIMITERS.get(self._choice(top.get("delimiter"), _DELIMITERS), ""),
            "sheet": self._text(top.get("sheet")),
        }

    def _columns(self, entry: Entry | None) -> tuple[Column, ...]:
        read = (
            self._column(item, node) for item in self._entries(entry) for node in self._all(item)
        )
        return tuple(column for column in read if column)

    def _all(self, item: Entry) -> list[Node]:
        """One column may fill several fields: a list of targets, each with its converters."""
        listed = isinstance(item.value, SequenceNode)
        return self.yaml.nodes(item.value) if listed else [item.value]

    def _column(self, item: Entry, node: Node) -> Column | None:
        place = self.yaml.place(item.node)
        if isinstance(node, ScalarNode):
            to = self._field(node)
            return Column(column=item.key, to=to, place=place) if to else None
        keys = self.yaml.known(node, COLUMN_KEYS)
        if "to" not in keys:
            self._needs(node, "to")
            return None
        to = self._field(keys["to"].value)
        if not to:
            return None
        otherwise = self._choice(keys.get("otherwise"), ("keep", "missing", "error"))
        if otherwise and "map" not in keys:
            self._needs(node, "map")
        return Column(
            column=item.key,
            to=to,
            place=place,
            missing=self._set(keys.get("missing")),
            normalise=cast(Any, self._choice(keys.get("normalise"), _NORMALISE)),
            map=self._map(keys.get("map")),
            otherwise=cast(Any, otherwise or "keep"),
            prefix=self._text(keys.get("prefix")),
            default=self._text(keys.get("default")),
            formats=self._formats(keys.get("format")),
            zone=self._zone(keys.get("zone")),
            mistaken_for=self._zone(keys.get("mistaken_for")),
            split=self._text(keys.get("split")),
        )

    def _formats(self, entry: Entry | None) -> tuple[str, ...]:
        pairs = self.yaml.texts(entry.value) if entry else []
        for text, node in pairs:
            if text not in SPECIAL_FORMATS and "%" not in text:
                known = ", ".join(sorted(SPECIAL_FORMATS))
                message = _("{value} is no format; write one like %Y-%m-%d %H:%M:%S, or {known}")
                self.yaml.fault(node, "MAP_BAD_VALUE", message.format(value=text, known=known))
        return tuple(text for text, _node in pairs)

    def _fields(self, entry: Entry | None) -> tuple[Derived, ...]:
        derived = (self._derived(item) for item in self._entries(entry))
        return tuple(field for field in derived if field)

    def _derived(self, item: Entry) -> Derived | None:
        to = self._field(item.node)
        keys = self.yaml.known(item.value, FIELD_KEYS)
        ways = [key for key in ("join", "first_of", "value") if key in keys]
        if len(ways) != 1:
            self.yaml.fault(
                item.node,
                "MAP_MISSING_KEY",
                _("exactly one of join, first_of and value is needed"),
            )
            return None
        how = ways[0]
        given = keys[how]
        return Derived(
            to=to or "",
            how=cast(Any, how),
            place=self.yaml.place(item.node),
            columns=() if how == "value" else self._texts(given),
            joint=self._text(keys["with"]) if "with" in keys else " ",
            value=self._text(given) if how == "value" else "",
        )

    def _territory(self, entry: Entry | None) -> Territory | None:
        if entry is None:
            return None
        keys = self._required(entry, TERRITORY_KEYS, ("code", "name", "level"))
        self._fills("territory", entry.node)
        levels = keys.get("levels")
        nodes = self.yaml.nodes(levels.value) if levels else []
        return Territory(
            code=self._text(keys.get("code")),
            name=self._text(keys.get("name")),
            level=self._choice(keys.get("level"), _LEVELS),
            place=self.yaml.place(entry.node),
            levels=tuple(self._level(node) for node in nodes),
        )

    def _level(self, node: Node) -> Level:
        keys = self._required(Entry("", node, node), LEVEL_KEYS, ("level", "code", "name"))
        digits = self.yaml.number(keys["digits"].value, 1, 12) if "digits" in keys else 3
        return Level(
            level=self._choice(keys.get("level"), _LEVELS),
            code=self._text(keys.get("code")),
            name=self._text(keys.get("name")),
            place=self.yaml.place(node),
            digits=digits or 3,
            map=self._map(keys.get("map")),
        )

    def _truths(self, entry: Entry | None) -> tuple[Truth, ...]:
        return tuple(
            Truth(
                column=item.key,
                place=self.yaml.place(item.node),
                normalise=cast(
                    Any,
                    self._choice(
                        self.yaml.known(item.value, TRUTH_KEYS).get("normalise"), _NORMALISE
                    ),
                ),
            )
            for item in self._entries(entry)
        )

    def _organisation(self, entry: Entry | None) -> Organisation | None:
        if entry is None:
            return None
        keys = self._required(entry, ORGANISATION_KEYS, ("unit", "centre", "discipline"))
        return Organisation(
            unit=self._text(keys.get("unit")),
            place=self.yaml.place(entry.node),
            normalise=cast(Any, self._choice(keys.get("normalise"), _NORMALISE)),
            centre=self._texts(keys.get("centre")),
            discipline=self._texts(keys.get("discipline")),
            township_suffix=self._text(keys.get("township_suffix")),
            village_suffixes=self._texts(keys.get("village_suffixes")),
            departments={e.key: self._texts(e) for e in self._entries(keys.get("departments"))},
            kinds=self._kinds(keys.get("kinds")),
            ignore=self._set(keys.get("ignore")),
        )

    def _kinds(self, entry: Entry | None) -> dict[str, str]:
        """Unit to kind, from the kind's list of units."""
        kinds = {}
        for item in self._entries(entry):
            if item.key not in KINDS:
                known = ", ".join(KINDS)
                message = _("{value} is no kind of unit; known: {known}")
                self.yaml.fault(
                    item.node, "MAP_BAD_VALUE", message.format(value=item.key, known=known)
                )
            kinds.update(dict.fromkeys(self._texts(item), item.key))
        return kinds

    def _header(self, entry: Entry | None) -> Header:
        keys = self.yaml.known(entry.value, HEADER_KEYS) if entry else {}
        row = self.yaml.number(keys["row"].value, 1, 100) if "row" in keys else 1
        rows = self.yaml.number(keys["rows"].value, 1, 3) if "rows" in keys else 1
        return Header(row=row or 1, rows=rows or 1)

    def _ignored(self, entry: Entry | None, mapped: set[str]) -> frozenset[str]:
        pairs = self.yaml.texts(entry.value) if entry else []
        for name, node in pairs:
            if name in mapped:
                message = _("column {name} is mapped above and ignored here").format(name=name)
                self.yaml.fault(node, "MAP_COLUMN_TWICE", message)
        return frozenset(name for name, _node in pairs)

    def _field(self, node: Node) -> str:
        """The canonical field that the node names, filled only once; empty after a fault."""
        name = self.yaml.text(node)
        if name is None:
            return ""
        if canonical(name) is None:
            best = nearest_field(name)
            self.yaml.fault(
                node,
                "MAP_UNKNOWN_FIELD",
                _("no issue has a field {name}; a column of its own goes to extra.<name>").format(
                    name=name
                ),
                _("did you mean {best}?").format(best=best) if best else "",
            )
            return ""
        self._fills(name, node)
        return name

    def _fills(self, name: str, node: Node) -> None:
        if name in self.filled:
            message = _("{name} is already filled by another entry; join them under fields:")
            self.yaml.fault(node, "MAP_FIELD_TWICE", message.format(name=name))
        self.filled.add(name)

    def _required(
        self, entry: Entry, keys: tuple[str, ...], needed: tuple[str, ...]
    ) -> dict[str, Entry]:
        found = self.yaml.known(entry.value, keys)
        for key in needed:
            if key not in found:
                self._needs(entry.node, key)
        return found

    def _needs(self, node: Node, key: str) -> None:
        self.yaml.fault(node, "MAP_MISSING_KEY", _("{key}: is missing here").format(key=key))

    def _entries(self, entry: Entry | None) -> list[Entry]:
        return self.yaml.entries(entry.value) if entry else []

    def _text(self, entry: Entry | None) -> str:
        return (self.yaml.text(entry.value) or "") if entry else ""

    def _texts(self, entry: Entry | None) -> tuple[str, ...]:
        return tuple(text for text, _node in self.yaml.texts(entry.value)) if entry else ()

    def _set(self, entry: Entry | None) -> frozenset[str]:
        return frozenset(text.strip() for text in self._texts(entry))

    def _map(self, entry: Entry | None) -> dict[str, str]:
        return {item.key: self.yaml.text(item.value) or "" for item in self._entries(entry)}

    def _choice(self, entry: Entry | None, options: Any) -> str:
        return (self.yaml.choice(entry.value, options) or "") if entry else ""

    def _zone(self, entry: Entry | None) -> ZoneInfo | None:
        name = self._text(entry)
        if entry is None or not name:
            return None
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):  # not found, no name at all, a directory
            self.yaml.fault(
                entry.value,
                "MAP_BAD_VALUE",
                _("{name} is no time zone; write one like Asia/Shanghai").format(name=name),
            )
            return None
