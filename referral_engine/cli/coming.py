"""What comes next by when if nobody acts: every clock that runs, and the rules asked on its way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import Any

from referral_engine.cli.output import print_table, said, when
from referral_engine.cli.words import CLOCKS
from referral_engine.i18n import _
from referral_engine.model.case import Case
from referral_engine.model.deadline import Deadline
from referral_engine.rules.escalation_prose import escalation_prose
from referral_engine.rules.prose import Speech
from referral_engine.rules.tree import EscalationRule, RuleSet

__all__ = ["coming", "print_coming"]


def coming(case: Case, rules: RuleSet, speech: Speech) -> Iterator[dict[str, Any]]:
    """Every clock that is open, nearest first, with the moments at which rules are asked.

    A rule that is asked does what ``does`` says if its condition holds by then.
    """
    clocks = [d for d in case.deadlines if d.open]
    for clock in sorted(clocks, key=lambda d: (d.due is None, d.due or d.since)):
        yield {
            "clock": clock.name,
            "referral": clock.referral,
            "unit": clock.unit,
            "state": clock.state,
            "waits_for": clock.after,
            "due": clock.due,
            "provisional": clock.provisional,
            "calendar": clock.calendar,
            "marks": [
                _mark(mark.share, mark.at, _asked(clock, mark.share, rules), speech)
                for mark in clock.marks
                if not mark.fired
            ],
        }


def _mark(share: float, at: object, rules: list[EscalationRule], speech: Speech) -> dict[str, Any]:
    does = [escalation_prose(rule, speech) for rule in rules]
    return {"share": share, "at": at, "rules": [rule.id for rule in rules], "does": does}


def _asked(clock: Deadline, share: float, rules: RuleSet) -> list[EscalationRule]:
    """The escalation rules that are asked at this share of the clock."""
    return [
        rule
        for table in rules.escalation
        for rule in table.rules
        if any(on.name == clock.name and on.share == share for on in rule.on)
    ]


def print_coming(clocks: Iterable[dict[str, Any]], zone: tzinfo) -> None:
    """The same as a table; nothing where no clock runs."""
    rows = []
    for clock in clocks:
        name = said(clock["clock"], CLOCKS)
        due = when(clock["due"], zone) or clock["waits_for"] or clock["state"]
        rows.append((name, clock["referral"], "", due + ("?" if clock["provisional"] else ""), ""))
        rows += [
            ("", "", f"{mark['share']:.0%}", when(mark["at"], zone), f"{rule}: {does}")
            for mark in clock["marks"]
            for rule, does in zip(mark["rules"], mark["does"], strict=True)
        ]
    if rows:
        headings = (_("clock"), _("of"), _("share"), _("when"), _("rules asked"))
        print_table(headings, rows, title=_("What comes next"))
