"""`mediator add`, `leave`, `list`: who is in the register."""

from __future__ import annotations

from typing import Any

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.case.group import JSON
from referral_engine.cli.command import option
from referral_engine.cli.mediator.group import ACTOR, acting, mediator
from referral_engine.cli.output import print_json, print_table, said
from referral_engine.cli.params import UNIT
from referral_engine.desk import mediators
from referral_engine.i18n import _, gettext_noop
from referral_engine.model.mediator import MEDIATION_KINDS, Mediator

__all__ = ["told"]

KINDS = {
    "people": "人民调解",
    "administrative": "行政调解",
    "judicial": "司法调解",
    "trade": "行业性专业性调解",
}


@mediator.command(
    "add",
    help=gettext_noop(
        "Put a mediator into the register, or in the place of the entry with this id. Give the"
        " person's id of the organisation where it has one: a challenge names that id."
    ),
)
@click.argument("id", metavar="ID")
@option("--name", required=True, help=gettext_noop("The name, as the public register has it."))
@option("--organisation", required=True, help=gettext_noop("The committee it belongs to."))
@option(
    "--kind",
    type=click.Choice(list(MEDIATION_KINDS)),
    default="people",
    show_default=True,
    help=gettext_noop("Whose mediation it is."),
)
@option("--unit", type=UNIT, default=None, help=gettext_noop("The unit that it works for."))
@option(
    "--trade",
    "trades",
    multiple=True,
    metavar="CATEGORY",
    help=gettext_noop("A category it mediates, and those below; repeat. Without one: any."),
)
@option(
    "--expertise",
    multiple=True,
    metavar="WORD",
    help=gettext_noop("What it is an expert in; repeat for more."),
)
@option(
    "--language",
    "languages",
    multiple=True,
    metavar="WORD",
    help=gettext_noop("A language it speaks; repeat for more."),
)
@option("--territory", default="", metavar="CODE", help=gettext_noop("The area it serves."))
@option(
    "--most-open",
    type=click.IntRange(1, 1_000),
    default=None,
    help=gettext_noop("How many open cases it takes; else what config.yaml says."),
)
@ACTOR
@JSON
@pass_app
def add(app: App, /, id: str, named: str, as_json: bool, **given: Any) -> None:
    entry = Mediator(
        id=id, name=given["name"], organisation=given["organisation"], kind=given["kind"],
        most_open=given["most_open"] or app.workspace.config.mediation.most_open,
        unit=given["unit"] or "", trades=given["trades"], expertise=given["expertise"],
        languages=given["languages"], territory=given["territory"],
    )  # fmt: skip
    with app.desk(existing=False) as desk:
        kept = mediators.add(desk, entry, acting(app, desk, named, mediators.KEEPS))
    if as_json:
        print_json(told(kept), app.zone)
        return
    click.echo(_("{name} is in the register as {id}").format(name=kept.name, id=kept.id))


@mediator.command("leave", help=gettext_noop("Take a mediator out of the register."))
@click.argument("id", metavar="ID")
@ACTOR
@pass_app
def leave(app: App, id: str, named: str) -> None:
    with app.desk() as desk:
        mediators.leave(desk, id, acting(app, desk, named, mediators.KEEPS))
    click.echo(_("{id} is in the register no more").format(id=id))


@mediator.command("list", help=gettext_noop("The register, with how many open cases each has."))
@JSON
@pass_app
def list_(app: App, as_json: bool) -> None:
    found: list[mediators.Listed] = []
    if app.has_store:
        with app.desk() as desk:
            found = mediators.register(desk)
    if as_json:
        print_json([told(each.mediator) | {"load": each.load} for each in found], app.zone)
        return
    headings = (
        _("id"), _("name"), _("organisation"), _("kind"), _("mediates"), _("languages"),
        _("open"), _("at most"),
    )  # fmt: skip
    rows = [
        (
            m.id, m.name, m.organisation, said(m.kind, KINDS), " ".join((*m.trades, *m.expertise)),
            " ".join(m.languages), str(load), str(m.most_open),
        )
        for m, load in found
    ]  # fmt: skip
    print_table(headings, rows)


def told(entry: Mediator) -> dict[str, Any]:
    """An entry as JSON has it."""
    return {
        "id": entry.id, "name": entry.name, "organisation": entry.organisation,
        "kind": entry.kind, "unit": entry.unit, "trades": entry.trades,
        "expertise": entry.expertise, "languages": entry.languages,
        "territory": entry.territory, "most_open": entry.most_open,
    }  # fmt: skip
