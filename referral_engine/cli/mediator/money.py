"""`mediator grant`, `propose`, `sign`, `pay`, `reverse`, `ledger`: allowances (个案补贴)."""

from __future__ import annotations

from typing import Any

import click

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.case.group import JSON
from referral_engine.cli.command import option
from referral_engine.cli.mediator.group import ACTOR, LIMIT, YUAN, acting, mediator, yuan
from referral_engine.cli.output import print_json, print_table, said, when
from referral_engine.cli.params import YES_NO
from referral_engine.desk import allowances
from referral_engine.desk.mediators import KEEPS
from referral_engine.i18n import _, gettext_noop

__all__: list[str] = []

_STATES = {"proposed": "待签批", "signed": "待支付", "paid": "已支付", "refused": "未同意"}
_KINDS = {"grant": "拨款", "sign": "签批", "pay": "支付", "reverse": "冲销"}
_NUMBER = click.argument("number", type=click.IntRange(1), metavar="NUMBER")


@mediator.command("grant", help=gettext_noop("Record money that was given for allowances."))
@click.argument("amount", type=YUAN)
@option("--note", default="", help=gettext_noop("By which paper."))
@ACTOR
@pass_app
def grant(app: App, amount: int, note: str, named: str) -> None:
    with app.desk(existing=False) as desk:
        by = acting(app, desk, named, allowances.SIGNS)
        number = allowances.grant(desk, amount, by, note)
    click.echo(_("entry {number}: {yuan} yuan").format(number=number, yuan=yuan(amount)))


@mediator.command(
    "propose",
    help=gettext_noop(
        "Propose what the mediator of a case is to have; without a case, by the scale in"
        " config.yaml for every case that is over and has none proposed. Nothing is owed by it."
    ),
)
@click.argument("id", metavar="CODE", required=False, default="")
@option("--amount", type=YUAN, default=None, help=gettext_noop("In yuan; else by the scale."))
@ACTOR
@JSON
@pass_app
def propose(app: App, id: str, amount: int | None, named: str, as_json: bool) -> None:
    if not id and amount:
        raise click.UsageError(_("--amount is for one case: name it"))
    with app.desk() as desk:
        if id:
            by = who.reader_of(desk, app.actor(desk, named, id), id)
            made = [allowances.propose(desk, id, by, amount or 0)]
        else:
            made = allowances.propose_due(desk)
    if as_json:
        print_json([_told(each) for each in made], app.zone)
        return
    _print_allowances(made, app)


@mediator.command("sign", help=gettext_noop("Agree to a proposed allowance, or do not."))
@_NUMBER
@option("--agreed", type=YES_NO, default="yes", help=gettext_noop("yes or no."))
@ACTOR
@pass_app
def sign(app: App, number: int, agreed: bool, named: str) -> None:
    with app.desk() as desk:
        by = acting(app, desk, named, allowances.SIGNS)
        done = allowances.sign(desk, number, by, agreed=agreed)
    _print_allowances([done], app)


@mediator.command("pay", help=gettext_noop("Record that a signed allowance was paid."))
@_NUMBER
@option("--reference", required=True, help=gettext_noop("The bank's number of the payment."))
@ACTOR
@pass_app
def pay(app: App, number: int, reference: str, named: str) -> None:
    with app.desk() as desk:
        by = acting(app, desk, named, allowances.SIGNS)
        done = allowances.pay(desk, number, by, reference)
    _print_allowances([done], app)


@mediator.command(
    "reverse",
    help=gettext_noop("Take an entry of the ledger back by one of its own; none is ever changed."),
)
@_NUMBER
@option("--note", required=True, help=gettext_noop("Why."))
@ACTOR
@pass_app
def reverse(app: App, number: int, note: str, named: str) -> None:
    with app.desk() as desk:
        allowances.reverse(desk, number, acting(app, desk, named, allowances.SIGNS), note)
    click.echo(_("entry {number} is taken back").format(number=number))


@mediator.command(
    "ledger", help=gettext_noop("The accounts, and the newest allowances and entries.")
)
@option("--state", type=click.Choice(list(_STATES)), default=None, help=gettext_noop("Only these."))
@LIMIT
@ACTOR
@JSON
@pass_app
def ledger(app: App, state: str | None, limit: int, named: str, as_json: bool) -> None:
    found = allowances.Ledger({}, [], [])
    if app.has_store:
        with app.desk() as desk:
            by = acting(app, desk, named, (*allowances.SIGNS, *KEEPS, "auditor"))
            found = allowances.ledger(desk, by, limit, state or "")
    if as_json:
        print_json(_ledger(found), app.zone)
        return
    print_table(
        (_("account"), _("yuan")),
        [*((account, yuan(fen)) for account, fen in found.balances.items()),
         (_("sum"), yuan(sum(found.balances.values())))],
    )  # fmt: skip
    _print_allowances(found.allowances, app)
    headings = (_("entry"), _("kind"), _("allowance"), _("lines"), _("by"), _("when"))
    rows = [
        (
            str(e.id), said(e.kind, _KINDS), str(e.allowance or ""),
            "; ".join(f"{account} {yuan(fen)}" for account, fen in e.lines.items()), e.by,
            when(e.at, app.zone),
        )
        for e in found.entries
    ]  # fmt: skip
    print_table(headings, rows)


def _print_allowances(found: list[allowances.Allowance], app: App) -> None:
    headings = (
        _("number"), _("case"), _("mediator"), _("yuan"), _("state"), _("proposed by"),
        _("signed by"), _("paid"),
    )  # fmt: skip
    rows = [
        (
            str(a.id), a.case, a.mediator, yuan(a.amount), said(a.state, _STATES), a.proposed_by,
            a.signed_by, when(a.paid_at, app.zone),
        )
        for a in found
    ]  # fmt: skip
    print_table(headings, rows)


def _told(each: allowances.Allowance) -> dict[str, Any]:
    return each._asdict()


def _ledger(found: allowances.Ledger) -> dict[str, Any]:
    return {
        "balances": found.balances,
        "sum": sum(found.balances.values()),
        "allowances": [_told(each) for each in found.allowances],
        "entries": [each._asdict() for each in found.entries],
    }
