"""Paths: ordered steps with whom to refer to, clocks, and where each leads."""

from __future__ import annotations

from typing import NamedTuple

from yaml.nodes import MappingNode, Node, SequenceNode

from referral_engine.errors import Place
from referral_engine.rules import lint, vocabulary
from referral_engine.rules.clocks import read_within
from referral_engine.rules.convert import read_bool, read_span
from referral_engine.rules.effects import read_refer
from referral_engine.rules.reader import Entry, Reader
from referral_engine.rules.tree import Objection, Path, PathStep
from referral_engine.spelling import nearest

__all__ = ["read_path_ids", "read_path_table"]

_PATH_KEYS = frozenset({"id", "name", "basis", "steps"})
_STEP_KEYS = frozenset(
    {"id", "name", "refer", "within", "on", "begins", "decline", "extend", "stops", "final"}
)
_END_KEYS = frozenset({"next", "outcome"})


class _End(NamedTuple):
    """Where a step leads: another step (with its place), an outcome, or both empty: the end."""

    step: str = ""
    outcome: str = ""
    place: Place | None = None


def read_path_ids(root: Node) -> set[str]:
    """The ids of the paths in a file, before it is read: rules refer to them."""
    found: set[str] = set()
    for path in _values(root, "paths", "路径表"):
        for item in path.value if isinstance(path.value, list) else ():
            found.update(str(node.value) for node in _values(item, "id", "编号"))
    return found


def read_path_table(reader: Reader, root: Node) -> tuple[Path, ...]:
    """The paths of a ``kind: path`` file; a path with a faulty step is read without it."""
    entries = reader.entries(root, ("kind", "rank", "paths"), required=("paths",))
    if "paths" not in entries:
        return ()
    found = (_path(reader, node) for node in reader.items(entries["paths"][1]))
    return tuple(path for path in found if path is not None)


def _path(reader: Reader, node: Node) -> Path | None:
    entries = reader.entries(node, _PATH_KEYS, required=("id", "name", "steps"))
    if "id" not in entries or "steps" not in entries:
        return None
    steps: dict[str, PathStep] = {}
    ends: list[tuple[str, _End]] = []
    for item in reader.items(entries["steps"][1]):
        _step(reader, item, steps, ends)
    for _id, end in ends:
        if end.step and end.step not in steps and end.place:
            near = nearest(end.step, steps)
            reader.report(lint.unknown_reference.fault(end.place, end.step, near))
    _report_loop(reader, steps)
    return Path(
        id=reader.text(entries["id"][1]),
        name=reader.optional(entries, "name"),
        steps=tuple(steps.values()),
        place=reader.place(entries["id"][1]),
        basis=reader.optional(entries, "basis"),
    )


def _step(
    reader: Reader, node: Node, steps: dict[str, PathStep], ends: list[tuple[str, _End]]
) -> None:
    entries = reader.entries(node, _STEP_KEYS, required=("id", "name"))
    if "id" not in entries:
        return
    step_id, place = reader.text(entries["id"][1]), reader.place(entries["id"][1])
    if step_id in steps:
        reader.report(lint.duplicate_id.fault(place, step_id, steps[step_id].place))
        return
    on = entries.get("on")
    leads = reader.entries(on[1], ("success", "failure", "objection")) if on else {}
    success, failure = _end(reader, leads.get("success")), _end(reader, leads.get("failure"))
    objection = _objection(reader, leads.get("objection"), step_id, ends)
    ends += [(step_id, success), (step_id, failure)]
    steps[step_id] = PathStep(
        id=step_id,
        name=reader.optional(entries, "name"),
        refer=read_refer(reader, entries["refer"][1]) if "refer" in entries else None,
        within=read_within(reader, entries["within"][1]) if "within" in entries else (),
        place=place,
        success=success.step,
        failure=failure.step,
        outcome_success=success.outcome,
        outcome_failure=failure.outcome,
        decline=read_span(reader, entries["decline"][1]) if "decline" in entries else None,
        extend=read_within(reader, entries["extend"][1]) if "extend" in entries else None,
        stops=_stops(reader, entries.get("stops")),
        objection=objection,
        final=bool(read_bool(reader, entries["final"][1])) if "final" in entries else False,
        begins=_begins(reader, entries.get("begins")),
    )


def _stops(reader: Reader, entry: Entry | None) -> tuple[str, ...] | None:
    """The grounds; an empty list forbids every stop, no list none."""
    if entry is None:
        return None
    words = (reader.word(node, vocabulary.STOPS) for node in reader.items(entry[1]))
    return tuple(word for word in words if word)


def _objection(
    reader: Reader, entry: Entry | None, step: str, ends: list[tuple[str, _End]]
) -> Objection | None:
    """``{next: id, within: 30d}``; its step is checked like that of any other end."""
    if entry is None:
        return None
    inside = reader.entries(entry[1], ("next", "within"), required=("next", "within"))
    if len(inside) < 2:
        return None
    following, span = inside["next"][1], read_span(reader, inside["within"][1])
    ends.append((step, _End(reader.text(following), "", reader.place(following))))
    return None if span is None else Objection(reader.text(following), span)


def _begins(reader: Reader, entry: Entry | None) -> tuple[str, ...]:
    """One promise or a list of them."""
    if entry is None:
        return ()
    nodes = reader.items(entry[1]) if isinstance(entry[1], SequenceNode) else [entry[1]]
    words = (reader.word(node, vocabulary.PROMISES) for node in nodes)
    return tuple(word for word in words if word)


def _end(reader: Reader, entry: Entry | None) -> _End:
    """A step's id, or ``{next: id, outcome: word}`` with either of the two."""
    if entry is None:
        return _End()
    node = entry[1]
    if not isinstance(node, MappingNode):
        return _End(reader.text(node), "", reader.place(node))
    inside = reader.entries(node, _END_KEYS)
    outcome = reader.word(inside["outcome"][1], vocabulary.OUTCOMES) if "outcome" in inside else ""
    if "next" not in inside:
        return _End("", outcome)
    following = inside["next"][1]
    return _End(reader.text(following), outcome, reader.place(following))


def _report_loop(reader: Reader, steps: dict[str, PathStep]) -> None:
    """A path comes to an end: the first step from which one can come back to itself is named."""
    for first in steps.values():
        way = _way_back(first.id, steps)
        if way:
            reader.report(lint.loop.fault(first.place, " → ".join(way)))
            return


def _way_back(start: str, steps: dict[str, PathStep]) -> list[str]:
    pending, seen = [[start]], set[str]()
    while pending:
        way = pending.pop()
        step = steps[way[-1]]
        beyond = step.objection.step if step.objection else ""
        for following in (step.success, step.failure, beyond):
            if following == start:
                return [*way, start]
            if following in steps and following not in seen:
                seen.add(following)
                pending.append([*way, following])
    return []


def _values(node: Node, *keys: str) -> list[Node]:
    if not isinstance(node, MappingNode):
        return []
    return [value for key, value in node.value if key.value in keys]
