"""FROZEN. The same as `by_hand`, taken to the limit: a program writes the Python source.

For each category there is one function, found in a dictionary, that asks the rules of that category
and of its group in straight-line code, cheapest comparison first, texts last: no rule objects, no
loop, no calls but `startswith` and `search`. Nobody writes or maintains this by hand; it shows what
is left between a loop and the fastest that CPython does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from benchmarks.routing.workload import Event, Spec

__all__ = ["generated"]


def generated(
    specs: Sequence[Spec], tree: dict[str, str], *, first: bool = False
) -> Callable[[Event], list[str]]:
    """The function from an event to the ids of all matching rules, or of the first alone."""
    patterns = {spec.pattern: f"search_{n}" for n, spec in enumerate(specs) if spec.pattern}
    given = {name: re.compile(pattern).search for pattern, name in patterns.items()}
    source = []
    functions = {}
    for number, (code, parent) in enumerate(tree.items()):
        if parent:
            rules = [spec for spec in specs if spec.category in (code, parent)]
            functions[code] = f"route_{number}"
            source.append(_function(functions[code], rules, patterns, first))
    namespace: dict[str, object] = dict(given)
    exec("\n\n".join(source), namespace)
    route = {code: namespace[name] for code, name in functions.items()}
    return lambda event: route[event["category"]](event)  # type: ignore[operator]


def _function(name: str, rules: Sequence[Spec], patterns: dict[str, str], first: bool) -> str:
    lines = [f"def {name}(event):"]
    lines += [f"    {line}" for line in _preparations(rules)]
    if not first:
        lines.append("    found = []")
    for spec in rules:
        lines.append(f"    if {' and '.join(_tests(spec, patterns)) or 'True'}:")
        lines.append(
            f"        return ['{spec.id}']" if first else f"        found.append('{spec.id}')"
        )
    lines.append("    return []" if first else "    return found")
    return "\n".join(lines)


def _preparations(rules: Sequence[Spec]) -> Iterable[str]:
    """What the rules of the category need, each fetched once."""
    if any(spec.territory for spec in rules):
        yield "under = event['territory'].startswith"
    if any(spec.severity for spec in rules):
        yield "severity = event['severity']"
    if any(spec.people for spec in rules):
        yield "people = event['people']"
    if any(spec.channels for spec in rules):
        yield "channel = event['channel']"
    if any(spec.tags for spec in rules):
        yield "tags = event['tags']"
    if any(spec.hours for spec in rules):
        yield "moment = event['received_at']"
        yield "minute = moment.hour * 60 + moment.minute"
    if any(spec.words or spec.pattern for spec in rules):
        yield "text = event['text']"


def _tests(spec: Spec, patterns: dict[str, str]) -> Iterable[str]:
    """The conditions, cheapest first; the category has been asked by the dictionary."""
    if spec.severity:
        yield f"severity <= {spec.severity}"
    if spec.people:
        yield f"people >= {spec.people}"
    if spec.hours:
        start, end = spec.hours
        crossing = start > end
        yield f"(minute >= {start} {'or' if crossing else 'and'} minute < {end})"
    if spec.channels:
        yield f"channel in {spec.channels!r}"
    if spec.territory:
        yield f"under({spec.territory!r})"
    if spec.tags:
        yield "(" + " or ".join(f"{tag!r} in tags" for tag in spec.tags) + ")"
    if spec.words:
        yield "(" + " or ".join(f"{word!r} in text" for word in spec.words) + ")"
    if spec.pattern:
        yield patterns[spec.pattern] + "(text)"
