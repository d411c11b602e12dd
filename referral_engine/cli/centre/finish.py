"""Clocks, signatures and what follows the work: review, call back, close."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from referral_engine.cli.centre.group import REASON, verb
from referral_engine.cli.command import option
from referral_engine.cli.params import DAY, MOMENT, SPAN, YES_NO
from referral_engine.cli.verb import On
from referral_engine.i18n import gettext_noop
from referral_engine.model import command as c
from referral_engine.model.span import Span
from referral_engine.rules import vocabulary

__all__: list[str] = []

_WHY = option("--reason", required=True, help=gettext_noop("Why; kept with the case."))
_REFERRAL = option(
    "--referral", default="", metavar="ID", help=gettext_noop("Of one referral only.")
)


# -- clocks -----------------------------------------------------------------------------------
@verb("hold", gettext_noop("Ask to stop the clocks; somebody else signs (中止计时)."))
@option("--until", type=MOMENT, required=True, help=gettext_noop("Until when."))
@_WHY
@_REFERRAL
@option(
    "--ground",
    type=click.Choice(list(vocabulary.STOPS)),
    default=None,
    help=gettext_noop("Of what kind, where the case's path allows only some."),
)
def hold(on: On, until: datetime, reason: str, referral: str, ground: str | None) -> c.Command:
    return c.Hold(reason, until, referral, ground or "")


@verb("resume", gettext_noop("Let the clocks run again."))
@REASON
@_REFERRAL
def resume(on: On, reason: str, referral: str) -> c.Command:
    return c.Resume(referral, reason)


@verb("extend", gettext_noop("Ask for more time; somebody else signs (延期)."))
@option("--by", type=SPAN, required=True, help=gettext_noop("How much more, such as 5wd."))
@_WHY
@_REFERRAL
@option("--clock", default="report", show_default=True, help=gettext_noop("Which clock."))
def extend(on: On, by: Span, reason: str, referral: str, clock: str) -> c.Command:
    return c.Extend(by, reason, referral, clock)


# -- signatures -------------------------------------------------------------------------------
@verb("sign", gettext_noop("Sign what somebody else proposed, by the proposal's id (签批)."))
@option("--refuse", is_flag=True, help=gettext_noop("Do not agree."))
@REASON
def sign(on: On, refuse: bool, reason: str) -> c.Command:
    return c.Sign(on.proposal(), not refuse, reason)


@verb("defer", gettext_noop("Propose to look at it again later; two sign (挂账)."))
@option("--review-on", type=DAY, required=True, help=gettext_noop("The day it is looked at."))
@_WHY
def defer(on: On, review_on: date, reason: str) -> c.Command:
    return c.Defer(review_on, reason)


# -- after the work ---------------------------------------------------------------------------
@verb("review", gettext_noop("Pass the report, or return it (审核)."))
@option("--passed/--returned", required=True, help=gettext_noop("Whether it is good enough."))
@REASON
def review(on: On, passed: bool, reason: str) -> c.Command:
    return c.Review(passed, reason)


@verb("call-back", gettext_noop("One call to the reporter (回访)."))
@option("--reached", type=YES_NO, default="yes", help=gettext_noop("yes (default) or no."))
@option(
    "--resolved",
    type=click.Choice(list(vocabulary.RESOLVED)),
    help=gettext_noop("What the reporter says."),
)
@option("--score", type=click.IntRange(1, 5), help=gettext_noop("How satisfied, 1 to 5."))
@option("--comment", default="", help=gettext_noop("The reporter's words."))
def call_back(on: On, reached: bool, resolved: Any, score: int | None, comment: str) -> c.Command:
    return c.CallBack(reached, resolved or "", score or 0, comment)


@verb("rework", gettext_noop("Open it again; the unit works on (重办)."))
@_WHY
def rework(on: On, reason: str) -> c.Command:
    return c.Rework(reason)


@verb("close", gettext_noop("Close the case; the reporter has an answer by then (结案)."))
@option(
    "--outcome",
    type=click.Choice(list(vocabulary.OUTCOMES)),
    help=gettext_noop("As the unit reported, unless given."),
)
@REASON
def close(on: On, outcome: str | None, reason: str) -> c.Command:
    return c.Close(reason, outcome or "")


@verb("archive", gettext_noop("Put an ended case away (归档)."))
def archive(on: On) -> c.Command:
    return c.Archive()


# -- the reporter -----------------------------------------------------------------------------
@verb("withdraw", gettext_noop("Ask to withdraw it; only the reporter can confirm (撤回)."))
@REASON
def withdraw(on: On, reason: str) -> c.Command:
    return c.Withdraw(reason)


@verb("object", gettext_noop("The reporter objects: use --actor reporter (异议)."))
@_WHY
def object_(on: On, reason: str) -> c.Command:
    return c.Object(reason)
