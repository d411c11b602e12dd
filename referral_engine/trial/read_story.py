"""Story files: YAML in, a Story out, every fault at its place."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from referral_engine.errors import Fault, Faulty
from referral_engine.i18n import _
from referral_engine.model.command import Split
from referral_engine.model.issue import Issue
from referral_engine.rules import lint
from referral_engine.rules.convert import read_bool, read_int, read_moment, read_span
from referral_engine.rules.issue_nodes import read_issue
from referral_engine.rules.reader import Entries, Entry, Known, Reader
from referral_engine.rules.source import decode, shown_line
from referral_engine.rules.tree import RuleSet
from referral_engine.rules.yaml_nodes import compose
from referral_engine.spelling import nearest
from referral_engine.trial.actors import Actor
from referral_engine.trial.acts import VERBS, read_command
from referral_engine.trial.seen import SEEN
from referral_engine.trial.story import NOW, Act, Arrival, Expected, Plain, Step, Story
from referral_engine.workspace import Workspace

__all__ = ["read_story"]

_KEYS = ("story", "about", "departments", "start", "steps")
_STEP_KEYS = ("at", "after", "note", "as", "case", "issue", "do", "refused", "engine_down_until",
              "happened_at", "see")  # fmt: skip
_DEPARTMENTS = {"people": "people", "plugins": "plugins"}
_MOST_TIMES = 1_000


def read_story(path: Path, workspace: Workspace, rules: RuleSet) -> Story:
    """The story of a file. Raises Faulty with every fault, FileNotFoundError."""
    file = str(path)
    text = decode(path.read_bytes(), file)
    root = text if isinstance(text, Fault) else compose(text, file)
    if isinstance(root, Fault):
        raise Faulty([root])
    known = Known(workspace.fields, workspace.names, rules.lists, rules.categories)
    reading = _Reading(Reader(file, known))
    story = reading.story(root)
    if reading.reader.faults or story is None:
        lines = str(text)
        raise Faulty(
            replace(f, source=shown_line(lines, f.place.line)) for f in reading.reader.faults
        )
    return story


class _Reading:
    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def story(self, root: Node) -> Story | None:
        entries = _entries(self.reader, root, _KEYS, required=("story", "steps"))
        if "steps" not in entries:
            return None
        steps = tuple(self.step(node) for node in self.reader.items(entries["steps"][1]))
        start = self.moment(entries, "start") or _earliest(steps)
        if start is None:
            self.reader.report(lint.missing_key.fault(self.reader.place(root), "start"))
            return None
        plugins = False
        if "departments" in entries:
            plugins = self.reader.word(entries["departments"][1], _DEPARTMENTS) == "plugins"
        name = self.reader.optional(entries, "story")
        return Story(name, start, steps, self.reader.optional(entries, "about"), plugins)

    def step(self, node: Node) -> Step:
        entries = _entries(self.reader, node, _STEP_KEYS)
        if "at" in entries and "after" in entries:
            self.reader.wrong(entries["at"][0], _("the only time: a step is `at` or `after`"))
        after = read_span(self.reader, entries["after"][1]) if "after" in entries else None
        by = Actor(self.reader.text(entries["as"][1])) if "as" in entries else None
        step = Step(
            place=self.reader.place(node), at=self.moment(entries, "at"), after=after,
            note=self.reader.optional(entries, "note"), by=by,
            cases=self.reader.optional(entries, "case"), arrival=self.arrival(entries),
            act=self.act(entries), refused=self.reader.optional(entries, "refused"),
            down_until=self.moment(entries, "engine_down_until"),
            happened_at=self.moment(entries, "happened_at"), expect=self.expectations(entries),
        )  # fmt: skip
        if by is None and {"issue", "do"} & entries.keys():
            self.reader.report(lint.missing_key.fault(self.reader.place(node), "as"))
        return step

    def arrival(self, entries: Entries) -> Arrival | None:
        if "issue" not in entries:
            return None
        node = entries["issue"][1]
        own = {"name", "times", "auto_accept"}
        pairs = self.reader.pairs(node)  # merge keys followed: an issue may be another one again
        inside = {key.value: value for key, value in pairs if key.value in own}
        times = read_int(self.reader, inside["times"]) if "times" in inside else 1
        auto = read_bool(self.reader, inside["auto_accept"]) if "auto_accept" in inside else None
        name = self.reader.text(inside["name"]) if "name" in inside else "case"
        rest = [pair for pair in pairs if pair[0].value not in own]
        issue = read_issue(self.reader, _dated(node, rest)) if pairs else None
        if issue is None or times is None:
            return None
        if times == 1:
            return Arrival((name,), (issue,), auto)
        count = range(1, min(times, _MOST_TIMES) + 1)
        names = tuple(f"{name}-{n}" for n in count)
        return Arrival(names, tuple(_another(issue, n) for n in count), auto)

    def act(self, entries: Entries) -> Act | None:
        if "do" not in entries:
            return None
        node = entries["do"][1]
        key: Node
        arguments: Node | None
        if isinstance(node, MappingNode):
            pairs = self.reader.pairs(node)
            if len(pairs) != 1:
                self.reader.wrong(node, _("one action, as in {claim: police}"))
                return None
            key, arguments = pairs[0]
        else:
            key, arguments = node, None
        verb = self.verb(key)
        command = read_command(self.reader, verb, arguments) if verb else None
        if command is None:
            return None
        names = self.part_names(arguments) if isinstance(command, Split) else ()
        return Act(verb, command, names)

    def verb(self, node: Node) -> str:
        word = self.reader.text(node)
        if word in VERBS or not word:
            return word
        self.reader.report(
            lint.unknown_value.fault(
                self.reader.place(node), word, ", ".join(VERBS), nearest(word, VERBS)
            )
        )
        return ""

    def part_names(self, node: Node | None) -> tuple[str, ...]:
        """The short names of a split's parts, where they have any."""
        found: list[str] = []
        parts = next((v for k, v in _pairs(node) if k.value == "parts"), None)
        for number, part in enumerate(parts.value if isinstance(parts, SequenceNode) else [], 1):
            named = next((v.value for k, v in _pairs(part) if k.value == "name"), "")
            found.append(str(named) or f"part-{number}")
        return tuple(found)

    def expectations(self, entries: Entries) -> tuple[Expected, ...]:
        if "see" not in entries:
            return ()
        found = []
        for key, value in self.reader.words(entries["see"][1]).values():
            if key.value not in SEEN:
                near = nearest(key.value, SEEN)
                self.reader.report(lint.unknown_key.fault(self.reader.place(key), key.value, near))
            else:
                found.append(Expected(key.value, self.plain(value), self.reader.place(key)))
        return tuple(found)

    def plain(self, node: Node) -> Plain:
        """A text, a list of texts or texts by word; the empty list and mapping mean none."""
        if isinstance(node, SequenceNode):
            return tuple(self.reader.text(item) for item in node.value)
        if isinstance(node, MappingNode):
            return {key: self.reader.text(v[1]) for key, v in self.reader.words(node).items()}
        return self.reader.text(node) if not _is_empty(node) else ""

    def moment(self, entries: Entries, key: str) -> datetime | None:
        return read_moment(self.reader, entries[key][1]) if key in entries else None


def _entries(
    reader: Reader, node: Node, keys: tuple[str, ...], required: tuple[str, ...] = ()
) -> Entries:
    """The keys of a mapping; unlike those of rules they have no Chinese spelling."""
    found: Entries = {}
    for name, (key, value) in reader.words(node).items():
        if name in keys:
            found[name] = (key, value)
        else:
            reader.report(lint.unknown_key.fault(reader.place(key), name, nearest(name, keys)))
    for name in required:
        if name not in found and isinstance(node, MappingNode):
            reader.report(lint.missing_key.fault(reader.place(node), name))
    return found


def _earliest(steps: tuple[Step, ...]) -> datetime | None:
    moments = [step.at for step in steps if step.at is not None]
    arrivals = [issue.received_at for s in steps if s.arrival for issue in s.arrival.issues]
    return min([*moments, *(at for at in arrivals if at != NOW)], default=None)


def _another(issue: Issue, number: int) -> Issue:
    """The same trouble told by another person: name and phone end in the number."""
    who = issue.reporter
    phone = who.phone[: -len(str(number))] + str(number) if who.phone else ""
    name = f"{who.name}{number}" if who.name else ""
    return replace(issue, reporter=replace(who, name=name, phone=phone))


def _pairs(node: Node | None) -> list[tuple[Any, Node]]:
    return list(node.value) if isinstance(node, MappingNode) else []


def _is_empty(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.value in ("", "~", "none", "[]", "{}")


def _dated(node: Node, pairs: list[Entry]) -> Node:
    """An issue that does not say when it was received: the moment of its step is put in later."""
    start, end = node.start_mark, node.end_mark
    if not any(key.value in ("received_at", "收到时间") for key, _value in pairs):
        key, value = (ScalarNode("tag:yaml.org,2002:str", word, start, end)
                      for word in ("received_at", NOW.isoformat()))  # fmt: skip
        pairs = [*pairs, (key, value)]
    return MappingNode("tag:yaml.org,2002:map", pairs, start, end)
