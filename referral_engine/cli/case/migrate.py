"""`case migrate`: a running case to another published rule set, by name."""

from __future__ import annotations

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.case.group import CODE, JSON, case
from referral_engine.cli.command import Command, option
from referral_engine.cli.result import print_result
from referral_engine.desk.acting import find_case, submit
from referral_engine.desk.publishing import active_hash, find_rule_set
from referral_engine.flow.access import may_see, unknown_case
from referral_engine.i18n import gettext_noop
from referral_engine.model import command as c

__all__: list[str] = []


@case.command(
    "migrate",
    cls=Command,
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
@JSON
@pass_app
def migrate(
    app: App, id: str, rule_set: str, reason: str, actor: str, key: str, as_json: bool
) -> None:
    with app.desk() as desk:
        found = find_case(desk.store, id)
        org = app.workspace.org
        by = who.at_the_centre(app.actor(desk, actor, id), "migrate", found, org)
        if not may_see(by, found, org):
            raise unknown_case(id)
        wanted = rule_set or active_hash(desk.store, desk.clock.now()) or ""
        command = c.Migrate(find_rule_set(desk.store, wanted, desk.clock.now()), reason)
        answer = submit(desk, c.Request(found.code, command, by, key))
        after = find_case(desk.store, found.code)
        print_result(answer, after, app.workspace, as_json=as_json)
