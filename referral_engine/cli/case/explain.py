"""`case explain`: why it was decided so, and what comes next by when."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.case.group import ACTOR, CODE, JSON, case
from referral_engine.cli.coming import coming, print_coming
from referral_engine.cli.otherwise import (
    FIELDS,
    TO,
    otherwise_prose,
    otherwise_told,
    speech_of,
)
from referral_engine.cli.output import print_json, print_pairs, said, short
from referral_engine.cli.result import print_waiting, waiting
from referral_engine.cli.rules.past import past_of
from referral_engine.desk import View
from referral_engine.desk.publishing import stored_rule_set
from referral_engine.i18n import _, gettext_noop
from referral_engine.model.case import Case
from referral_engine.model.event import Decided
from referral_engine.rules import vocabulary

__all__: list[str] = []


@case.command(
    "explain",
    help=gettext_noop(
        "Why it was decided so, what comes next by when, and with --to what would have sent it"
        " elsewhere. Why the other rules did not decide: `referral rules explain --case`."
    ),
)
@CODE
@ACTOR
@TO
@FIELDS
@JSON
@pass_app
def explain(app: App, id: str, actor: str, to: str | None, fields: int, as_json: bool) -> None:
    with app.desk() as desk:
        by = who.reader_of(desk, app.actor(desk, actor, id), id)
        found, decided = View(desk.store, app.workspace, desk.clock).decision(id, by)
        rules = stored_rule_set(desk.store, app.workspace, found.rule_set)
        past = past_of(desk, id, by) if to else None
    speech = speech_of(app, rules)
    clocks = list(coming(found, rules, speech))
    elsewhere = past.otherwise(app.workspace, to, fields) if past and to else None
    signing = waiting(found, app.workspace.org)
    if as_json:
        decision = {} if decided is None else msgspec.structs.asdict(decided)
        told: dict[str, Any] = {
            "case": found.code,
            "state": found.state,
            "owner": found.owner,
            **decision,
        }
        told |= {"next": clocks, "waiting": signing}
        if elsewhere:
            told["otherwise"] = otherwise_told(elsewhere, app.workspace.org, speech)
        print_json(told, app.zone)
        return
    _print_decision(found, decided)
    if elsewhere:
        click.echo(otherwise_prose(elsewhere, app.workspace.org, speech))
    print_coming(clocks, app.zone)
    for each in signing:
        print_waiting(each)


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
            *((_("suggested"), f"{unit} {share:.0%}") for unit, share in decided.suggested),
            (_("path"), said(decided.path, vocabulary.PATHS)),
            (_("rules"), short(decided.rule_set)),
            (_("organisation"), short(decided.org)),
            (_("calendar"), decided.calendar),
        ]
    )
