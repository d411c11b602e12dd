"""`referral db`: the database, its schema, and the way to another one."""

from __future__ import annotations

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import Group, option
from referral_engine.cli.failure import note
from referral_engine.cli.progress import steps
from referral_engine.cli.restore import tell_put
from referral_engine.clock import SystemClock
from referral_engine.desk.keeping import move_store, stay
from referral_engine.desk.opening import shown_url
from referral_engine.desk.operations import upgrade_schema
from referral_engine.i18n import _, gettext_noop

__all__ = ["db"]

db = Group(name="db", help=gettext_noop("The database: its schema, moving to another (数据库)."))


@db.command("upgrade", help=gettext_noop("Bring the store to this version's schema."))
@pass_app
def upgrade(app: App) -> None:
    before, after = upgrade_schema(app.workspace)
    if before == after:
        click.echo(_("the store is at schema {version} already").format(version=after))
    elif before:
        click.echo(_("the store went from schema {old} to {new}").format(old=before, new=after))
    else:
        click.echo(_("made a store at schema {version}").format(version=after))


@db.command(
    "move",
    help=gettext_noop(
        "Carry all of the store to the empty database TARGET, SQLite to PostgreSQL or back, and"
        " prove it there. Stop the daemons first. The old store stays as it was, takes no further"
        " word, and says where it went."
    ),
)
@click.argument("target", metavar="[TARGET]", required=False)
@option(
    "--undo",
    is_flag=True,
    help=gettext_noop("Take the move back: the configured store takes words again."),
)
@pass_app
def move(app: App, target: str | None, undo: bool) -> None:
    if undo == bool(target):
        raise click.UsageError(_("write either TARGET or --undo"))
    if undo:
        _undo(app)
        return
    to = str(target)
    with steps(_("moving")) as watched:
        put = move_store(app.workspace, to, SystemClock().now(), watched)
    click.echo(
        _("moved to {url}: {cases} cases, {events} events; the history is whole").format(
            url=shown_url(to), cases=put.contents.cases, events=put.contents.events
        )
    )
    tell_put(put)
    note(_("  → Set `database:` in config.yaml to it, then start the daemon."))


def _undo(app: App) -> None:
    gone = stay(app.workspace)
    if gone:
        click.echo(_("the store is here again; it had been moved to {url}").format(url=gone))
        note(_("what was done there meanwhile is not in it"))
    else:
        click.echo(_("the store was not moved"))
