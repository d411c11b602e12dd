"""A unit's part in a case, from the claim to the report."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from referral_engine.cli.command import option
from referral_engine.cli.desk.group import verb
from referral_engine.cli.params import DAY, MOMENT, PLACE, SPAN, TARGET, UNIT, evidence
from referral_engine.cli.verb import On
from referral_engine.i18n import gettext_noop
from referral_engine.model import command as c
from referral_engine.model.span import Span
from referral_engine.model.target import Target
from referral_engine.rules import vocabulary

__all__: list[str] = []

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_REASON = option("--reason", default="", help=gettext_noop("Why; kept with the case."))
_EVIDENCE = (
    option(
        "--evidence",
        "files",
        type=_FILE,
        multiple=True,
        help=gettext_noop("A photo or paper; its digest is kept. Repeat for more."),
    ),
    option("--place", type=PLACE, help=gettext_noop("Where, as LAT,LON.")),
    option("--taken-at", type=MOMENT, help=gettext_noop("When the evidence was taken.")),
)


def _with_evidence(function: Any) -> Any:
    for each in reversed(_EVIDENCE):
        function = each(function)
    return function


@verb("claim", gettext_noop("Take the referral: from now on the unit handles it (签收)."))
def claim(on: On) -> c.Command:
    return c.Claim(on.part)


@verb("contact", gettext_noop("First word to the reporter (联系)."))
@option("--note", default="", help=gettext_noop("What was said."))
def contact(on: On, note: str) -> c.Command:
    return c.Contact(on.part, note)


@verb("arrive", gettext_noop("The unit is on the spot (报到)."))
@_with_evidence
def arrive(
    on: On,
    files: tuple[Path, ...],
    place: tuple[float, float] | None,
    taken_at: datetime | None,
) -> c.Command:
    return c.Arrive(on.part, evidence(files, place, taken_at))


@verb("decline", gettext_noop("Give it back, with a ground and whose it is (退单)."))
@option(
    "--ground",
    required=True,
    help=gettext_noop("outside_remit, wrong_territory, other_owner …, or the unit's own."),
)
@option("--suggest", type=UNIT, required=True, help=gettext_noop("The unit that should own it."))
@_REASON
def decline(on: On, ground: str, suggest: str, reason: str) -> c.Command:
    return c.Decline(on.part, _english(ground), suggest, reason)


@verb("not-needed", gettext_noop("A support that is not needed (无需配合)."))
@_REASON
def not_needed(on: On, reason: str) -> c.Command:
    return c.NotNeeded(on.part, reason)


@verb("progress", gettext_noop("Word in between (续报)."))
@option("--note", default="", help=gettext_noop("What was done."))
@option("--status", default="", help=gettext_noop("The department's own status."))
@option("--meets", default="", metavar="CLOCK", help=gettext_noop("A named clock this meets."))
@option(
    "--stage",
    type=click.Choice(["initial", "follow_up", "final"]),
    default=None,
    help=gettext_noop("Of an incident's reports."),
)
def progress(on: On, note: str, status: str, meets: str, stage: Any) -> c.Command:
    return c.Progress(on.part, note, status, meets, stage or "")


@verb("enter", gettext_noop("The number that another system has given the case (登记外部编号)."))
@option("--system", required=True, help=gettext_noop("Which system."))
@option("--number", required=True, help=gettext_noop("The case's number there."))
def enter(on: On, system: str, number: str) -> c.Command:
    return c.Enter(on.part, system, number)


@verb("report", gettext_noop("What was done, with evidence (反馈)."))
@option("--text", required=True, help=gettext_noop("What was done; the reporter's answer."))
@option(
    "--outcome",
    type=click.Choice(list(vocabulary.OUTCOMES)),
    default="solved",
    show_default=True,
    help=gettext_noop("How it ended; explained and deferred need signatures."),
)
@option("--review-on", type=DAY, help=gettext_noop("For deferred: the day it is looked at again."))
@_with_evidence
def report(
    on: On,
    text: str,
    outcome: str,
    review_on: date | None,
    files: tuple[Path, ...],
    place: tuple[float, float] | None,
    taken_at: datetime | None,
) -> c.Command:
    return c.Report(on.part, text, outcome, evidence(files, place, taken_at), review_on)


@verb("transfer", gettext_noop("Pass a claimed referral on to another unit (转办)."))
@option("--to", type=TARGET, required=True, help=gettext_noop("The unit, or @township and such."))
@_REASON
def transfer(on: On, to: Target, reason: str) -> c.Command:
    return c.Transfer(on.part, to, reason)


@verb("extend", gettext_noop("Ask for more time; somebody else signs (延期)."))
@option("--by", type=SPAN, required=True, help=gettext_noop("How much more, such as 5wd."))
@option("--reason", required=True, help=gettext_noop("Why; kept with the case."))
@option("--clock", default="report", show_default=True, help=gettext_noop("Which clock."))
def extend(on: On, by: Span, reason: str, clock: str) -> c.Command:
    return c.Extend(by, reason, on.part, clock)


@verb("hold", gettext_noop("Ask to stop this referral's clocks; somebody else signs."))
@option("--until", type=MOMENT, required=True, help=gettext_noop("Until when."))
@option("--reason", required=True, help=gettext_noop("Why; kept with the case."))
@option(
    "--ground",
    type=click.Choice(list(vocabulary.STOPS)),
    default=None,
    help=gettext_noop("Of what kind, where the case's path allows only some."),
)
def hold(on: On, until: datetime, reason: str, ground: str | None) -> c.Command:
    return c.Hold(reason, until, on.part, ground or "")


@verb("resume", gettext_noop("Let this referral's clocks run again."))
@_REASON
def resume(on: On, reason: str) -> c.Command:
    return c.Resume(on.part, reason)


@verb("handle-now", gettext_noop("Done on the spot: claim and feedback at once (即办)."))
@option("--text", required=True, help=gettext_noop("What was done; the reporter's answer."))
@_with_evidence
def handle_now(
    on: On,
    text: str,
    files: tuple[Path, ...],
    place: tuple[float, float] | None,
    taken_at: datetime | None,
) -> c.Command:
    return c.HandleNow(text, on.referral, evidence(files, place, taken_at))


@verb("hand-off", gettext_noop("Handed to 110, 119 or 120; counts as claim (移交)."))
@option("--to", required=True, metavar="110|119|120", help=gettext_noop("To whom."))
@option("--number", required=True, help=gettext_noop("Their number for it."))
@option("--receiver", required=True, help=gettext_noop("Who took it there."))
def hand_off(on: On, to: str, number: str, receiver: str) -> c.Command:
    return c.HandOff(to, number, receiver, on.referral)


def _english(ground: str) -> str:
    """A ground by its Chinese label; a unit's own is kept as written."""
    return next((word for word, label in vocabulary.GROUNDS.items() if label == ground), ground)
