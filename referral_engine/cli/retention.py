"""`referral retention`: how long what people wrote is kept, and what holds it back."""

from __future__ import annotations

from collections.abc import Callable

import click

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.case.group import CODE, JSON
from referral_engine.cli.command import Group, option
from referral_engine.cli.output import print_json, print_table
from referral_engine.cli.result import print_result
from referral_engine.clock import SystemClock
from referral_engine.desk.acting import find_case, submit
from referral_engine.desk.opening import refuse_read_only
from referral_engine.desk.retention import carry_out, doomed, prune, tally
from referral_engine.flow.access import may_see, unknown_case
from referral_engine.i18n import _, gettext_noop
from referral_engine.model import command as c

__all__ = ["retention"]

retention = Group(
    name="retention", help=gettext_noop("How long what people wrote is kept (保存期限).")
)


@retention.command(
    "run",
    help=gettext_noop(
        "Carry out the rules under `retention:` in config.yaml now; the daemon does it every night."
        " The content of ended cases past their term is destroyed, their history and figures stay."
    ),
)
@option(
    "--dry-run",
    is_flag=True,
    help=gettext_noop("Only count what each rule would take; no case is named."),
)
@JSON
@pass_app
def run(app: App, dry_run: bool, as_json: bool) -> None:
    if not dry_run:
        refuse_read_only(app.workspace)
    now = SystemClock().now()
    with app.desk() as desk:
        cases = tally(desk, now)
        if not dry_run:
            cases = dict.fromkeys(cases, 0)
            for each in doomed(desk, now):
                cases[each.rule.name] += carry_out(desk, each)
        beside = prune(desk, now, dry=dry_run)
        if not dry_run:
            desk.store.wipe()
    if as_json:
        print_json({"dry_run": dry_run, "cases": cases, **beside})
        return
    counted = [*cases.items(), *((_BESIDE[name](), n) for name, n in beside.items())]
    if not counted:
        click.echo(_("there are no rules: `retention:` in config.yaml"))
        return
    heading = _("would go") if dry_run else _("gone")
    print_table((_("rule"), heading), [(name, str(count)) for name, count in counted])


_BESIDE: dict[str, Callable[[], str]] = {
    "access_log": lambda: _("who looked at personal data"),
    "outbox": lambda: _("what calls and notices said"),
    "results": lambda: _("what commands were answered"),
}
_REASON = option("--reason", required=True, help=gettext_noop("Why; kept with the case."))
_ACTOR = option(
    "--actor", default="", metavar="PERSON", help=gettext_noop("Who acts; you by default.")
)
_KEY = option("--key", default="", help=gettext_noop("Idempotency key."))


@retention.command(
    "hold",
    help=gettext_noop("Keep a case's content back from the rules: a suit, an inquiry (依法留存)."),
)
@CODE
@_REASON
@_ACTOR
@_KEY
@JSON
@pass_app
def hold(app: App, id: str, reason: str, actor: str, key: str, as_json: bool) -> None:
    _give(app, id, c.Preserve(reason), actor, key, as_json=as_json)


@retention.command("release", help=gettext_noop("Give a case's content free again for the rules."))
@CODE
@_REASON
@_ACTOR
@_KEY
@JSON
@pass_app
def release(app: App, id: str, reason: str, actor: str, key: str, as_json: bool) -> None:
    _give(app, id, c.EndPreservation(reason), actor, key, as_json=as_json)


def _give(app: App, id: str, command: c.Command, actor: str, key: str, *, as_json: bool) -> None:
    with app.desk() as desk:
        found, org = find_case(desk.store, id), app.workspace.org
        name = c.command_name(command)
        by = who.at_the_centre(app.actor(desk, actor, id), name, found, org)
        if not may_see(by, found, org):
            raise unknown_case(id)
        answer = submit(desk, c.Request(found.code, command, by, key))
        print_result(answer, find_case(desk.store, found.code), app.workspace, as_json=as_json)
