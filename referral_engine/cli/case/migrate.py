"""`case migrate`: a running case to another published rule set, by name."""

from __future__ import annotations

import sys

import click

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.case.group import CODE, JSON, case
from referral_engine.cli.command import option
from referral_engine.cli.output import print_json, said, short, when
from referral_engine.cli.result import print_result, unit_name
from referral_engine.cli.rules.diff import change_said
from referral_engine.cli.words import CLOCKS
from referral_engine.desk.acting import find_case, submit
from referral_engine.desk.migrating import Migration, migration
from referral_engine.desk.publishing import active_hash, find_rule_set
from referral_engine.errors import Refused
from referral_engine.flow.access import may_see, unknown_case
from referral_engine.i18n import _, gettext_noop
from referral_engine.model import command as c

__all__: list[str] = []


@case.command(
    "migrate",
    help=gettext_noop("Take a running case to another published rule set; nothing fires twice."),
)
@CODE
@option(
    "--to",
    "rule_set",
    default="",
    metavar="HASH",
    help=gettext_noop("By default what is in force."),
)
@option("--reason", default="", help=gettext_noop("Why; kept with the case."))
@option("--actor", default="", metavar="PERSON", help=gettext_noop("Who acts; you by default."))
@option("--key", default="", help=gettext_noop("Idempotency key."))
@option("--yes", is_flag=True, help=gettext_noop("Without asking."))
@JSON
@pass_app
def migrate(
    app: App, id: str, rule_set: str, reason: str, actor: str, key: str, yes: bool, as_json: bool
) -> None:
    with app.desk() as desk:
        found = find_case(desk.store, id)
        org = app.workspace.org
        by = who.at_the_centre(app.actor(desk, actor, id), "migrate", found, org)
        if not may_see(by, found, org):
            raise unknown_case(id)
        wanted = rule_set or active_hash(desk.store, desk.clock.now()) or ""
        digest = find_rule_set(desk.store, wanted, desk.clock.now())
        if digest != found.rule_set:  # else there is nothing to agree to, and the flow says so
            _agree(migration(desk, found, digest), found.code, app, yes=yes, as_json=as_json)
        answer = submit(desk, c.Request(found.code, c.Migrate(digest, reason), by, key))
        after = find_case(desk.store, found.code)
        print_result(answer, after, app.workspace, as_json=as_json)


def _agree(shown: Migration, code: str, app: App, *, yes: bool, as_json: bool) -> None:
    """Shows the difference and has it agreed to. Raises Refused where it is not."""
    if not as_json:
        _print(shown, app)
    elif not yes:
        coming = [each._asdict() for each in shown.coming]
        print_json(shown._asdict() | {"coming": coming}, app.zone)
    if not yes:
        _ask(code)


def _print(shown: Migration, app: App) -> None:
    old, new = short(shown.before), short(shown.after)
    click.echo(_("rules {old} → {new}").format(old=old, new=new))
    for change, ids in shown.rules.items():
        if ids:
            click.echo(f"  {change_said(change)}: {', '.join(ids)}")
    if shown.decided:
        click.echo(
            _("  the rule that decided it is {change}; it is not decided again").format(
                change=change_said(shown.decided)
            )
        )
    for each in shown.coming:
        at = when(each.at, app.zone) if each.at else _("not asked, the clock runs already")
        sides = [", ".join(ids) or "–" for ids in each.rules]
        click.echo(
            f"  {said(each.clock, CLOCKS)} {each.share:.0%}"
            f" ({unit_name(app.workspace.org, each.unit)}), {at}: {sides[0]} → {sides[1]}"
        )


def _ask(code: str) -> None:
    """Raises Refused (NOT_CONFIRMED) where nobody says yes, or nobody is there to say so."""
    asked = _("Take case {code} there?").format(code=code)
    if sys.stdin.isatty() and click.confirm(asked, err=True):
        return
    raise Refused(
        "NOT_CONFIRMED",
        _("Nothing was changed."),
        _("Say --yes once you have seen the difference."),
    )
