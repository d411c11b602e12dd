"""The script of a cast: who acts how fast, and the stories of single issues."""

from __future__ import annotations

from pathlib import Path

import msgspec
from yaml.nodes import Node

from referral_engine.errors import Faulty
from referral_engine.i18n import _
from referral_engine.marked_yaml import Entry, MarkedYaml
from referral_engine.model.command import COMMANDS, command_name
from referral_engine.model.principal import ROLES
from referral_engine.model.span import Span
from referral_engine.trial.called import Solved, solved

__all__ = [
    "Act",
    "CallbackOfficer",
    "Dispatcher",
    "DutyLeader",
    "Officer",
    "Reviewer",
    "Script",
    "load_script",
]


class Officer(msgspec.Struct, frozen=True):
    """Of a unit without a plugin, or where a plugin leaves it to people."""

    claim_after: Span
    contact_after: Span
    report_after: Span


class Reviewer(msgspec.Struct, frozen=True):
    """``passes`` percent of the reports."""

    after: Span
    passes: int


class CallbackOfficer(msgspec.Struct, frozen=True):
    """Percentages: ``reached`` at a try; of these ``yes`` and ``partly`` resolved, the rest no."""

    after: Span
    reached: int
    yes: int
    partly: int

    def resolved_by(self, chance: int) -> Solved:
        """For a chance from 0 to 99."""
        return solved(chance, self.yes, self.partly)


class DutyLeader(msgspec.Struct, frozen=True):
    signs_after: Span
    designates_after: Span


class Dispatcher(msgspec.Struct, frozen=True):
    closes_after: Span


class Act(msgspec.Struct, frozen=True):
    """One act of a story: ``after`` the act before it, by ``role`` or by an officer of ``unit``.

    ``do`` is a command's name, or ``silent``: the unit does nothing by itself.
    """

    do: str
    after: Span = Span(0, "m")
    unit: str = ""
    role: str = ""
    fields: dict[str, str] = {}


class Script(msgspec.Struct, frozen=True):
    officer: Officer
    reviewer: Reviewer
    callback_officer: CallbackOfficer
    duty_leader: DutyLeader
    dispatcher: Dispatcher
    stories: dict[str, tuple[Act, ...]] = {}

    def story(self, sender_id: str) -> tuple[Act, ...]:
        """What is told of this issue; nothing for most."""
        return self.stories.get(sender_id, ())


_PEOPLE: dict[str, type[msgspec.Struct]] = {
    "officer": Officer,
    "reviewer": Reviewer,
    "callback_officer": CallbackOfficer,
    "duty_leader": DutyLeader,
    "dispatcher": Dispatcher,
}
_VERBS = (*(command_name(kind) for kind in COMMANDS), "silent")
_OWN = ("do", "after", "unit", "role")


def load_script(path: Path) -> Script:
    """Reads a script; raises Faulty with every fault at its line and column."""
    reader = _Reader(MarkedYaml(path, "CAST"))
    script = reader.read()
    if script is None or reader.yaml.faults:
        raise Faulty(reader.yaml.faults)
    return script


class _Reader:
    def __init__(self, yaml: MarkedYaml) -> None:
        self.yaml = yaml

    def read(self) -> Script | None:
        found = self.yaml.known(self.yaml.root, ("kind", "people", "stories"))
        people = self._people(found.get("people"))
        stories: dict[str, tuple[Act, ...]] = {}
        if "stories" in found:
            for entry in self.yaml.entries(found["stories"].value):
                acts = (self._act(node) for node in self.yaml.nodes(entry.value))
                stories[entry.key] = tuple(act for act in acts if act is not None)
        missing = [role for role in _PEOPLE if role not in people]
        if missing and self.yaml.root is not None:
            message = _("missing: {keys}").format(keys=", ".join(missing))
            self.yaml.fault(self.yaml.root, "CAST_MISSING_KEY", message)
            return None
        return Script(**people, stories=stories)  # type: ignore[arg-type]

    def _people(self, entry: Entry | None) -> dict[str, msgspec.Struct]:
        if entry is None:
            return {}
        people: dict[str, msgspec.Struct] = {}
        for role in self.yaml.known(entry.value, tuple(_PEOPLE)).values():
            person = self._person(role)
            if person is not None:
                people[role.key] = person
        return people

    def _person(self, role: Entry) -> msgspec.Struct | None:
        kind = _PEOPLE[role.key]
        fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
        found = self.yaml.known(role.value, tuple(fields))
        missing = [name for name in fields if name not in found]
        if missing:
            message = _("missing: {keys}").format(keys=", ".join(missing))
            self.yaml.fault(role.node, "CAST_MISSING_KEY", message)
            return None
        values: dict[str, object] = {}
        for name, entry in found.items():
            read = self._span if fields[name] is Span else self._percent
            values[name] = read(entry.value)
        return None if None in values.values() else kind(**values)

    def _percent(self, node: Node) -> int | None:
        return self.yaml.number(node, 0, 100)

    def _span(self, node: Node) -> Span | None:
        try:
            return Span.parse(self.yaml.text(node) or "")
        except ValueError as error:
            self.yaml.fault(node, "CAST_BAD_VALUE", str(error))
            return None

    def _act(self, node: Node) -> Act | None:
        entries = {entry.key: entry for entry in self.yaml.entries(node)}
        if "do" not in entries:
            self.yaml.fault(node, "CAST_MISSING_KEY", _("missing: {keys}").format(keys="do"))
            return None
        verb = self.yaml.choice(entries["do"].value, _VERBS)
        role = self.yaml.choice(entries["role"].value, ROLES) if "role" in entries else ""
        span = self._span(entries["after"].value) if "after" in entries else Span(0, "m")
        unit = self.yaml.text(entries["unit"].value) if "unit" in entries else ""
        fields = {
            key: self.yaml.text(entry.value) or ""
            for key, entry in entries.items()
            if key not in _OWN
        }
        if verb is None or role is None or span is None:
            return None
        return Act(do=verb, after=span, unit=unit or "", role=role, fields=fields)
