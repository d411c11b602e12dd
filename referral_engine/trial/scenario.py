"""Telling a story: every step through the real engine, every demand looked up, nothing assumed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from referral_engine.errors import Place, Refused
from referral_engine.i18n import _
from referral_engine.model.issue import Issue
from referral_engine.model.outcome import Notice
from referral_engine.model.principal import Principal
from referral_engine.rules.runtime import ActiveRules
from referral_engine.trial.actors import Unknown, principal_of
from referral_engine.trial.box import Box, open_box
from referral_engine.trial.invariants import broken
from referral_engine.trial.names import Missing, Names
from referral_engine.trial.read_story import read_story
from referral_engine.trial.seen import Look, difference
from referral_engine.trial.story import NOW, Act, Arrival, Step, Story
from referral_engine.workspace import Workspace
from referral_engine.worktime import Due, deadline

__all__ = ["Failure", "Report", "Row", "run_scenario", "tell"]


class Failure(msgspec.Struct, frozen=True):
    """Something was not as the story says; ``case`` is its short name, empty for the whole."""

    place: Place
    case: str
    message: str

    def __str__(self) -> str:
        return f"{self.place} {self.case + ': ' if self.case else ''}{self.message}"


class Row(msgspec.Struct, frozen=True):
    """One step as told: when, who, what, on which case, and how it stands after it."""

    at: datetime
    actor: str
    what: str
    case: str
    state: str
    owner: str
    refused: str = ""
    checks: int = 0
    note: str = ""


class Report(msgspec.Struct, frozen=True):
    """``cases`` maps short names to codes; ``rows`` are in order of time, times UTC."""

    story: str
    file: str
    passed: bool
    rows: tuple[Row, ...]
    failures: tuple[Failure, ...]
    cases: dict[str, str]


def run_scenario(
    path: Path, workspace: Workspace, rules: ActiveRules | None = None, database: str = ""
) -> Report:
    """Tells the story of a file on the workspace's rules (or `rules`, compiled already), in an
    empty `database` where one is named.

    Raises Faulty for faults of the file or the rules, FileNotFoundError. What is not as the story
    says is in the report; the story goes on after it.
    """
    active = rules or workspace.activate(workspace.rules())
    story = read_story(path, workspace, active.rule_set)
    with open_box(
        workspace, story.start, rules=active, plugins=story.plugins, database=database
    ) as box:
        return tell(story, str(path), box)


def tell(story: Story, file: str, box: Box) -> Report:
    """The story on a box that stands at its start."""
    teller = _Teller(box)
    for step in story.steps:
        teller.step(step)
    rows, failures = tuple(teller.rows), tuple(teller.failures)
    return Report(story.name, file, not failures, rows, failures, dict(teller.names.codes))


class _Teller:
    def __init__(self, box: Box) -> None:
        self.box = box
        self.names = Names()
        self.rows: list[Row] = []
        self.failures: list[Failure] = []
        self._told = 0
        self._broken: set[str] = set()

    def step(self, step: Step) -> None:
        """One step; whatever goes wrong in it is a failure at its place."""
        self._told = len(self.box.post.delivered)
        try:
            self._pass_time(step)
            if step.arrival is not None:
                self._arrive(step, step.arrival)
            elif step.act is not None:
                self._act(step, step.act)
            elif not step.expect or step.down_until:
                self._row(step, "", "")
            self._look(step)
        except (Missing, Unknown) as error:
            self._fail(step.place, "", _("unknown here: {name}").format(name=error))
        for text in broken(self.box.store):
            if text not in self._broken:  # what once does not hold is told once
                self._broken.add(text)
                self._fail(step.place, "", text)

    # -- time ---------------------------------------------------------------------------------
    def _pass_time(self, step: Step) -> None:
        moment = self._moment(step)
        if moment < self.box.now():
            at = self.box.now().isoformat()
            self._fail(
                step.place, "", _("the step lies before the one above it: {at}").format(at=at)
            )
            return
        self.box.advance_to(moment)
        if step.down_until is not None:
            self.box.sleep_until(step.down_until)

    def _moment(self, step: Step) -> datetime:
        """``after`` in working time counts by the county's hours, as a deadline does."""
        now = self.box.now()
        if step.at is not None:
            return step.at
        if step.after is None:
            return now
        if not step.after.working:
            return now + step.after.elapsed()
        hours = self.box.workspace.org.content.hours
        end = deadline(now, step.after, self.box.workspace.calendar, hours)
        assert isinstance(end, Due), "nothing stops this clock"
        return end.at

    # -- doing --------------------------------------------------------------------------------
    def _arrive(self, step: Step, arrival: Arrival) -> None:
        by = self._by(step, "")
        for name, issue in zip(arrival.names, arrival.issues, strict=True):
            known = replace(issue, received_at=self._received(issue))
            try:
                answer = self.box.register(known, by, auto_accept=arrival.auto_accept)
            except Refused as refused:
                self._refused(step, name, "register", refused)
                continue
            self.names.add(name, answer.case)
            self.box.settle()
            self._row(step, name, "register")
            self._not_refused(step, name)

    def _received(self, issue: Issue) -> datetime:
        return self.box.now() if issue.received_at == NOW else issue.received_at

    def _act(self, step: Step, act: Act) -> None:
        for name, code in self.names.cases(step.cases).items():
            by = self._by(step, code)
            before = set(self.box.codes())
            try:
                command = self.names.resolved(act.command, self.box.case(code), by)
                self.box.do(code, command, by, happened_at=step.happened_at)
            except Refused as refused:
                self._refused(step, name, act.verb, refused)
                continue
            self.box.settle()
            made = [each for each in self.box.codes() if each not in before]
            self._row(step, name, act.verb)
            self._not_refused(step, name)
            for part, new in zip(act.parts, made, strict=False):
                self.names.codes[part] = new
        self.names.last = next(reversed(self.names.cases(step.cases)))

    def _by(self, step: Step, code: str) -> Principal:
        assert step.by is not None, "the reader asks for an actor"
        case = self.box.case(code) if code else None
        return principal_of(step.by, self.box.workspace.org, case)

    # -- looking ------------------------------------------------------------------------------
    def _look(self, step: Step) -> None:
        if not step.expect:
            return
        told: list[Notice] = [notice for _at, notice in self.box.post.delivered[self._told :]]
        for name, code in self.names.cases(step.cases).items():
            look = Look(self.box, code, self.names, told)
            for expected in step.expect:
                if text := difference(look, expected):
                    self._fail(expected.place, name, text)
        if step.act is None and step.arrival is None:
            self._row(step, step.cases or self.names.last, "see")

    def _row(self, step: Step, name: str, what: str, refused: str = "") -> None:
        found = self.names.codes.get(name)
        case = self.box.case(found) if found else None
        self.rows.append(
            Row(
                self.box.now(), str(step.by or ""), what, name, case.state if case else "",
                case.owner if case else "", refused, len(step.expect), step.note,
            )
        )  # fmt: skip

    def _refused(self, step: Step, name: str, what: str, refused: Refused) -> None:
        self._row(step, name, what, refused.code)
        if refused.code != step.refused:
            self._fail(
                step.place, name, _("{what} was refused: {why}").format(what=what, why=refused)
            )

    def _not_refused(self, step: Step, name: str) -> None:
        if step.refused:
            message = _("expected to be refused with {code}, and was done")
            self._fail(step.place, name, message.format(code=step.refused))

    def _fail(self, place: Place, case: str, message: str) -> None:
        self.failures.append(Failure(place, case, message))
