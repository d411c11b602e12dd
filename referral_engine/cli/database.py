"""`referral db`: the database's schema."""

from __future__ import annotations

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import Command, Group
from referral_engine.desk.operations import upgrade_schema
from referral_engine.i18n import _, gettext_noop

__all__ = ["db"]

db = Group(name="db", help=gettext_noop("The database's schema (数据库)."))


@db.command("upgrade", cls=Command, help=gettext_noop("Bring the store to this version's schema."))
@pass_app
def upgrade(app: App) -> None:
    before, after = upgrade_schema(app.workspace)
    if before == after:
        click.echo(_("the store is at schema {version} already").format(version=after))
    elif before:
        click.echo(_("the store went from schema {old} to {new}").format(old=before, new=after))
    else:
        click.echo(_("made a store at schema {version}").format(version=after))
