"""`referral keys`: the master keys that personal data is under."""

from __future__ import annotations

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import Group, option
from referral_engine.cli.failure import REFUSED, note
from referral_engine.cli.output import print_json, print_table
from referral_engine.cli.progress import steps
from referral_engine.desk.keys import MasterKey, fresh_key, keys_of, rotate
from referral_engine.i18n import _, gettext_noop, ngettext

__all__ = ["keys"]

keys = Group(name="keys", help=gettext_noop("The master keys that personal data is under (密钥)."))


@keys.command(
    "new",
    help=gettext_noop(
        "Print a fresh master key. Put it first, before those in use, where the daemon reads them:"
        " in REFERRAL_MASTER_KEY, or in the file named by `keys:` in config.yaml."
    ),
)
def new() -> None:
    click.echo(fresh_key())


@keys.command(
    "status",
    help=gettext_noop(
        "Which master keys are in use, and which are at hand; keys themselves are never shown."
        " Exit code 1 where one in use is missing."
    ),
)
@option("--json", "as_json", is_flag=True, help=gettext_noop("As JSON."))
@pass_app
def status(app: App, as_json: bool) -> int:
    found = keys_of(app.workspace)
    if as_json:
        print_json(found)
    else:
        headings = (_("master key"), _("data keys under it"), _("what it is"))
        print_table(headings, [(each.id or "–", str(each.uses), _told(each)) for each in found])
    return REFUSED if any(each.uses and not each.there for each in found) else 0


def _told(key: MasterKey) -> str:
    if not key.id:
        return _("in the clear: `referral keys rotate` wraps them once there is a key")
    if not key.there:
        return _("missing: what is under it cannot be read")
    if key.current:
        return _("wraps new ones")
    return _("still needed") if key.uses else _("used no more: it can be dropped")


@keys.command(
    "rotate",
    help=gettext_noop(
        "Wrap every data key under the first master key, beside a running daemon. Put the new key"
        " first, reload the daemon (SIGHUP; a restart where the keys are in its environment),"
        " rotate, and drop the old key once `referral keys status` says so."
    ),
)
@pass_app
def turn(app: App) -> None:
    with steps(_("wrapping keys")) as watched:
        done = rotate(app.workspace, watched)
    click.echo(
        ngettext("{count} key wrapped anew", "{count} keys wrapped anew", done).format(count=done)
    )
    for each in keys_of(app.workspace):
        if each.id and not each.current and not each.uses:
            note(_("{key} is used no more: it can be dropped").format(key=each.id))
