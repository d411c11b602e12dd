"""`referral token`: who may come in without the shell."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import Group, option
from referral_engine.cli.failure import note
from referral_engine.cli.output import print_json, print_table, said, when
from referral_engine.cli.params import SPAN, UNIT
from referral_engine.cli.words import POSTS
from referral_engine.clock import SystemClock
from referral_engine.desk import tokens
from referral_engine.desk.secret import Issued, Token
from referral_engine.i18n import _, gettext_noop
from referral_engine.model.principal import ROLES
from referral_engine.model.span import Span

__all__ = ["token"]

_ROLES = [role for role in ROLES if role not in ("reporter", "engine")]
_ACTOR = option(
    "--actor",
    "named",
    default="",
    metavar="PERSON",
    help=gettext_noop("Who does it; you by default, as an administrator."),
)
_JSON = option("--json", "as_json", is_flag=True, help=gettext_noop("As JSON."))

token = Group(name="token", help=gettext_noop("Who may come in without the shell (令牌)."))


@token.command(
    "issue",
    help=gettext_noop(
        "A token for a person of the organisation, for another system under a name of its own, or"
        " for the reporter of a case. It is shown once; the store keeps its hash."
    ),
)
@click.argument("holder", required=False, default="")
@option(
    "--reporter",
    "code",
    default="",
    metavar="CODE",
    help=gettext_noop("For the reporter of this case, to follow and rate it; needs an --actor."),
)
@option(
    "--role",
    "roles",
    type=click.Choice(_ROLES),
    multiple=True,
    help=gettext_noop("No more than this role; repeat for more. Another system needs one."),
)
@option("--unit", type=UNIT, default=None, help=gettext_noop("For posts in this unit."))
@option(
    "--expires",
    type=SPAN,
    default="90d",
    show_default=True,
    help=gettext_noop("How long it is good."),
)
@option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=gettext_noop("Write it there, readable for you alone, instead of showing it."),
)
@_ACTOR
@_JSON
@pass_app
def issue(
    app: App, holder: str, code: str, roles: tuple[str, ...], unit: str | None, expires: Span,
    output: Path | None, named: str, as_json: bool,
) -> None:  # fmt: skip
    if bool(holder) == bool(code):
        raise click.UsageError(_("name a holder, or --reporter CODE"))
    if expires.working:
        raise click.UsageError(_("--expires is a time that simply passes, such as 90d"))
    with app.desk() as desk:
        actor = app.actor(desk, named)
        if code:
            by = who.reader_of(desk, actor, code)
            made = tokens.issue_follow_up(desk, code, by)
        else:
            by = who.reader(actor, app.workspace.org)
            life = expires.elapsed()
            made = tokens.issue(desk, holder, by, roles=roles, unit=unit or "", life=life)
    _hand_over(made, output, app, as_json=as_json)


@token.command("list", help=gettext_noop("Every token; those of reporters left out."))
@_ACTOR
@_JSON
@pass_app
def list_(app: App, named: str, as_json: bool) -> None:
    found: list[Token] = []
    now = SystemClock().now()
    if app.has_store:
        with app.desk() as desk:
            by = who.reader(app.actor(desk, named), app.workspace.org)
            found = tokens.tokens(desk, by)
    if as_json:
        print_json([_told(each) | {"state": _state(each, now)} for each in found], app.zone)
        return
    headings = (
        _("id"), _("holder"), _("roles"), _("unit"), _("state"), _("expires"), _("used"),
        _("issued by"),
    )  # fmt: skip
    rows = [
        (
            each.id, each.principal, ", ".join(said(role, POSTS) for role in each.roles), each.unit,
            said(_state(each, now), _STATES), when(each.expires_at, app.zone),
            when(each.used_at, app.zone), each.issued_by,
        )
        for each in found
    ]  # fmt: skip
    print_table(headings, rows)


@token.command("revoke", help=gettext_noop("End a token for good, by its id."))
@click.argument("id")
@_ACTOR
@pass_app
def revoke(app: App, id: str, named: str) -> None:
    with app.desk() as desk:
        by = who.reader(app.actor(desk, named), app.workspace.org)
        tokens.revoke(desk, id, by)
    click.echo(_("{id} lets nobody in any more").format(id=id))


_STATES = {"good": "有效", "expired": "已过期", "revoked": "已撤销"}


def _state(each: Token, now: datetime) -> str:
    if each.revoked_at is not None:
        return "revoked"
    return "expired" if each.expires_at <= now else "good"


def _told(each: Token) -> dict[str, Any]:
    return {name: value for name, value in each._asdict().items() if name != "case"}


def _hand_over(made: Issued, output: Path | None, app: App, *, as_json: bool) -> None:
    """The one time that the secret is shown."""
    if output is not None:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(made.text + "\n")
    if as_json:
        shown = {} if output is not None else {"token": made.text}
        print_json(_told(made.token) | shown, app.zone)
        return
    if output is None:
        click.echo(made.text)
        note(_("This is shown once. Keep it in a file that only you can read: --token-file FILE."))
    told = _("token {id} of {holder}, good until {until}; to end it: `referral token revoke {id}`")
    until = when(made.token.expires_at, app.zone)
    note(told.format(id=made.token.id, holder=made.token.principal, until=until))
