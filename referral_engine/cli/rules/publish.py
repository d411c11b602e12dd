"""`rules publish`, `history`, `rollback`: which rules are in force, by whom and why."""

from __future__ import annotations

import click

from referral_engine.cli.actor import author
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.failure import note
from referral_engine.cli.output import print_json, print_table, short, when
from referral_engine.desk import publishing
from referral_engine.desk.publishing import Publication, Published
from referral_engine.i18n import _, gettext_noop
from referral_engine.rules.render import as_text

__all__ = ["history", "publish", "rollback"]

_REASON = option("--reason", default="", help=gettext_noop("Why; kept with the publication."))
_ACTOR = option("--actor", default="", help=gettext_noop("Who publishes; you by default."))
_JSON = option("--json", "as_json", is_flag=True, help=gettext_noop("As JSON."))


@command(
    "publish",
    help=gettext_noop(
        "Check the workspace's rules, load them in a child process, put them into force for new"
        " cases. Running cases keep the rules they were decided under."
    ),
)
@_REASON
@_ACTOR
@_JSON
@pass_app
def publish(app: App, reason: str, actor: str, as_json: bool) -> None:
    loaded = app.workspace.read_rules()
    with app.desk(existing=False) as desk:
        made = publishing.publish(desk, loaded, author(app.actor(desk, actor)), reason)
    if doubts := [fault for fault in loaded.faults if fault.severity == "warning"]:
        note(as_text(doubts))
    _tell(made, as_json=as_json)


@command("rollback", help=gettext_noop("Put an earlier rule set into force again, by its hash."))
@click.argument("hash")
@_REASON
@_ACTOR
@_JSON
@pass_app
def rollback(app: App, hash: str, reason: str, actor: str, as_json: bool) -> None:  # noqa: A002
    with app.desk() as desk:
        made = publishing.roll_back(desk, hash, author(app.actor(desk, actor)), reason)
    _tell(made, as_json=as_json)


@command("history", help=gettext_noop("What was published when, by whom and why; newest first."))
@option(
    "--limit",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help=gettext_noop("How many."),
)
@_JSON
@pass_app
def history(app: App, limit: int, as_json: bool) -> None:
    listed: list[Publication] = []
    if app.has_store:
        with app.desk() as desk:
            listed = publishing.publications(desk.store, limit)
    if as_json:
        print_json([each._asdict() for each in listed], app.zone)
        return
    headings = ("#", _("rules"), _("when"), _("who"), _("why"))
    print_table(
        headings,
        [
            (str(each.number), short(each.rule_set), when(each.at, app.zone), each.author,
             each.reason)
            for each in listed
        ],
    )  # fmt: skip


def _tell(made: Published, *, as_json: bool) -> None:
    if as_json:
        print_json({"rule_set": made.rule_set, "number": made.number, "changed": made.number > 0})
    elif made.number:
        click.echo(
            _("in force for new cases: {hash} (publication {number})").format(
                hash=short(made.rule_set), number=made.number
            )
        )
    else:
        click.echo(_("{hash} is in force already").format(hash=short(made.rule_set)))
