"""An issue as a person could have given it differently, and how far that is from what they gave."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import NamedTuple

import msgspec

from referral_engine.model.issue import Issue
from referral_engine.rules.trace import written
from referral_engine.rules.tree import Value

__all__ = ["FIELDS", "Changed", "Difference", "Distance", "Measure", "Places", "Spot"]

FIELDS = ("category", "territory", "severity", "people", "tags", "received_at", "text")
"""What may be otherwise. Never ``accused``: nobody is helped to an accusation of somebody else."""

_STEPS_A_WORD = 3
_LETTERS_A_STEP = 100


class Spot(NamedTuple):
    """A territory: itself and what it lies in, nearest first, and who answers for it at each
    level (two that are answered for alike are interchangeable)."""

    line: tuple[str, ...]
    answering: Hashable


Places = Mapping[str, Spot]


class Distance(NamedTuple):
    """How many fields are otherwise, and then how far they are moved; see `Measure`."""

    fields: int
    steps: float


class Difference(msgspec.Struct, frozen=True):
    """One field that is otherwise. Of a text ``before`` is what was left out and ``after`` what
    was put in; an absent value is the empty string."""

    field: str
    before: str
    after: str


class Changed(msgspec.Struct, frozen=True):
    """An issue after some changes; ``added`` and ``removed`` are the words of its text."""

    issue: Issue
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def key(self) -> Hashable:
        """What tells two of the same original apart."""
        issue = self.issue
        return (
            issue.category, issue.territory, issue.severity, issue.people, frozenset(issue.tags),
            issue.received_at, issue.title, issue.text,
        )  # fmt: skip

    def touched(self, original: Issue) -> frozenset[str]:
        """The fields that are otherwise than in the original."""
        issue = self.issue
        found = {name for name in FIELDS[:-1] if getattr(issue, name) != getattr(original, name)}
        return frozenset(found | ({"text"} if self.added or self.removed else set()))

    def differences(self, original: Issue) -> tuple[Difference, ...]:
        """What is otherwise than in the original, in the order of FIELDS."""
        found = []
        for field in FIELDS[:-1]:
            before, after = getattr(original, field), getattr(self.issue, field)
            if before != after:
                found.append(Difference(field, *_told(field, before, after)))
        if self.added or self.removed:
            found.append(Difference("text", "、".join(self.removed), "、".join(self.added)))
        return tuple(found)


def _told(field: str, before: Value, after: Value) -> tuple[str, str]:
    if field != "tags":
        return written(before), written(after)
    assert isinstance(before, tuple)
    assert isinstance(after, tuple)
    gone = [str(tag) for tag in before if tag not in after]
    come = [str(tag) for tag in after if tag not in before]
    return "、".join(gone), "、".join(come)


class Measure:
    """How far a changed issue lies from its original.

    A step is: an edge of the category's or the territory's tree, a rank of severity, a person
    more or less, a tag, a day of the time of receipt. A word put into or taken out of the text is
    three: to choose another category is less than to tell of something else.
    """

    def __init__(self, original: Issue, categories: Mapping[str, tuple[str, ...]], places: Places):
        self._original = original
        self._categories = categories
        self._places = {code: spot.line for code, spot in places.items()}

    def __call__(self, changed: Changed) -> Distance:
        first, now = self._original, changed.issue
        steps = [
            _between(first.category, now.category, self._categories),
            _between(first.territory, now.territory, self._places),
            abs(first.severity - now.severity),
            abs(first.people - now.people),
            len(set(first.tags) ^ set(now.tags)),
            abs((first.received_at - now.received_at).total_seconds()) / 86400,
            _wording(changed),
        ]
        return Distance(sum(step > 0 for step in steps), sum(steps))


def _between(one: str, other: str, lines: Mapping[str, tuple[str, ...]]) -> int:
    """Edges from one code to the other; a missing or unknown one is as far as any can be."""
    if one == other:
        return 0
    up, down = lines.get(one, ()), lines.get(other, ())
    shared = len(set(up) & set(down))
    return max(1, len(up) + len(down) - 2 * shared)


def _wording(changed: Changed) -> float:
    words = (*changed.added, *changed.removed)
    return _STEPS_A_WORD * len(words) + sum(map(len, words)) / _LETTERS_A_STEP
