"""From a model of the solver to an issue, and the issue through the real matcher."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from referral_engine.model.issue import Attachment, Issue, Location, Reporter
from referral_engine.prove.solver import Formula, Model, Solver
from referral_engine.prove.symbols import USUAL, Symbols
from referral_engine.prove.words import Unwritten
from referral_engine.rules.fields import Registry
from referral_engine.rules.runtime import Decider
from referral_engine.rules.subject import Subject
from referral_engine.rules.tree import Decision, Repeats, RuleSet, Value
from referral_engine.trial.earlier import Earlier

__all__ = ["Matcher", "Shown", "Witness", "witness"]

_MINUTE = timedelta(minutes=1)
_CHANNELS = ("app", "web")


class Witness(msgspec.Struct, frozen=True):
    """An issue, and those that came before where a rule asks history."""

    issue: Issue
    earlier: tuple[Issue, ...] = ()


class Shown(msgspec.Struct, frozen=True):
    """A witness with the rule that decides it and those that prepare it, by the matcher."""

    witness: Witness
    rule: str
    prepared: tuple[str, ...]


def witness(symbols: Symbols, solver: Solver, model: Model) -> Witness | Unwritten:
    """The issue that the model describes; Unwritten where no text has what it asks."""
    values: dict[str, Any] = {}
    for field, booleans in symbols.incoming.items():
        classes = symbols.domains[field].classes
        number = next(n for n, each in enumerate(booleans) if solver.holds(model, each))
        values[field] = _chosen(field, classes[number].admitted)
    for field, elements in symbols.lists.items():
        if not solver.holds(model, elements.missing):
            values[field] = _listed(symbols, solver, model, field)
    for field, texts in symbols.texts.items():
        written = texts.write(model)
        if isinstance(written, Unwritten):
            return written
        values[field] = written
    issue = _issue(values)
    return Witness(issue, tuple(_before(issue, _counts(symbols, solver, model))))


class Matcher:
    """The router that decides in service, with history from the issues that came before."""

    def __init__(
        self, rule_set: RuleSet, router: Decider, fields: Registry, township: Callable[[str], str]
    ) -> None:
        self._rule_set = rule_set
        self._router = router
        self._fields = fields
        self._township = township

    def decide(self, found: Witness) -> Decision:
        """What becomes of the witness."""
        history = Earlier(self._rule_set, self._township)
        for issue in found.earlier:
            if not self._decide(issue, history).seal and not issue.accused:
                history.add(issue)
        return self._decide(found.issue, history)

    def _decide(self, issue: Issue, history: Earlier) -> Decision:
        subject = Subject.from_issue(issue, self._fields)
        asked = self._router.questions(subject)
        answers = {each.key: history.answer(each, issue) for each in asked}
        day = self._router.terms.world.local(issue.received_at).date()
        return self._router.decide(subject, answers, day)


# -- an issue from values ---------------------------------------------------------------------
def _chosen(field: str, admitted: tuple[Value | None, ...]) -> Value | None:
    """Any value of the class: the usual one, else rather one than none."""
    usual = USUAL.get(field)
    if usual is not None and usual in admitted:
        return usual
    return next((value for value in admitted if value is not None), None)


def _listed(symbols: Symbols, solver: Solver, model: Model, field: str) -> tuple[str, ...]:
    elements = symbols.lists[field]
    held = [word for word, holds in elements.held.items() if solver.holds(model, holds)]
    if solver.holds(model, elements.other):
        known = symbols.county.units if field == "accused" else ("其他", "另外")
        held += [next(word for word in known if word not in elements.held)]
    return tuple(held)


def _issue(values: Mapping[str, Any]) -> Issue:
    anonymous = bool(values.get("reporter_anonymous"))
    optional = {
        name: values[name]
        for name in ("category", "territory", "text", "people", "severity", "tags", "accused")
        if values.get(name) is not None
    }
    return Issue(
        channel=values.get("channel") or str(USUAL["channel"]),
        received_at=values["received_at"],
        reporter=Reporter(anonymous=True) if anonymous else Reporter(phone="10000000000"),
        location=Location(lat=40.0, lon=95.0) if values.get("has_location") else None,
        attachments=(Attachment("1.jpg"),) if values.get("has_attachments") else (),
        extra={
            name.removeprefix("extra."): _plain(value)
            for name, value in values.items()
            if "." in name and value is not None
        },
        **optional,
    )


def _plain(value: Any) -> str | int | float | bool:
    """A value of a field that an importer or a plugin declares, as it stands in a file."""
    if isinstance(value, tuple):
        return ",".join(value) or ","
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, (bool, int, float, str)) else str(value)


# -- history ----------------------------------------------------------------------------------
def _counts(symbols: Symbols, solver: Solver, model: Model) -> list[tuple[Repeats, int]]:
    """How often each question must count, what is alike in most things first."""
    found = []
    for question in symbols.questions:
        known: Mapping[int, Formula] = symbols.history[question.key]
        reached = [number for number, holds in known.items() if solver.holds(model, holds)]
        found.append((question, max(reached, default=1)))
    return sorted(found, key=lambda each: -len(each[0].same))


def _before(issue: Issue, counts: list[tuple[Repeats, int]]) -> Iterator[Issue]:
    """Earlier issues, alike in what the questions compare and otherwise plain."""
    made = 0
    for question, number in counts:
        missing = number - 1 - made
        for _each in range(missing):
            made += 1
            at = issue.received_at - made * _MINUTE
            yield _plain_like(issue, question, at)


def _plain_like(issue: Issue, question: Repeats, at: datetime) -> Issue:
    plain = Issue(
        channel=issue.channel, received_at=at, category=issue.category, territory=issue.territory,
        reporter=issue.reporter,
    )  # fmt: skip
    if "reporter" not in question.same:
        plain = replace(plain, reporter=Reporter(phone="20000000000"))
    if "channel" not in question.same:
        other = next(c for c in _CHANNELS if c != issue.channel)
        plain = replace(plain, channel=other)
    return plain
