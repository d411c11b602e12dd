"""Who works on it: dispatch, whistle, designate, step up, supervise, confer."""

from __future__ import annotations

from typing import Any

import click

from referral_engine.cli.centre.group import REASON, verb
from referral_engine.cli.command import option
from referral_engine.cli.params import MOMENT, SPAN, TARGET, UNIT, WITHIN
from referral_engine.cli.verb import On
from referral_engine.i18n import gettext_noop
from referral_engine.model import command as c
from referral_engine.model.span import Span
from referral_engine.model.target import Target
from referral_engine.rules import vocabulary

__all__: list[str] = []

_SUPPORT = option(
    "--support",
    type=TARGET,
    multiple=True,
    help=gettext_noop("A unit to support. Repeat for more."),
)
_REQUIRED = option(
    "--required",
    type=TARGET,
    multiple=True,
    help=gettext_noop("A support that must report before the case is resolved."),
)
_WITHIN = option(
    "--within", type=WITHIN, multiple=True, help=gettext_noop("A clock, such as claim=2wh.")
)
Clocks = tuple[tuple[str, Span], ...]


@verb("dispatch", gettext_noop("Assign it to a unit (派单)."))
@option("--lead", type=TARGET, required=True, help=gettext_noop("The unit that leads."))
@_SUPPORT
@_REQUIRED
@_WITHIN
@REASON
def dispatch(
    on: On,
    lead: Target,
    support: tuple[Target, ...],
    required: tuple[Target, ...],
    within: Clocks,
    reason: str,
) -> c.Command:
    return c.Dispatch(lead, _parts(support, required), within, reason)


@verb("whistle", gettext_noop("Call for departments beyond one's own power (吹哨)."))
@option(
    "--level",
    type=click.Choice(["routine", "joint", "emergency"]),
    default="routine",
    show_default=True,
    help=gettext_noop("How urgent."),
)
@option("--lead", type=TARGET, help=gettext_noop("The unit that leads; else they support."))
@_SUPPORT
@_REQUIRED
@_WITHIN
@REASON
def whistle(
    on: On,
    level: str,
    lead: Target | None,
    support: tuple[Target, ...],
    required: tuple[Target, ...],
    within: Clocks,
    reason: str,
) -> c.Command:
    parts = _parts(support, required)
    return c.Whistle(level, lead, parts, within, reason)  # type: ignore[arg-type]  # a Choice


@verb("stand-down", gettext_noop("End the whistle and rate who answered (销哨)."))
@option(
    "--rating",
    "ratings",
    multiple=True,
    metavar="UNIT=1..5",
    help=gettext_noop("How a unit answered, such as police=5. Repeat for more."),
)
@REASON
def stand_down(on: On, ratings: tuple[str, ...], reason: str) -> c.Command:
    return c.StandDown(dict(_rating(text) for text in ratings), reason)


@verb("designate", gettext_noop("Decide who owns a contested case (指定承办)."))
@option("--unit", type=TARGET, required=True, help=gettext_noop("Who owns it from now on."))
@option("--ground", default="", help=gettext_noop("The ground that this settles."))
@REASON
def designate(on: On, unit: Target, ground: str, reason: str) -> c.Command:
    return c.Designate(unit, ground, reason)


@verb("step-up", gettext_noop("To the next level of leadership (提级)."))
@option("--to", type=TARGET, help=gettext_noop("To this unit instead."))
@REASON
def step_up(on: On, to: Target | None, reason: str) -> c.Command:
    return c.StepUp(reason, to)


@verb("supervise", gettext_noop("Urge formally, with a clock of its own (督办)."))
@option("--referral", default="", help=gettext_noop("Of this referral; the lead's by default."))
@option("--within", type=SPAN, help=gettext_noop("The time given."))
@REASON
def supervise(on: On, referral: str, within: Span | None, reason: str) -> c.Command:
    return c.Supervise(referral, within, reason)


@verb("confer", gettext_noop("Call a conference, or record what it decided (会商)."))
@option("--member", "members", type=TARGET, multiple=True, help=gettext_noop("A unit invited."))
@option("--meet-at", type=MOMENT, help=gettext_noop("When it meets."))
@option("--conference", default="", metavar="ID", help=gettext_noop("Record this one's minutes."))
@option("--minutes", default="", help=gettext_noop("What it decided."))
@option("--lead", type=TARGET, help=gettext_noop("Whom it binds to lead."))
@_SUPPORT
@_REQUIRED
@option(
    "--form",
    type=click.Choice(list(vocabulary.CONFERENCES)),
    default="conference",
    show_default=True,
    help=gettext_noop("What they meet for: to confer, or to act together."),
)
@option("--agenda", default="", help=gettext_noop("What about."))
def confer(
    on: On,
    members: tuple[Target, ...],
    support: tuple[Target, ...],
    required: tuple[Target, ...],
    **given: Any,
) -> c.Command:
    return c.Confer(members, supports=_parts(support, required), **given)


def _parts(support: tuple[Target, ...], required: tuple[Target, ...]) -> tuple[c.Part, ...]:
    return (*(c.Part(to) for to in support), *(c.Part(to, required=True) for to in required))


def _rating(text: str) -> tuple[str, int]:
    unit, _equals, score = text.partition("=")
    if not score.isdecimal():
        raise click.BadParameter(text, param_hint="--rating")
    return UNIT.convert(unit, None, click.get_current_context()), int(score)
