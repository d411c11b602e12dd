"""A unit's inbox, nearest deadline first."""

from __future__ import annotations

import click

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import option
from referral_engine.cli.desk.group import desk
from referral_engine.cli.output import print_json, print_table, said, when
from referral_engine.cli.params import UNIT
from referral_engine.cli.words import CLOCKS
from referral_engine.desk import InboxLine, View
from referral_engine.i18n import _, gettext_noop
from referral_engine.rules import vocabulary

__all__: list[str] = []


@desk.command("inbox", help=gettext_noop("A unit's open referrals."))
@click.argument("unit", type=UNIT)
@option("--actor", default="", help=gettext_noop("Who looks; you by default."))
@option("--json", "as_json", is_flag=True, help=gettext_noop("A JSON array."))
@pass_app
def inbox(app: App, unit: str, actor: str, as_json: bool) -> None:
    lines: list[InboxLine] = []
    if app.has_store:
        with app.desk() as desk:
            by = who.reader(app.actor(desk, actor), app.workspace.org)
            lines = View(desk.store, app.workspace, desk.clock).inbox(unit, by)
    if as_json:
        print_json([line._asdict() for line in lines], app.zone)
        return
    print_table(
        (_("referral"), _("part"), _("state"), _("whistle"), _("category"), _("next"), _("by")),
        [
            (
                line.referral, said(line.part, vocabulary.ROLES),
                said(line.state, vocabulary.REFERRAL_STATES),
                said(line.whistle, vocabulary.WHISTLES), line.category,
                said(line.due_name, CLOCKS), when(line.due_at, app.zone),
            )
            for line in lines
        ],
    )  # fmt: skip
