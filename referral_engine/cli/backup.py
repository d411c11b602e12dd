"""`referral backup`: all of the store in one file."""

from __future__ import annotations

from pathlib import Path

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.failure import note
from referral_engine.cli.output import print_json
from referral_engine.cli.progress import steps
from referral_engine.clock import SystemClock
from referral_engine.desk.keeping import make_backup
from referral_engine.i18n import _, gettext_noop

__all__ = ["backup"]


@command(
    "backup",
    help=gettext_noop(
        "Write all of the store into FILE, as of this moment, beside a running daemon. It appears"
        " only once it was read again and every chain in it fits. A backup of either kind of"
        " database can be restored to either kind. Master keys are not in it."
    ),
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@option("--json", "as_json", is_flag=True, help=gettext_noop("As JSON."))
@pass_app
def backup(app: App, file: Path, as_json: bool) -> None:
    with steps(_("backing up")) as watched:
        made = make_backup(app.workspace, file, SystemClock().now(), watched)
    size = file.stat().st_size
    if as_json:
        print_json({"file": str(file), **made._asdict(), "bytes": size})
    else:
        told = _("{file}: {cases} cases, {events} events, {size} MB; proved whole")
        click.echo(
            told.format(file=file, cases=made.cases, events=made.events, size=f"{size / 1e6:.1f}")
        )
    if made.readable:
        note(
            _(
                "personal data of {count} cases can be read in it: there is no master key"
                " (`referral keys new`)"
            ).format(count=made.readable)
        )
    else:
        note(_("content in it is encrypted; keep the master keys elsewhere, and safe"))
