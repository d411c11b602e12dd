"""`referral deadletter`: what was given up after too many tries."""

from __future__ import annotations

import click

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import Group, option
from referral_engine.cli.output import print_json, print_table
from referral_engine.desk.operations import DeadLetter, dead_letters, requeue
from referral_engine.i18n import _, gettext_noop, ngettext

__all__ = ["deadletter"]

_ACTOR = option(
    "--actor",
    default="",
    metavar="PERSON",
    help=gettext_noop("Who looks: sealed cases are named to those they are meant for."),
)

deadletter = Group(name="deadletter", help=gettext_noop("What was given up (死信)."))


@deadletter.command("list", help=gettext_noop("Every dead letter, with its error."))
@_ACTOR
@option("--json", "as_json", is_flag=True, help=gettext_noop("A JSON array."))
@pass_app
def list_(app: App, actor: str, as_json: bool) -> None:
    letters: list[DeadLetter] = []
    if app.has_store:
        with app.desk() as desk:
            org = app.workspace.org
            letters = dead_letters(desk.store, org, who.reader(app.actor(desk, actor), org))
    if as_json:
        print_json([{"id": _id(letter), **letter._asdict()} for letter in letters])
        return
    headings = (_("id"), _("case"), _("of"), _("tries"), _("error"))
    print_table(
        headings,
        [(_id(each), each.case_code, each.lane, str(each.claims), each.error) for each in letters],
    )
    if letters:
        click.echo(_("  → `referral deadletter requeue ID`, once the cause is gone"))


@deadletter.command("requeue", help=gettext_noop("Try again from the start."))
@click.argument("ids", metavar="ID…", nargs=-1, required=True)
@_ACTOR
@pass_app
def requeue_(app: App, ids: tuple[str, ...], actor: str) -> None:
    with app.desk() as desk:
        by = who.reader(app.actor(desk, actor), app.workspace.org)
        count = sum(requeue(desk, id, by) for id in ids)
    click.echo(ngettext("{count} put back", "{count} put back", count).format(count=count))


def _id(letter: DeadLetter) -> str:
    key = letter.key if letter.box == "wakeup" else letter.item_id
    return f"{letter.box}:{key}"
