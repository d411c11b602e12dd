"""`case list`: the newest cases."""

from __future__ import annotations

from typing import Any

import click

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.case.group import ACTOR, JSON, case
from referral_engine.cli.command import option
from referral_engine.cli.output import print_json, print_table, said, when
from referral_engine.cli.params import UNIT
from referral_engine.cli.result import unit_name
from referral_engine.desk import CaseFilter, CaseLine, View
from referral_engine.i18n import _, gettext_noop
from referral_engine.rules import vocabulary

__all__: list[str] = []


@case.command("list", help=gettext_noop("The newest cases."))
@option(
    "--limit",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help=gettext_noop("How many."),
)
@option("--state", type=click.Choice(list(vocabulary.CASE_STATES)), help=gettext_noop("In it."))
@option("--open/--over", "open_", default=None, help=gettext_noop("Only those open, or over."))
@option("--owner", type=UNIT, default=None, help=gettext_noop("Owned by this unit."))
@option("--unit", type=UNIT, default=None, help=gettext_noop("With a referral of this unit."))
@option("--category", default="", help=gettext_noop("Of this category or below."))
@option("--territory", default="", help=gettext_noop("In this territory."))
@ACTOR
@JSON
@pass_app
def list_(app: App, /, limit: int, actor: str, as_json: bool, **asked: Any) -> None:
    where = CaseFilter(
        state=asked["state"] or "", open=asked["open_"], owner=asked["owner"] or "",
        unit=asked["unit"] or "", category=asked["category"], territory=asked["territory"],
        sealed=None if actor or app.token else False,
    )  # fmt: skip
    org = app.workspace.org
    lines: list[CaseLine] = []
    if app.has_store:
        with app.desk() as desk:
            by = who.reader(app.actor(desk, actor), org)
            lines = View(desk.store, app.workspace, desk.clock).cases(by, limit, where)
    if as_json:
        told = [{**line._asdict(), "owner_name": unit_name(org, line.owner)} for line in lines]
        print_json(told, app.zone)
        return
    headings = (
        _("case"), _("state"), _("owner"), _("category"), _("territory"), _("received"), _("next"),
    )  # fmt: skip
    print_table(
        headings,
        [
            (
                line.code, said(line.state, vocabulary.CASE_STATES), unit_name(org, line.owner),
                line.category, line.territory, when(line.received_at, app.zone),
                when(line.next_at, app.zone),
            )
            for line in lines
        ],
    )  # fmt: skip
