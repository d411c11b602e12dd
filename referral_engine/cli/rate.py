"""`referral rate`: the reporter's own word, at any time."""

from __future__ import annotations

from typing import Any

import click

from referral_engine.cli import actor as who
from referral_engine.cli.command import Group, option
from referral_engine.cli.params import YES_NO
from referral_engine.cli.verb import Centre, On
from referral_engine.i18n import gettext_noop
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.principal import Principal
from referral_engine.model.referral import Referral
from referral_engine.org import Org
from referral_engine.rules import vocabulary

__all__ = ["rate"]


class _Reporter(Centre):
    def principal(
        self, actor: who.Actor, command: str, case: Case, referral: Referral | None, org: Org
    ) -> Principal:
        return actor if isinstance(actor, Principal) else who.reporter_of(case)


@_Reporter(Group())("rate", gettext_noop("Rate how a case was handled, as its reporter."))
@option("--contacted", type=YES_NO, required=True, help=gettext_noop("Somebody spoke to you."))
@option(
    "--resolved",
    type=click.Choice(list(vocabulary.RESOLVED)),
    required=True,
    help=gettext_noop("Whether it is solved."),
)
@option(
    "--score", type=click.IntRange(1, 5), required=True, help=gettext_noop("How satisfied, 1 to 5.")
)
@option("--comment", default="", help=gettext_noop("In your own words."))
def rate(on: On, contacted: bool, resolved: Any, score: int, comment: str) -> c.Command:
    return c.Rate(contacted, resolved, score, comment)
