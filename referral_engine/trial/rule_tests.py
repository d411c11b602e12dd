"""YAML rule tests (rules.md) on the production decision; what happens then, in a box.

A test that only asks how an issue is decided needs no store: it is decided as `simulate` does.
Steps under ``then:`` run on a real engine whose clock stands where the step says.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from glob import escape

import msgspec

from referral_engine.errors import Place, Refused
from referral_engine.i18n import _
from referral_engine.model.case import Case
from referral_engine.model.event import Event
from referral_engine.model.principal import ENGINE
from referral_engine.rules.reader import Known, Reader
from referral_engine.rules.ruleset import Loaded
from referral_engine.rules.runtime import ActiveRules
from referral_engine.rules.tree_tests import Action, Expectation, RuleTest, Then
from referral_engine.trial.box import Box, open_box
from referral_engine.trial.deciding import Seen, mismatch
from referral_engine.trial.performer import Performer, Unperformed
from referral_engine.trial.preview import Preview
from referral_engine.workspace import Workspace
from referral_engine.worktime import Due, deadline

__all__ = ["Mismatch", "TestResult", "chosen", "known_by", "run_test", "run_tests"]


class Mismatch(msgspec.Struct, frozen=True):
    """What is not as the test says, and where the test says so."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place} {self.message}"


class TestResult(msgspec.Struct, frozen=True):
    """One test. ``rule`` is the one that decided, empty where nothing was decided."""

    __test__ = False  # it is no test class of pytest's

    name: str
    place: Place
    failures: tuple[Mismatch, ...] = ()
    rule: str = ""

    @property
    def passed(self) -> bool:
        return not self.failures


def run_tests(workspace: Workspace, loaded: Loaded, *, name: str | None = None) -> list[TestResult]:
    """Every test of the loaded rules, or those `chosen` by `name`, in their order.

    Raises Faulty where the rules cannot be compiled.
    """
    rules = workspace.activate(loaded.rule_set)
    known = known_by(workspace, loaded)
    return [run_test(workspace, rules, known, test) for test in chosen(loaded, name)]


def chosen(loaded: Loaded, pattern: str | None) -> tuple[RuleTest, ...]:
    """The tests whose name holds `pattern`, or is like it where it has a ``*`` or ``?``."""
    if pattern is None:
        return loaded.tests
    whole = pattern if set(pattern) & set("*?") else f"*{escape(pattern)}*"
    return tuple(test for test in loaded.tests if fnmatchcase(test.name, whole))


def known_by(workspace: Workspace, loaded: Loaded) -> Known:
    """What the words of a test may name."""
    rules = loaded.rule_set
    return Known(workspace.fields, loaded.names, rules.lists, rules.categories)


def run_test(
    workspace: Workspace,
    rules: ActiveRules,
    known: Known,
    test: RuleTest,
    *,
    live: bool = True,
    hasty: bool = False,
) -> TestResult:
    """One test on these rules; without `live` only its decision, not what happens then. A `hasty`
    run ends with the first step that fails."""
    return _Run(workspace, rules, known, test, live=live, hasty=hasty).result()


class _Run:
    """One test being run."""

    def __init__(
        self,
        workspace: Workspace,
        rules: ActiveRules,
        known: Known,
        test: RuleTest,
        *,
        live: bool,
        hasty: bool,
    ) -> None:
        self.workspace = workspace
        self.rules = rules
        self.test = test
        self._lives = live and bool(test.steps)
        self._hasty = hasty
        self._reader = Reader(test.place.file, known)
        self._failures: list[Mismatch] = []
        self._told = 0  # events that earlier steps have been held against

    def result(self) -> TestResult:
        rule = ""
        try:
            rule = self._decide()
            if self._lives:
                self._live()
        except Refused as refused:
            self._failures.append(Mismatch(self.test.place, str(refused)))
        return TestResult(self.test.name, self.test.place, tuple(self._failures), rule)

    def _decide(self) -> str:
        preview = Preview(self.workspace, self.rules)
        for issue in self.test.earlier:
            preview.resolve(issue)
        resolution = preview.resolve(self.test.issue)
        self._compare(self.test.expect, resolution.case, resolution.events)
        return resolution.case.rule

    # -- what happens then --------------------------------------------------------------------
    def _live(self) -> None:
        issues = [*self.test.earlier, self.test.issue]
        start = min(issue.received_at for issue in issues).astimezone(UTC)
        with open_box(self.workspace, start, rules=self.rules) as box:
            code = ""
            for issue in sorted(issues[:-1], key=lambda each: each.received_at) + issues[-1:]:
                box.advance_to(max(issue.received_at, box.now()))
                code = box.register(issue, ENGINE).case
                box.settle()
            for step in self.test.steps:
                if self._hasty and self._failures:
                    return
                self._step(box, code, step)

    def _step(self, box: Box, code: str, step: Then) -> None:
        moment = self._moment(step, box.now())
        if moment < box.now():
            message = _("the step lies before the one above it")
            self._failures.append(Mismatch(step.place, message))
            return
        box.advance_to(moment)
        for number, action in enumerate(step.do):
            self._perform(box, code, action, f"{step.place.line}/{number}")
        events = tuple(box.events(code))
        self._compare(step.expect, box.case(code), events)
        self._told = len(events)

    def _moment(self, step: Then, now: datetime) -> datetime:
        if step.at is not None:
            return step.at
        assert step.after is not None, "the reader asks for one of the two"
        if not step.after.working:
            return now + step.after.elapsed()
        hours = self.workspace.org.content.hours
        end = deadline(now, step.after, self.workspace.calendar, hours)
        assert isinstance(end, Due), "nothing stops this clock"
        return end.at

    def _perform(self, box: Box, code: str, action: Action, turn: str) -> None:
        try:
            Performer(box, self._reader).perform(code, action, turn)
        except (Refused, Unperformed) as error:
            message = _("{verb} was refused: {why}").format(verb=action.verb, why=error)
            self._failures.append(Mismatch(action.place, message))
        box.settle()

    # -- comparing ----------------------------------------------------------------------------
    def _compare(
        self,
        expected: Iterable[Expectation],
        case: Case,
        events: tuple[Event, ...],
    ) -> None:
        seen = Seen(case, events, self._told, self.workspace.org, self.workspace.calendar.zone)
        for each in expected:
            if text := mismatch(seen, each):
                self._failures.append(Mismatch(each.place, text))
