"""`case dossier`: all of a case as one page for print (电子卷宗)."""

from __future__ import annotations

from pathlib import Path

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.case.group import ACTOR, CODE, FULL, case
from referral_engine.cli.case.look import look
from referral_engine.cli.case.show import about
from referral_engine.cli.case.telling import Teller, headings
from referral_engine.cli.command import option
from referral_engine.cli.result import unit_name
from referral_engine.desk import CaseView
from referral_engine.i18n import _, gettext_noop
from referral_engine.letters.filed import filed
from referral_engine.letters.leaf import Leaf
from referral_engine.model.event import Event

__all__: list[str] = []


@case.command("dossier", help=gettext_noop("All of a case as one page for print: HTML (卷宗)."))
@CODE
@option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help=gettext_noop("The file to write."),
)
@FULL
@ACTOR
@pass_app
def dossier(app: App, id: str, out: Path, full: bool, actor: str) -> None:
    from referral_engine.letters.page import dossier_page

    org = app.workspace.org
    seen, events = look(app, id, actor, "dossier", full=full)
    centre = unit_name(org, seen.case.holder)
    leaves = [_cover(seen, app), _course(seen, events, app)]
    letters = filed(events, seen.content)
    page = dossier_page(seen.case.code, centre, leaves, letters, org, app.zone)
    out.write_text(page, encoding="utf-8")
    click.echo(_("written: {file}").format(file=out))


def _cover(seen: CaseView, app: App) -> Leaf:
    known = about(seen.case, seen.issue, app.workspace.org, app.zone)
    rows = tuple((name, value) for name, value in known if value)
    return Leaf(_("The case"), rows=rows)


def _course(seen: CaseView, events: list[Event], app: App) -> Leaf:
    teller = Teller(app.workspace.org, app.zone, seen.content, cut=False)
    rows = tuple(teller.row(event, event.happened_at) for event in events)
    return Leaf(_("Its course"), columns=headings(), rows=rows)
