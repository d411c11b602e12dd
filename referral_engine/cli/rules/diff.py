"""`rules diff`: what the files would change in the rules in force."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.output import print_json
from referral_engine.desk import publishing
from referral_engine.errors import Refused
from referral_engine.i18n import _, gettext_noop
from referral_engine.rules.difference import changes

__all__ = ["change_said", "diff"]


@command("diff", help=gettext_noop("What publishing the files would change, rule by rule."))
@option(
    "--from", "since", default="", metavar="HASH", help=gettext_noop("By default what is in force.")
)
@option("--json", "as_json", is_flag=True, help=gettext_noop("As JSON."))
@pass_app
def diff(app: App, since: str, as_json: bool) -> None:
    with app.desk() as desk:
        wanted = since or publishing.active_hash(desk.store, desk.clock.now())
        if wanted is None:
            next_step = _("Publish one: `referral rules publish`.")
            raise Refused("NO_RULES", _("No rule set is published."), next_step)
        before = publishing.stored_rule_set(
            desk.store, app.workspace, publishing.find_rule_set(desk.store, wanted)
        )
    after = app.workspace.rules()
    told = changes(before, after)
    if as_json:
        print_json({"from": before.hash, "to": after.hash, **told})
        return
    if before.hash == after.hash:
        click.echo(_("the rules in force and the files decide alike"))
    for change, ids in told.items():
        if ids:
            click.echo(f"{change_said(change)}: {', '.join(ids)}")
    for line in _lines(before.sources, after.sources):
        click.echo(line)


def _lines(before: dict[str, str], after: dict[str, str]) -> Iterator[str]:
    for file in sorted({*before, *after}):
        old, new = before.get(file, ""), after.get(file, "")
        if old != new:
            yield from difflib.unified_diff(
                old.splitlines(), new.splitlines(), f"{file} (in force)", file, lineterm=""
            )


def change_said(change: str) -> str:
    """What happens to a rule, for people."""
    return {"added": _("added"), "removed": _("removed"), "changed": _("changed")}[change]
