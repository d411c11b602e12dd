"""At the door: accept, or propose what a leader must sign; take it from whom it accuses."""

from __future__ import annotations

import click

from referral_engine.cli.centre.group import REASON, verb, word
from referral_engine.cli.command import option
from referral_engine.cli.params import UNIT
from referral_engine.cli.verb import On
from referral_engine.i18n import gettext_noop
from referral_engine.model import command as c
from referral_engine.rules import vocabulary

__all__: list[str] = []


@verb("accept", gettext_noop("Accept the issue; the rules then decide (受理)."))
@option("--category", default="", help=gettext_noop("Correct the category."))
@option("--territory", default="", help=gettext_noop("Correct the place."))
def accept(on: On, category: str, territory: str) -> c.Command:
    return c.Accept(category, territory)


@verb("reject", gettext_noop("Propose not to accept it; a leader signs (不予受理)."))
@option("--ground", required=True, help=gettext_noop("outside_remit, material_missing …"))
@REASON
def reject(on: On, ground: str, reason: str) -> c.Command:
    return c.Reject(word(ground, vocabulary.REJECT_GROUNDS), reason)


@verb("redirect", gettext_noop("Propose the legal path it belongs to; a leader signs."))
@option("--to", "path", required=True, help=gettext_noop("litigation, arbitration …"))
@REASON
def redirect(on: On, path: str, reason: str) -> c.Command:
    return c.Redirect(word(path, vocabulary.REDIRECTS), reason)


@verb("exclude", gettext_noop("Propose to leave it out of assessment; two sign (剔除)."))
@option("--ground", required=True, help=gettext_noop("The ground, from the county's closed list."))
@REASON
def exclude(on: On, ground: str, reason: str) -> c.Command:
    return c.Exclude(ground, reason)


@verb("accuse", gettext_noop("It accuses a unit: seal it, take it from that unit (回避)."))
@option("--unit", "units", multiple=True, type=UNIT, help=gettext_noop("The unit accused."))
@option(
    "--person",
    "people",
    multiple=True,
    help=gettext_noop("The person accused, by id: every unit the person belongs to."),
)
@REASON
def accuse(on: On, units: tuple[str, ...], people: tuple[str, ...], reason: str) -> c.Command:
    from referral_engine.org import PERSON

    accused = (*units, *(f"{PERSON}{id}" for id in people))
    if not accused:
        raise click.UsageError("--unit")
    return c.AddAccused(accused, reason)
