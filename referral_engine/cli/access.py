"""`referral access`: who looked at personal data."""

from __future__ import annotations

import click

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import Group, option
from referral_engine.cli.output import print_json, print_table, when
from referral_engine.desk import View
from referral_engine.i18n import _, gettext_noop

__all__ = ["access"]

access = Group(name="access", help=gettext_noop("Who looked at personal data (查阅记录)."))


@access.command(
    "list",
    help=gettext_noop(
        "Every look at the personal data of a case, for an auditor or administrator; this look is"
        " recorded as well."
    ),
)
@click.argument("id", metavar="CODE")
@option("--actor", default="", metavar="PERSON", help=gettext_noop("Who looks; you by default."))
@option("--json", "as_json", is_flag=True, help=gettext_noop("A JSON array."))
@pass_app
def list_(app: App, id: str, actor: str, as_json: bool) -> None:
    with app.desk() as desk:
        by = who.reader_of(desk, app.actor(desk, actor, id), id)
        looks = View(desk.store, app.workspace, desk.clock).accesses(id, by)
    if as_json:
        print_json([look._asdict() for look in looks], app.zone)
        return
    print_table(
        (_("when"), _("who"), _("why")),
        [(when(look.at, app.zone), look.principal, look.purpose) for look in looks],
    )
