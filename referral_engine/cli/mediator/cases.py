"""`mediator match`, `assign`, `backlog`: who has which case, and what has waited long."""

from __future__ import annotations

import click

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.case.group import CODE, JSON
from referral_engine.cli.command import option
from referral_engine.cli.mediator.group import ACTOR, LIMIT, mediator
from referral_engine.cli.mediator.register import told
from referral_engine.cli.output import print_json, print_table, said, when
from referral_engine.cli.params import SPAN
from referral_engine.cli.result import unit_name
from referral_engine.desk import mediators
from referral_engine.i18n import _, gettext_noop
from referral_engine.model.span import Span
from referral_engine.rules import vocabulary

__all__: list[str] = []


@mediator.command(
    "match",
    help=gettext_noop("Who of the register fits a case, best first, and why. A person chooses."),
)
@CODE
@option("--language", default="", metavar="WORD", help=gettext_noop("It must be spoken."))
@option("--expertise", default="", metavar="WORD", help=gettext_noop("An expert in it is better."))
@option("--all", "everyone", is_flag=True, help=gettext_noop("Also who cannot have it, and why."))
@ACTOR
@JSON
@pass_app
def match(
    app: App, id: str, language: str, expertise: str, everyone: bool, named: str, as_json: bool
) -> None:
    with app.desk() as desk:
        by = who.reader_of(desk, app.actor(desk, named, id), id)
        found = mediators.matches(desk, id, by, language=language, expertise=expertise)
    shown = [each for each in found if everyone or not each.against]
    if as_json:
        print_json(
            [
                {"mediator": told(m.mediator), "load": m.load, "score": m.score,
                 "reasons": m.reasons, "against": m.against}
                for m in shown
            ],
            app.zone,
        )  # fmt: skip
        return
    headings = (_("id"), _("name"), _("score"), _("because"), _("but"))
    rows = [
        (m.mediator.id, m.mediator.name, str(m.score), "; ".join(m.reasons), "; ".join(m.against))
        for m in shown
    ]
    print_table(headings, rows)


@mediator.command(
    "assign",
    help=gettext_noop("Give a case to a mediator; whoever had it has it no more."),
)
@CODE
@option("--mediator", "chosen", required=True, metavar="ID", help=gettext_noop("To whom."))
@ACTOR
@pass_app
def assign(app: App, id: str, chosen: str, named: str) -> None:
    with app.desk() as desk:
        by = who.reader_of(desk, app.actor(desk, named, id), id)
        given = mediators.assign(desk, id, chosen, by)
    click.echo(
        _("{name} has the case: {why}").format(
            name=given.mediator.name, why="; ".join(given.reasons)
        )
    )


@mediator.command(
    "backlog",
    help=gettext_noop(
        "Petitions and disputes open for long (信访积案), the oldest first, and who mediates them."
    ),
)
@option(
    "--older",
    type=SPAN,
    default="180d",
    show_default=True,
    help=gettext_noop("Received longer ago than this."),
)
@LIMIT
@ACTOR
@JSON
@pass_app
def backlog(app: App, older: Span, limit: int, named: str, as_json: bool) -> None:
    if older.working:
        raise click.UsageError(_("--older is a time that simply passes, such as 180d"))
    found: list[mediators.Pending] = []
    org = app.workspace.org
    if app.has_store:
        with app.desk() as desk:
            by = who.reader(app.actor(desk, named), org)
            found = mediators.backlog(desk, by, older.elapsed(), limit)
    if as_json:
        keys = ("code", "state", "owner", "category", "territory", "received_at")
        print_json(
            [
                {key: getattr(each.line, key) for key in keys} | {"mediator": each.mediator}
                for each in found
            ],
            app.zone,
        )
        return
    headings = (_("case"), _("received"), _("state"), _("owner"), _("category"), _("mediator"))
    rows = [
        (
            line.code, when(line.received_at, app.zone), said(line.state, vocabulary.CASE_STATES),
            unit_name(org, line.owner), line.category, has,
        )
        for line, has in found
    ]  # fmt: skip
    print_table(headings, rows)
