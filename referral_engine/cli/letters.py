"""`referral letter`: the letters (文书) of cases, their templates, and pages for print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.case.group import ACTOR, CODE, FULL, JSON, person_looks
from referral_engine.cli.case.look import look
from referral_engine.cli.command import Group, option
from referral_engine.cli.output import print_json, print_pairs, print_table, said, when
from referral_engine.cli.result import unit_name
from referral_engine.cli.words import POSTS
from referral_engine.cli.writing import SET, template_of, written
from referral_engine.clock import SystemClock
from referral_engine.desk import CaseView
from referral_engine.errors import Refused
from referral_engine.i18n import _, gettext_noop
from referral_engine.letters.filed import MEANS, RECIPIENTS, Filed, filed, numbered
from referral_engine.letters.values import VALUES

if TYPE_CHECKING:
    from referral_engine.letters.template import Template

__all__ = ["letter"]

letter = Group(name="letter", help=gettext_noop("Letters of a case: templates and pages (文书)."))
_OUT = option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=gettext_noop("Write a page for print (HTML) there."),
)


@letter.command("kinds", help=gettext_noop("The templates of letters in this workspace."))
@JSON
@pass_app
def kinds(app: App, as_json: bool) -> None:
    from referral_engine.letters.template import load_letters

    found = load_letters(app.workspace.config.letters).values()
    if as_json:
        print_json([_told(each) for each in found], app.zone)
        return
    print_table(
        (_("kind"), _("letter"), _("to"), _("signed by"), _("asks")),
        [
            (
                each.id, each.name, said(each.to, RECIPIENTS),
                ", ".join(said(role, POSTS) for role in each.signers),
                ", ".join(f"{name} ({label})" for name, label in each.asks.items()),
            )
            for each in found
        ],
    )  # fmt: skip


@letter.command("values", help=gettext_noop("What a template may say of a case."))
@JSON
@pass_app
def values(app: App, as_json: bool) -> None:
    told = {name: _(meaning) for name, meaning in VALUES.items()}
    if as_json:
        print_json(told, app.zone)
    else:
        print_table((_("name"), _("value")), list(told.items()))


@letter.command("draft", help=gettext_noop("What a letter would say, before it is sent."))
@CODE
@click.argument("kind")
@SET
@ACTOR
@pass_app
def draft(app: App, id: str, kind: str, given: tuple[tuple[str, str], ...], actor: str) -> None:
    person_looks(app, actor)
    template = template_of(app.workspace, kind)
    seen, events = look(app, id, actor, "letter", full=True)
    click.echo(written(app.workspace, template, seen, events, given, SystemClock().now()))


@letter.command("list", help=gettext_noop("The letters of a case, in the order they were sent."))
@CODE
@ACTOR
@JSON
@pass_app
def listed(app: App, id: str, actor: str, as_json: bool) -> None:
    found = _letters(app, id, actor, full=False)[0]
    if as_json:
        print_json(found, app.zone)
        return
    print_table(
        (_("number"), _("letter"), _("to"), _("sent"), _("signed by"), _("delivered")),
        [
            (
                each.number, each.name or each.letter, unit_name(app.workspace.org, each.to),
                when(each.sent_at, app.zone), each.signer, when(each.delivered_at, app.zone),
            )
            for each in found
        ],
    )  # fmt: skip


@letter.command("show", help=gettext_noop("One letter by its number, or its page for print."))
@click.argument("number")
@_OUT
@FULL
@ACTOR
@JSON
@pass_app
def show(app: App, number: str, out: Path | None, full: bool, actor: str, as_json: bool) -> None:
    found, case = _letters(app, number, actor, full=full)
    each = next((one for one in found if one.number == number), None)
    if each is None:
        raise Refused(
            "NO_SUCH_LETTER",
            _("There is no letter {number}.").format(number=number),
            _("`referral letter list CODE` lists the letters of a case."),
        )
    org = app.workspace.org
    if out is not None:
        from referral_engine.letters.page import letter_page

        page = letter_page(each, unit_name(org, case.case.holder), org, app.zone)
        out.write_text(page, encoding="utf-8")
        click.echo(_("written: {file}").format(file=out))
    elif as_json:
        print_json(each, app.zone)
    else:
        print_pairs(_about(each, app))


def _letters(app: App, id: str, actor: str, *, full: bool) -> tuple[list[Filed], CaseView]:
    seen, events = look(app, id, actor, "letter", full=full)
    return filed(events, seen.content), seen


def _about(each: Filed, app: App) -> list[tuple[str, str]]:
    return [
        (_("number"), numbered(each, app.zone)),
        (_("letter"), each.name or each.letter),
        (_("to"), unit_name(app.workspace.org, each.to)),
        (_("sent"), when(each.sent_at, app.zone)),
        (_("signed by"), each.signer),
        (_("delivered"), when(each.delivered_at, app.zone)),
        (_("how"), said(each.means, MEANS)),
        (_("receipt"), each.receipt),
        (_("text"), each.text),
    ]


def _told(template: Template) -> dict[str, Any]:
    shown = ("id", "name", "series", "to", "signers", "basis", "asks")
    return {name: getattr(template, name) for name in shown}
