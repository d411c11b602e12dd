"""`referral plugin`: the departments' plugins."""

from __future__ import annotations

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import Command, Group, option
from referral_engine.cli.failure import REFUSED
from referral_engine.cli.output import print_json, print_table
from referral_engine.i18n import _, gettext_noop
from referral_engine.plugins.departments import load

__all__ = ["plugin"]

plugin = Group(name="plugin", help=gettext_noop("The departments' plugins (插件)."))


@plugin.command(
    "list",
    cls=Command,
    help=gettext_noop("Loaded plugins, and those set aside with the reason."),
)
@option("--json", "as_json", is_flag=True, help=gettext_noop("As JSON."))
@pass_app
def list_(app: App, as_json: bool) -> int:
    config = app.workspace.config
    with load(config.plugins, config.root) as departments:
        loaded, quarantined = departments.loaded, departments.quarantined
    if as_json:
        print_json({"loaded": loaded, "quarantined": quarantined})
        return REFUSED if quarantined else 0
    headings = (_("department"), _("name"), _("version"), _("from"))
    rows = [(each.id, each.name, each.version, each.source) for each in loaded]
    print_table(headings, rows)
    for each in quarantined:
        click.echo(_("set aside: {name}: {reason}").format(name=each.name, reason=each.reason))
    return REFUSED if quarantined else 0
