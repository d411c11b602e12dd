"""Mediation and the parties beside the reporter."""

from __future__ import annotations

from datetime import date

import click

from referral_engine.cli.command import option
from referral_engine.cli.desk.group import verb
from referral_engine.cli.params import DAY, YES_NO
from referral_engine.cli.verb import On
from referral_engine.i18n import gettext_noop
from referral_engine.model import command as c

__all__: list[str] = []


@verb("party", gettext_noop("Add who is concerned beside the reporter (当事人)."))
@option("--role", required=True, help=gettext_noop("Such as applicant, respondent, worker."))
@option("--name", default="", help=gettext_noop("The name; personal data."))
@option("--phone", default="", help=gettext_noop("The phone; personal data."))
@option("--count", type=click.IntRange(1), default=1, help=gettext_noop("How many of them."))
def party(on: On, role: str, name: str, phone: str, count: int) -> c.Command:
    return c.AddParty(role, name, phone, count)


@verb("consent", gettext_noop("A party agrees to mediation, or does not."))
@option("--party", required=True, metavar="ID", help=gettext_noop("Which party."))
@option("--given", type=YES_NO, required=True, help=gettext_noop("yes or no."))
def consent(on: On, party: str, given: bool) -> c.Command:
    return c.Consent(party, given)


@verb("challenge", gettext_noop("A party challenges the mediator (申请回避)."))
@option("--person", required=True, help=gettext_noop("The mediator, by id."))
@option("--reason", default="", help=gettext_noop("Why; kept with the case."))
def challenge(on: On, person: str, reason: str) -> c.Command:
    return c.Challenge(on.part, person, reason)


@verb("agree", gettext_noop("The parties agree (调解协议)."))
@option("--terms", required=True, help=gettext_noop("What they agreed."))
@option("--confirmation", is_flag=True, help=gettext_noop("They apply for confirmation by court."))
@option(
    "--performance",
    type=DAY,
    multiple=True,
    help=gettext_noop("A day something is due. Repeat for more."),
)
def agree(on: On, terms: str, confirmation: bool, performance: tuple[date, ...]) -> c.Command:
    return c.Agree(on.part, terms, confirmation, performance)


@verb("settle", gettext_noop("What was promised to a party was done, or was not (履行)."))
@option("--party", default="", metavar="ID", help=gettext_noop("To which party."))
@option("--clock", default="", help=gettext_noop("The date it was promised for, by its name."))
@option("--note", default="", help=gettext_noop("What was done."))
@option("--broken", is_flag=True, help=gettext_noop("It was not done; needs a --clock."))
def settle(on: On, party: str, clock: str, note: str, broken: bool) -> c.Command:
    return c.Settle(party, clock, note, kept=not broken)
