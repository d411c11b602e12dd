"""Recorded cases decided under two rule sets, a stretch at a time; what every process runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from referral_engine.errors import ReferralError
from referral_engine.flow.draft import Setting
from referral_engine.rules.runtime import ActiveRules
from referral_engine.rules.subject import Subject
from referral_engine.rules.tree import Decision, Repeats, RuleSet
from referral_engine.store import Period, Reader, RecordedDecision, Store
from referral_engine.trial.backtest.compare import Change, compared
from referral_engine.trial.backtest.meaning import Meanings
from referral_engine.trial.backtest.replay import Replayed, offered
from referral_engine.trial.backtest.tally import Tally
from referral_engine.workspace import Workspace

__all__ = ["Part", "Stretch", "Worker"]

Stretch = tuple[str, str]


class Part(NamedTuple):
    """What a stretch of cases came to; changes in the order of their codes."""

    tally: Tally
    changes: list[Change]


class Worker:
    """Two rule sets compiled in one world, on one store. ``now`` judges what is still open."""

    def __init__(
        self, workspace: Workspace, store: Store, rules: tuple[RuleSet, RuleSet], now: datetime,
        period: Period,
    ) -> None:  # fmt: skip
        self._store = store
        self._calendar = workspace.calendar
        self._fields = workspace.fields
        self._now = now
        self._period = period
        active = [workspace.activate(each) for each in rules]
        self._rules: list[ActiveRules] = active
        self._settings: list[Setting] = [workspace.setting(each, {}) for each in active]
        self._meanings = Meanings()

    def stretch(self, stretch: Stretch) -> Part:
        """The cases of a stretch, in one view of the store. Raises Refused, Unavailable."""
        part = Part(Tally(), [])
        with self._store.reading() as reader:
            for recorded in reader.decisions(stretch, self._period):
                part.tally.cases += 1
                if recorded.issue is None:
                    part.tally.gone += 1
                    continue
                try:
                    self._case(reader, recorded, part)
                except ReferralError:
                    part.tally.undecided += 1
        return part

    def _case(self, reader: Reader, recorded: RecordedDecision, part: Part) -> None:
        replayed = Replayed(recorded)
        subject = Subject.from_issue(replayed.issue, self._fields)
        answers = self._answers(reader, recorded, replayed, subject, part.tally)
        day = self._calendar.local_day(replayed.issue.received_at)
        before, after = [
            rules.router.decide(subject, answers, day, first_only=True, trace=False)
            for rules in self._rules
        ]
        same = self._same(before, after)
        self._load(replayed, before, after, same, part.tally)
        if same:
            part.tally.renamed += before.rule != after.rule
        elif (change := self._change(reader, replayed, answers)) is not None:
            part.tally.change(change)
            part.changes.append(change)
        else:
            part.tally.renamed += before.rule != after.rule

    def _same(self, before: Decision, after: Decision) -> bool:
        old, new = self._rules
        return self._meanings.number(old, before) == self._meanings.number(new, after)

    def _load(
        self, replayed: Replayed, before: Decision, after: Decision, same: bool, tally: Tally
    ) -> None:
        old = offered(replayed, before, self._settings[0])
        new = old if same else offered(replayed, after, self._settings[1])
        tally.offered(self._calendar.local_day(replayed.at), old, new)

    def _change(
        self, reader: Reader, replayed: Replayed, answers: Mapping[str, int]
    ) -> Change | None:
        before, after = [replayed.outcome(setting, dict(answers)) for setting in self._settings]
        loaded = reader.load(replayed.code)
        case = loaded.case if loaded is not None else None
        return compared(replayed.code, replayed.at, before, after, case, self._now)

    def _answers(
        self, reader: Reader, recorded: RecordedDecision, replayed: Replayed, subject: Subject,
        tally: Tally,
    ) -> dict[str, int]:  # fmt: skip
        """Those kept with the decision; what was not asked then is asked of history as it is."""
        kept = replayed.decided.answers
        questions = {
            question.key: question
            for rules in self._rules
            # The rule set of that time has asked all its questions.
            if rules.hash != replayed.decided.rule_set
            for question in rules.router.questions(subject)
            if question.key not in kept
        }
        if not questions:
            return kept
        tally.asked += 1
        asked = {
            key: self._asked(reader, recorded, replayed, question)
            for key, question in questions.items()
        }
        return kept | asked

    def _asked(
        self, reader: Reader, recorded: RecordedDecision, replayed: Replayed, question: Repeats
    ) -> int:
        issue = replayed.issue
        values = {
            "category": issue.category,
            "territory": issue.territory,
            "channel": issue.channel,
            "reporter": recorded.reporter,
        }
        since = issue.received_at - question.within.elapsed()
        # The case itself is in the store by now.
        return max(1, reader.repeats(question.same, values, since, issue.received_at))
