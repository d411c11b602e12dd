"""The story of a decision for people and for programs: verdicts, what comes next, what if."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
import msgspec

from referral_engine.cli.app import App
from referral_engine.cli.coming import coming, print_coming
from referral_engine.cli.otherwise import otherwise_prose, otherwise_told, speech_of
from referral_engine.i18n import _
from referral_engine.model.case import Case
from referral_engine.rules.explain import Failure, Verdict
from referral_engine.rules.otherwise import Otherwise
from referral_engine.rules.prose import Speech, condition_prose, rule_prose
from referral_engine.rules.ruleset import Loaded
from referral_engine.rules.tree import RuleSet

__all__ = ["Story", "Telling"]


class Story(msgspec.Struct, frozen=True):
    """An issue's verdicts, the case that it is or would be, and what was asked to be otherwise."""

    id: str
    verdicts: tuple[Verdict, ...]
    case: Case
    otherwise: Otherwise | None = None


class Telling(msgspec.Struct, frozen=True):
    """How stories are told: ``sentences`` are those of the rules by id, if they were asked for."""

    app: App
    rules: RuleSet
    speech: Speech
    sentences: Mapping[str, str]

    @classmethod
    def of(cls, app: App, rules: RuleSet, *, sentences: bool) -> Telling:
        """For the rules in the words of the workspace."""
        speech = speech_of(app, rules)
        loaded = Loaded(rules, app.workspace.names)
        told = {
            rule.id: f"{rule.name or rule.id}: {rule_prose(rule, table.when, speech)}"
            for table, rule in (loaded.routing_rules() if sentences else ())
        }
        return cls(app, rules, speech, told)

    def record(self, story: Story) -> dict[str, Any]:
        """The story as `--json` gives it."""
        listed = [self._verdict(verdict) for verdict in story.verdicts]
        winner = next((each for each in listed if each["fate"] == "won"), None)
        record: dict[str, Any] = {
            "id": story.id,
            "rule": winner["rule"] if winner else None,
            "rules": listed,
            "next": list(coming(story.case, self.rules, self.speech)),
        }
        if story.otherwise is not None:
            org = self.app.workspace.org
            record["otherwise"] = otherwise_told(story.otherwise, org, self.speech)
        return record

    def _verdict(self, verdict: Verdict) -> dict[str, Any]:
        failure = verdict.failure
        told: dict[str, Any] = {
            "rule": verdict.rule,
            "name": verdict.name,
            "file": verdict.place.file,
            "line": verdict.place.line,
            "fate": verdict.fate,
            "won": verdict.fate == "won",
            "because": [{"clause": said, "seen": seen} for said, seen in verdict.because],
            "clause": failure.clause if failure else None,
            "seen": failure.seen if failure else None,
            "clause_line": failure.place.line if failure else None,
            "sentence": self._failed(failure) if failure else None,
        }
        if self.sentences:
            told["prose"] = self.sentences.get(verdict.rule, "")
        return told

    def show(self, story: Story) -> None:
        """Prints the story for people."""
        click.echo(story.id)
        for verdict in story.verdicts:
            click.echo(f"  {self._fate(verdict)}")
            for said, seen in verdict.because:
                click.echo(_("      because {clause}, seen {seen}").format(clause=said, seen=seen))
            if sentence := self.sentences.get(verdict.rule):
                click.echo(f"      {sentence}")
        print_coming(coming(story.case, self.rules, self.speech), self.app.zone)
        if story.otherwise is not None:
            click.echo(otherwise_prose(story.otherwise, self.app.workspace.org, self.speech))

    def _fate(self, verdict: Verdict) -> str:
        label = f"{verdict.rule} {verdict.name}".strip() + f" ({verdict.place})"
        failure = verdict.failure
        match verdict.fate:
            case "won":
                return _("WON      {rule}").format(rule=label)
            case "true":
                return _("true     {rule}: an earlier rule had decided").format(rule=label)
            case "prepared":
                return _("prepared {rule}").format(rule=label)
            case "not_in_force":
                return _("out      {rule}: not in force when it was received").format(rule=label)
            case _ if failure is not None:
                told = _("failed   {rule}: {why}")
                return told.format(rule=label, why=self._failed(failure))
            case _:
                return label

    def _failed(self, failure: Failure) -> str:
        """What had to hold and what was seen, as a sentence."""
        clause = failure.clause
        if failure.condition is not None:
            clause = condition_prose(failure.condition, self.speech)
        return _("not so: {clause}; seen: {seen}").format(clause=clause, seen=failure.seen)
