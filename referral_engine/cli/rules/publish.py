"""`rules publish`, `confirm`, `withdraw`, `history`, `rollback`: which rules are in force, by whom
and why.
"""

from __future__ import annotations

from datetime import datetime

import click

from referral_engine.cli.actor import Actor, author
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.failure import note
from referral_engine.cli.output import print_json, print_table, short, when
from referral_engine.cli.params import MOMENT
from referral_engine.cli.rules.evidence import evidence_for, evidence_said
from referral_engine.desk import Desk, publishing
from referral_engine.desk.publishing import Publication, Published
from referral_engine.errors import Refused
from referral_engine.i18n import _, gettext_noop
from referral_engine.model.principal import Principal
from referral_engine.rules.render import as_text

__all__ = ["confirm", "history", "publish", "rollback", "withdraw"]

_REASON = option("--reason", default="", help=gettext_noop("Why; kept with the publication."))
_ACTOR = option("--actor", default="", help=gettext_noop("Who publishes; you by default."))
_SECOND = option("--actor", default="", help=gettext_noop("Who does; you by default."))
_AT = option(
    "--at", type=MOMENT, help=gettext_noop("From this moment on; by default at once.")
)  # fmt: skip
_JSON = option("--json", "as_json", is_flag=True, help=gettext_noop("As JSON."))
_NUMBER = click.argument("number", type=click.IntRange(1))
_STATES = {
    "ready": gettext_noop("in force from {at}"),
    "planned": gettext_noop("planned for {at}"),
    "waiting": gettext_noop("waits for a second person"),
    "withdrawn": gettext_noop("withdrawn by {by}"),
}


@command(
    "publish",
    help=gettext_noop(
        "Check the workspace's rules, run their tests, decide the last weeks' cases by them, load"
        " them in a child process, put them into force for new cases. Running cases keep the rules"
        " they were decided under."
    ),
)
@_REASON
@_AT
@option(
    "--backtest-days", type=click.IntRange(0), default=30, show_default=True, metavar="N",
    help=gettext_noop("How many days' cases are decided anew, for the record; 0 for none."),
)  # fmt: skip
@option("--untested", is_flag=True, help=gettext_noop("Although rule tests fail."))
@_ACTOR
@_JSON
@pass_app
def publish(
    app: App, reason: str, at: datetime | None, backtest_days: int, untested: bool, actor: str,
    as_json: bool,
) -> None:  # fmt: skip
    loaded = app.workspace.read_rules()
    with app.desk(existing=False) as desk:
        by = _publisher(app, desk, actor)
        evidence = evidence_for(desk, loaded, backtest_days, untested=untested)
        made = publishing.publish(desk, loaded, by, reason, at=at, evidence=evidence)
        if doubts := [fault for fault in loaded.faults if fault.severity == "warning"]:
            note(as_text(doubts))
        for line in evidence_said(evidence):
            note(line)
        _tell(app, desk, made, as_json=as_json)


@command("rollback", help=gettext_noop("Put an earlier rule set into force again, by its hash."))
@click.argument("hash")
@_REASON
@_AT
@_ACTOR
@_JSON
@pass_app
def rollback(
    app: App,
    hash: str,  # noqa: A002
    reason: str,
    at: datetime | None,
    actor: str,
    as_json: bool,
) -> None:
    with app.desk() as desk:
        by = _publisher(app, desk, actor)
        made = publishing.roll_back(desk, hash, by, reason, at=at)
        _tell(app, desk, made, as_json=as_json)


@command("confirm", help=gettext_noop("Agree to a publication that waits for a second person."))
@_NUMBER
@_SECOND
@_JSON
@pass_app
def confirm(app: App, number: int, actor: str, as_json: bool) -> None:
    with app.desk() as desk:
        made = publishing.confirm(desk, number, _publisher(app, desk, actor))
        _tell(app, desk, made, as_json=as_json)


@command("withdraw", help=gettext_noop("Take back a publication that is not in force yet."))
@_NUMBER
@_SECOND
@_JSON
@pass_app
def withdraw(app: App, number: int, actor: str, as_json: bool) -> None:
    with app.desk() as desk:
        made = publishing.withdraw(desk, number, _publisher(app, desk, actor))
        _tell(app, desk, made, as_json=as_json)


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
    headings = ("#", _("rules"), _("when"), _("who"), _("why"), _("state"), _("evidence"))
    print_table(
        headings,
        [
            (str(each.number), short(each.rule_set), when(each.at, app.zone), _who(each),
             _reason(each), _state(app, each), "; ".join(evidence_said(each.evidence)))
            for each in listed
        ],
    )  # fmt: skip


def _reason(each: Publication) -> str:
    """What its author wrote; the engine's own reason is said in the reader's language."""
    return _("first use") if each.reason == publishing.FIRST_USE else each.reason


def _publisher(app: App, desk: Desk, actor: str) -> str:
    """Who publishes. A token has to be an administrator's; whoever has the shell is trusted.

    Raises Refused (FORBIDDEN).
    """
    by: Actor = app.actor(desk, actor)
    if isinstance(by, Principal) and not by.has("administrator"):
        raise Refused(
            "FORBIDDEN",
            _("This token may not publish rules."),
            _("It takes one of an administrator."),
        )
    return author(by)


def _who(each: Publication) -> str:
    return each.author + (f" + {each.confirmed_by}" if each.confirmed_by else "")


def _state(app: App, each: Publication) -> str:
    said = _(_STATES[each.state])
    return said.format(at=when(each.effective_at, app.zone), by=each.withdrawn_by)


def _tell(app: App, desk: Desk, made: Published, *, as_json: bool) -> None:
    if as_json:
        print_json({
            "rule_set": made.rule_set, "number": made.number, "changed": made.number > 0,
            "state": made.state,
        })  # fmt: skip
        return
    if not made.number:
        click.echo(_("{hash} is in force already").format(hash=short(made.rule_set)))
        return
    if made.state == "ready":
        said = _("in force for new cases: {hash} (publication {number})")
        click.echo(said.format(hash=short(made.rule_set), number=made.number))
        return
    listed = publishing.publications(desk.store)
    each = next(each for each in listed if each.number == made.number)
    said = _("publication {number}, {hash}: {state}")
    click.echo(said.format(number=made.number, hash=short(made.rule_set), state=_state(app, each)))
    if made.state == "waiting":
        click.echo(_("  → `referral rules confirm {number}`").format(number=made.number))
