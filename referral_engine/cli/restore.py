"""`referral restore`: a backup in the store's place."""

from __future__ import annotations

from pathlib import Path

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.failure import note
from referral_engine.cli.output import when
from referral_engine.cli.progress import steps
from referral_engine.clock import SystemClock
from referral_engine.desk.keeping import Put, label_of, put_back
from referral_engine.i18n import _, gettext_noop

__all__ = ["restore", "tell_put"]


@command(
    "restore",
    help=gettext_noop(
        "Put the backup FILE in the place of the configured store, SQLite or PostgreSQL, once every"
        " chain in it was proved. Refused while a daemon runs, and where a store is already there."
    ),
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@option(
    "--replace",
    is_flag=True,
    help=gettext_noop("Where a store is there: put it aside, under a name that is told."),
)
@pass_app
def restore(app: App, file: Path, replace: bool) -> None:
    label = label_of(file)
    with steps(_("restoring")) as watched:
        put = put_back(app.workspace, file, SystemClock().now(), watched, replace=replace)
    click.echo(
        _("restored as of {at}: {cases} cases, {events} events; the history is whole").format(
            at=when(label.at, app.zone), cases=put.contents.cases, events=put.contents.events
        )
    )
    tell_put(put)


def tell_put(put: Put) -> None:
    """Where what stood there before lies now."""
    if put.aside:
        note(_("what was there lies in {place} now; remove it when you are sure").format(
            place=put.aside
        ))  # fmt: skip
    if put.anchor_aside:
        note(_("the anchor knew more than the backup; it lies in {place} now").format(
            place=put.anchor_aside
        ))  # fmt: skip
