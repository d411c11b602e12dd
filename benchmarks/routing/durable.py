"""The same rules in durable-rules, called through its C binding, with text as flags.

Given the best it can be: only the rules of the event's category and group are asked (in rulesets of
at most 48, for more of them crash it), and what it cannot do rightly or fast (texts, lists, windows
of the day) is worked out outside and enters as a truth. One sid; the fact is retracted afterwards.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from benchmarks.routing.peers import Peer
from benchmarks.routing.workload import COUNTY, Event, Spec

__all__ = ["durable_rules"]

_PACK = 48


def durable_rules(specs: Sequence[Spec], tree: dict[str, str]) -> Peer:
    packs = {
        code: [_Pack(part) for part in _parted([s for s in specs if s.category in (code, parent)])]
        for code, parent in tree.items()
        if parent
    }
    place = {spec.id: number for number, spec in enumerate(specs)}

    def matching(event: Event) -> list[str]:
        values = _values(event)
        found = [name for pack in packs[event["category"]] for name in pack.ask(event, values)]
        return sorted(found, key=place.__getitem__)

    return matching


def _parted(specs: list[Spec]) -> Iterator[list[Spec]]:
    for begin in range(0, len(specs), _PACK):
        yield specs[begin : begin + _PACK]


def _values(event: Event) -> str:
    moment, territory = event["received_at"], event["territory"]
    return (
        f'"id":"1","sid":"1","kind":1,"severity":{event["severity"]},"people":{event["people"]},'
        f'"town":{territory[6:9]},"village":{territory[6:12]},'
        f'"minute":{moment.hour * 60 + moment.minute}'
    )


class _Pack:
    def __init__(self, specs: list[Spec]) -> None:
        import durable_rules_engine as engine

        self._engine = engine
        rules = {f"r{number}": _condition(spec) for number, spec in enumerate(specs)}
        rules["end"] = [{"kind": 1}]
        definition = {
            name: {"all": [{"m": {"$and": clauses}}], "pri": number + 1}
            for number, (name, clauses) in enumerate(rules.items())
        }
        self._handle = engine.create_ruleset("bench", json.dumps(definition))
        self._ids = {f"r{number}": spec.id for number, spec in enumerate(specs)}
        self._truths = [(f',"{key}":true', test) for spec in specs for key, test in _truths(spec)]

    def ask(self, event: Event, values: str) -> list[str]:
        flags = "".join([key for key, test in self._truths if test(event)])
        _handled, state = self._engine.assert_fact(self._handle, f"{{{values}{flags}}}")
        message = self._engine.start_action_for_state(self._handle, state)[1]
        found = []
        while message is not None:
            found.append(message[2 : message.index('"', 2)])
            message = self._engine.complete_and_start_action(self._handle, state)
        self._engine.retract_fact(self._handle, '{"id":"1","sid":"1"}')
        return [self._ids[name] for name in found if name != "end"]


def _condition(spec: Spec) -> list[dict[str, Any]]:
    clauses: list[dict[str, Any]] = [{"kind": 1}]
    if spec.severity:
        clauses.append({"$lte": {"severity": spec.severity}})
    if spec.people:
        clauses.append({"$gte": {"people": spec.people}})
    if spec.territory:
        below = spec.territory.removeprefix(COUNTY)
        clauses.append({"town" if len(below) == 3 else "village": int(below)})
    clauses.extend({key: True} for key, _test in _truths(spec))
    return clauses


def _truths(spec: Spec) -> Iterator[tuple[str, Callable[[Event], bool]]]:
    name = spec.id.removeprefix("rule-")
    words, tags, channels = spec.words, spec.tags, spec.channels
    if words or spec.pattern:
        search = re.compile(spec.pattern or "|".join(words)).search
        yield f"x{name}", lambda event: search(event["text"]) is not None
    if tags:
        disjoint = frozenset(tags).isdisjoint
        yield f"t{name}", lambda event: not disjoint(event["tags"])
    if channels:
        yield f"c{name}", lambda event: event["channel"] in channels
    if spec.hours:
        start, end = spec.hours
        yield f"h{name}", lambda event: _within(event, start, end)


def _within(event: Event, start: int, end: int) -> bool:
    moment = event["received_at"]
    minute = moment.hour * 60 + moment.minute
    return start <= minute < end if start < end else minute >= start or minute < end
