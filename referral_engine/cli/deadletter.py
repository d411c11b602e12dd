"""`referral deadletter`: what was given up after too many tries."""

from __future__ import annotations

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import Command, Group, option
from referral_engine.cli.output import print_json, print_table
from referral_engine.desk.operations import DeadLetter, dead_letters, requeue
from referral_engine.i18n import _, gettext_noop, ngettext

__all__ = ["deadletter"]

deadletter = Group(name="deadletter", help=gettext_noop("What was given up (死信)."))


@deadletter.command("list", cls=Command, help=gettext_noop("Every dead letter, with its error."))
@option("--json", "as_json", is_flag=True, help=gettext_noop("A JSON array."))
@pass_app
def list_(app: App, as_json: bool) -> None:
    letters: list[DeadLetter] = []
    if app.has_store:
        with app.desk() as desk:
            letters = dead_letters(desk.store)
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


@deadletter.command("requeue", cls=Command, help=gettext_noop("Try again from the start."))
@click.argument("ids", metavar="ID…", nargs=-1, required=True)
@pass_app
def requeue_(app: App, ids: tuple[str, ...]) -> None:
    with app.desk() as desk:
        for id in ids:
            requeue(desk.store, id, desk.clock.now())
    told = ngettext("{count} put back", "{count} put back", len(ids))
    click.echo(told.format(count=len(ids)))


def _id(letter: DeadLetter) -> str:
    key = letter.key if letter.box == "wakeup" else letter.item_id
    return f"{letter.box}:{key}"
