"""Issues that came before, so that a rule's question to history has an answer without a store."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from referral_engine.model.issue import Issue
from referral_engine.rules.tree import Repeats, RuleSet
from referral_engine.rules.walk import questions

__all__ = ["Earlier"]

_Same = tuple[str, ...]


class Earlier:
    """Counts as the store does: equal values in a window, this issue itself counting as one.

    Holds moments by the combinations of fields that the rules ask for, and nothing personal
    beyond what they are told apart by.
    """

    def __init__(self, rules: RuleSet, township: Callable[[str], str]) -> None:
        """`township` tells the township a territory lies in."""
        self._readers: dict[str, Callable[[Issue], str]] = {
            "category": lambda issue: issue.category,
            "channel": lambda issue: issue.channel,
            "reporter": lambda issue: issue.reporter.key,
            "territory": lambda issue: issue.territory,
            "township": lambda issue: township(issue.territory) if issue.territory else "",
        }
        self._received: dict[_Same, dict[_Same, list[datetime]]] = {
            question.same: {} for question in _questions(rules)
        }
        self._longest: dict[_Same, timedelta] = {}
        self._questions = {question.key: question for question in _questions(rules)}
        for question in self._questions.values():
            known = self._longest.get(question.same, timedelta())
            self._longest[question.same] = max(known, question.within.elapsed())

    def answer(self, question: Repeats, issue: Issue) -> int:
        """How many cases of the question's window the issue makes, itself included."""
        values = self._values(question.same, issue)
        if values is None:
            return 1
        moments = self._received.get(question.same, {}).get(values, [])
        since = issue.received_at - question.within.elapsed()
        return bisect_right(moments, issue.received_at) - bisect_left(moments, since) + 1

    def answers(self, issue: Issue) -> dict[str, int]:
        """The answers to all that the rules may ask of the issue, whether or not it matters: where
        questions are few and history lies in memory, sorting them out would cost more."""
        return {key: self.answer(question, issue) for key, question in self._questions.items()}

    def add(self, issue: Issue) -> None:
        """Remembers an issue for those that follow. Sealed cases are never to be added."""
        for same, received in self._received.items():
            values = self._values(same, issue)
            if values is not None:
                insort(received.setdefault(values, []), issue.received_at)

    def forget(self, now: datetime) -> None:
        """Lets go of what no question asked from `now` on can reach back to."""
        for same, received in self._received.items():
            since = now - self._longest[same]
            for values, moments in list(received.items()):
                del moments[: bisect_left(moments, since)]
                if not moments:
                    del received[values]

    def __len__(self) -> int:
        """How many moments are held, one a question that an issue can be the answer to."""
        return sum(len(moments) for kept in self._received.values() for moments in kept.values())

    def _values(self, same: _Same, issue: Issue) -> _Same | None:
        """The values by which issues are compared; None where one is missing."""
        values = []
        for field in same:
            reader = self._readers.get(field)
            value = reader(issue) if reader is not None else ""
            if not value:
                return None
            values.append(value)
        return tuple(values)


def _questions(rules: RuleSet) -> Iterator[Repeats]:
    """Every question to history that routing may ask."""
    for table in rules.routing:
        for condition in (table.when, *(rule.when for rule in table.rules)):
            yield from questions(condition)
