"""Handing a shift over and taking it over (交接班)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.case.group import JSON
from referral_engine.cli.command import option
from referral_engine.cli.desk.group import desk
from referral_engine.cli.output import print_json, print_table, said, when
from referral_engine.cli.params import UNIT
from referral_engine.cli.words import CLOCKS
from referral_engine.desk import shifts
from referral_engine.desk.shifts import Handover, Held
from referral_engine.i18n import _, gettext_noop
from referral_engine.rules import vocabulary

__all__: list[str] = []

_ACTOR = option(
    "--actor", default="", metavar="PERSON", help=gettext_noop("Who does it: a person's id.")
)
_UNIT = click.argument("unit", type=UNIT)


@desk.command("hand-over", help=gettext_noop("Hand a unit's shift over, with all it has (交班)."))
@_UNIT
@option("--to", default="", metavar="PERSON", help=gettext_noop("To whom; else whoever takes it."))
@_ACTOR
@JSON
@pass_app
def hand_over(app: App, unit: str, to: str, actor: str, as_json: bool) -> None:
    with app.desk() as door:
        by = who.reader(app.actor(door, actor), app.workspace.org)
        given = shifts.give(door, unit, by, to)
        _print(app, given, shifts.held(door, unit, by), as_json=as_json)


@desk.command("take-over", help=gettext_noop("Take a unit's shift over, with all it has (接班)."))
@_UNIT
@_ACTOR
@JSON
@pass_app
def take_over(app: App, unit: str, actor: str, as_json: bool) -> None:
    with app.desk() as door:
        by = who.reader(app.actor(door, actor), app.workspace.org)
        taken = shifts.take(door, unit, by)
        _print(app, taken, shifts.held(door, unit, by), as_json=as_json)


@desk.command("shifts", help=gettext_noop("Who handed a unit's shifts over, and who took them."))
@_UNIT
@option("--limit", type=click.IntRange(1), default=20, show_default=True,
        help=gettext_noop("How many."))  # fmt: skip
@_ACTOR
@JSON
@pass_app
def listed(app: App, unit: str, limit: int, actor: str, as_json: bool) -> None:
    with app.desk() as door:
        by = who.reader(app.actor(door, actor), app.workspace.org)
        found = shifts.log(door, unit, by, limit)
    if as_json:
        print_json([_told(each) for each in found], app.zone)
        return
    print_table(
        (_("handed over"), _("by"), _("taken over"), _("by"), _("waiting"), _("late"),
         _("unsigned")),
        [
            (
                when(each.handed_at, app.zone), each.handed_by, when(each.taken_at, app.zone),
                each.taken_by, *map(str, each.load),
            )
            for each in found
        ],
    )  # fmt: skip


def _print(app: App, shift: Handover, lines: Iterable[Held], *, as_json: bool) -> None:
    if as_json:
        print_json({**_told(shift), "held": [line._asdict() for line in lines]}, app.zone)
        return
    told = _("{waiting} wait, {late} of them late; {unsigned} signatures are wanted")
    click.echo(told.format(**shift.load._asdict()))
    print_table(
        (_("what"), _("state"), _("category"), _("clock"), _("due"), _("unsigned")),
        [
            (
                line.id,
                said(line.state, vocabulary.CASE_STATES | vocabulary.REFERRAL_STATES),
                line.category, said(line.due_name, CLOCKS), when(line.due_at, app.zone),
                str(line.unsigned or ""),
            )
            for line in lines
        ],
    )  # fmt: skip


def _told(shift: Handover) -> dict[str, Any]:
    return {**shift._asdict(), "load": shift.load._asdict()}
