"""`case explain`: why it was decided so, and what comes next by when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

import click
import msgspec

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.case.group import ACTOR, CODE, JSON, case
from referral_engine.cli.command import Command
from referral_engine.cli.output import print_json, print_pairs, print_table, said, short, when
from referral_engine.cli.result import print_waiting, waiting
from referral_engine.cli.words import CLOCKS
from referral_engine.desk import View
from referral_engine.desk.publishing import stored_rule_set
from referral_engine.i18n import _, gettext_noop
from referral_engine.model.case import Case
from referral_engine.model.deadline import Deadline
from referral_engine.model.event import Decided
from referral_engine.rules import vocabulary
from referral_engine.rules.tree import RuleSet

__all__: list[str] = []


@case.command(
    "explain",
    cls=Command,
    help=gettext_noop(
        "Why it was decided so, and what comes next by when. Why the other rules did not decide:"
        " `referral rules explain --case`."
    ),
)
@CODE
@ACTOR
@JSON
@pass_app
def explain(app: App, id: str, actor: str, as_json: bool) -> None:
    with app.desk() as desk:
        by = who.reader_of(desk, app.actor(desk, actor, id), id)
        found, decided = View(desk.store, app.workspace, desk.clock).decision(id, by)
        rules = stored_rule_set(desk.store, app.workspace, found.rule_set)
    coming = list(_coming(found, rules))
    signing = waiting(found, app.workspace.org)
    if as_json:
        decision = {} if decided is None else msgspec.structs.asdict(decided)
        told = {"case": found.code, "state": found.state, "owner": found.owner, **decision}
        print_json({**told, "next": coming, "waiting": signing}, app.zone)
        return
    _print_decision(found, decided)
    _print_coming(coming, app.zone)
    for each in signing:
        print_waiting(each)


def _coming(case: Case, rules: RuleSet) -> Iterator[dict[str, Any]]:
    """Every clock that is open, nearest first, with the moments at which rules are asked."""
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
                {"share": mark.share, "at": mark.at, "rules": _asked(clock, mark.share, rules)}
                for mark in clock.marks
                if not mark.fired
            ],
        }


def _asked(clock: Deadline, share: float, rules: RuleSet) -> list[str]:
    """The escalation rules that are asked at this share of the clock."""
    return [
        rule.id
        for table in rules.escalation
        for rule in table.rules
        if any(on.name == clock.name and on.share == share for on in rule.on)
    ]


def _print_decision(case: Case, decided: Decided | None) -> None:
    if decided is None:
        click.echo(_("{case} was not decided by rules.").format(case=case.code))
        return
    print_pairs(
        [
            (_("rule"), f"{decided.rule} {decided.name}".strip()),
            (_("where"), f"{decided.file}:{decided.line}"),
            (_("why"), decided.why),
            (_("basis"), decided.basis),
            (_("prepared by"), ", ".join(decided.prepared)),
            (_("matched"), ", ".join(decided.matched)),
            *((_("because"), f"{clause} ({seen})") for clause, seen in decided.seen),
            *((_("history"), f"{key} = {count}") for key, count in decided.answers.items()),
            (_("path"), said(decided.path, vocabulary.PATHS)),
            (_("rules"), short(decided.rule_set)),
            (_("organisation"), short(decided.org)),
            (_("calendar"), decided.calendar),
        ]
    )


def _print_coming(coming: list[dict[str, Any]], zone: tzinfo) -> None:
    rows = []
    for clock in coming:
        name = said(clock["clock"], CLOCKS)
        due = when(clock["due"], zone) or clock["waits_for"] or clock["state"]
        rows.append((name, clock["referral"], "", due + ("?" if clock["provisional"] else ""), ""))
        rows += [
            ("", "", f"{mark['share']:.0%}", when(mark["at"], zone), ", ".join(mark["rules"]))
            for mark in clock["marks"]
            if mark["rules"]
        ]
    if rows:
        headings = (_("clock"), _("of"), _("share"), _("when"), _("rules asked"))
        print_table(headings, rows, title=_("What comes next"))
