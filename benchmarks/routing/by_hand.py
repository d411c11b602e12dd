"""FROZEN. Routing as a good Python programmer writes it by hand for rules of this form.

A dictionary from the category to the rules that can match (its own and its group's), then a loop
with plain comparisons, cheapest first, texts last, that leaves a rule at the first that fails.
What several rules need is fetched once before the loop. The words are tested with `in`, the
patterns with compiled `re`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from benchmarks.routing.workload import Event, Spec

__all__ = ["by_hand"]


class Rule:
    """A rule as the loop reads it; empty means not asked."""

    __slots__ = (
        "channels", "crossing", "end", "hours", "id", "people", "search", "severity", "tags",
        "territory", "words",
    )  # fmt: skip

    def __init__(self, spec: Spec) -> None:
        self.id = spec.id
        self.severity = spec.severity
        self.people = spec.people
        self.channels = frozenset(spec.channels)
        self.territory = spec.territory
        self.tags = frozenset(spec.tags)
        self.words = spec.words
        self.search = re.compile(spec.pattern).search if spec.pattern else None
        self.hours, self.end = spec.hours or (-1, -1)
        self.crossing = self.hours > self.end


def by_hand(
    specs: Sequence[Spec], tree: dict[str, str], *, first: bool = False
) -> Callable[[Event], list[str]]:
    """The function from an event to the ids of all matching rules, or of the first alone."""
    by_category = {
        code: [Rule(spec) for spec in specs if spec.category in (code, parent)]
        for code, parent in tree.items()
        if parent
    }

    def matching(event: Event) -> list[str]:
        found: list[str] = []
        severity, people, channel = event["severity"], event["people"], event["channel"]
        territory, tags, text = event["territory"], event["tags"], event["text"]
        moment = event["received_at"]
        minute = moment.hour * 60 + moment.minute
        for rule in by_category[event["category"]]:
            if rule.severity and severity > rule.severity:
                continue
            if people < rule.people:
                continue
            if rule.hours >= 0:
                if rule.crossing:
                    if rule.end <= minute < rule.hours:
                        continue
                elif not rule.hours <= minute < rule.end:
                    continue
            if rule.channels and channel not in rule.channels:
                continue
            if rule.territory and not territory.startswith(rule.territory):
                continue
            if rule.tags and rule.tags.isdisjoint(tags):
                continue
            if rule.words:
                for word in rule.words:
                    if word in text:
                        break
                else:
                    continue
            if rule.search is not None and not rule.search(text):
                continue
            found.append(rule.id)
            if first:
                break
        return found

    return matching
