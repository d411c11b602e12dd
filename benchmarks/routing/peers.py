"""The same rules in other engines: each a function from an event to the ids of all matching rules.

Each gets the form it is fastest in, of those that were tried, and things made easy for it: the
minute of the day is worked out before, group codes are spelt out. What is not installed is left out
by `bench_routing`, which says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import compress
from typing import Any

from benchmarks.routing.workload import Event, Spec

__all__ = ["PEERS", "Peer"]

Peer = Callable[[Event], list[str]]


def _plain(event: Event) -> dict[str, Any]:
    moment = event["received_at"]
    plain = {name: value for name, value in event.items() if name != "received_at"}
    return {**plain, "tags": list(event["tags"]), "minute": moment.hour * 60 + moment.minute}


def _leaves(spec: Spec, tree: dict[str, str]) -> list[str]:
    return [code for code, parent in tree.items() if parent and spec.category in (code, parent)]


def _quoted(words: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"


def _clauses(spec: Spec, tree: dict[str, str], say: dict[str, str], both: str, one: str) -> str:
    """The rule as an expression; `say` has one template for each kind of condition."""
    leaves = _leaves(spec, tree)
    clauses = [
        f'category == "{leaves[0]}"' if len(leaves) == 1 else f"category in {_quoted(leaves)}"
    ]
    if spec.severity:
        clauses.append(f"severity <= {spec.severity}")
    if spec.people:
        clauses.append(f"people >= {spec.people}")
    if spec.channels:
        clauses.append(f"channel in {_quoted(spec.channels)}")
    if spec.hours:
        start, end = spec.hours
        clauses.append(f"(minute >= {start} {one if start > end else both} minute < {end})")
    several = {"territory": (spec.territory,), "tags": spec.tags, "words": spec.words}
    for kind, words in several.items():
        if words and words[0]:
            clauses.append("(" + f" {one} ".join(say[kind].format(word) for word in words) + ")")
    if spec.pattern:
        clauses.append(say["pattern"].format(spec.pattern))
    return f" {both} ".join(clauses)


def zen_engine(specs: Sequence[Spec], tree: dict[str, str]) -> Peer:
    """One decision table that collects, a row a rule, one expression a row."""
    import zen

    say = {
        "territory": 'startsWith(territory, "{}")', "tags": '"{}" in tags',
        "words": 'contains(text, "{}")', "pattern": 'matches(text, "{}")',
    }  # fmt: skip
    rows = [
        {"_id": spec.id, "when": _clauses(spec, tree, say, "and", "or"), "id": f'"{spec.id}"'}
        for spec in specs
    ]
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": "when", "name": "when"}],
        "outputs": [{"id": "id", "name": "id", "field": "id"}],
        "rules": rows,
    }
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        {"id": "t", "name": "t", "type": "decisionTableNode", "content": table},
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [
        {"id": "a", "type": "edge", "sourceId": "in", "targetId": "t"},
        {"id": "b", "type": "edge", "sourceId": "t", "targetId": "out"},
    ]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    return lambda event: [row["id"] for row in decision.evaluate(_plain(event))["result"] or []]


def common_expression_language(specs: Sequence[Spec], tree: dict[str, str]) -> Peer:
    """One compiled expression that lists the truth of every rule; a program a rule is slower."""
    import cel

    say = {
        "territory": 'territory.startsWith("{}")', "tags": '"{}" in tags',
        "words": 'text.contains("{}")', "pattern": 'text.matches("{}")',
    }  # fmt: skip
    clauses = ", ".join(f"({_clauses(spec, tree, say, '&&', '||')})" for spec in specs)
    truths = cel.compile(f"[{clauses}]")
    ids = [spec.id for spec in specs]
    return lambda event: list(compress(ids, truths.execute(cel.Context(_plain(event)))))


def rule_engine(specs: Sequence[Spec], tree: dict[str, str]) -> Peer:
    """One compiled rule a rule."""
    import rule_engine as engine

    say = {
        "territory": 'territory.starts_with("{}")', "tags": '"{}" in tags',
        "words": '"{}" in text', "pattern": 'text =~~ "{}"',
    }  # fmt: skip
    rules = [(s.id, engine.Rule(_clauses(s, tree, say, "and", "or"))) for s in specs]

    def matching(event: Event) -> list[str]:
        plain = _plain(event)
        return [name for name, rule in rules if rule.matches(plain)]

    return matching


PEERS: dict[str, Callable[[Sequence[Spec], dict[str, str]], Peer]] = {
    "zen-engine": zen_engine,
    "common-expression-language": common_expression_language,
    "rule-engine": rule_engine,
}
