"""Cases to begin with, and what is said where not all that follows from them was gone into."""

from __future__ import annotations

from collections.abc import Iterator

from referral_engine.errors import Refused
from referral_engine.i18n import _, ngettext
from referral_engine.model.case import Case
from referral_engine.prove.explore import Explored
from referral_engine.prove.life import Life, Stand
from referral_engine.prove.report import Finding
from referral_engine.prove.witness import Witness

__all__ = ["begun", "bounded", "neutral", "undecided"]


def begun(life: Life, witness: Witness) -> Stand | None:
    """The case of the issue; None where it is not taken in."""
    try:
        return life.begin(witness)
    except Refused:
        return None


def neutral(life: Life, case: Case, accused: str) -> str:
    """A unit that has nothing to do with the accused or with the case so far."""
    org = life.workspace.org
    parts = {unit for referral in case.referrals for unit in referral.units}
    taken = parts | (org.related(accused) if accused else frozenset())
    fit = (u.id for u in org.content.units if u.id not in taken and u.kind == "department")
    return next(fit, case.holder)


def bounded(gone: Explored, acts: int) -> str:
    """What the proof is about: nothing is claimed of cases with which people do more."""
    said = ngettext(
        "{count} states of a case; bound: {acts} act of people, then silence",
        "{count} states of a case; bound: {acts} acts of people, then silence",
        acts,
    )
    return said.format(count=gone.states, acts=acts)


def undecided(gone: Explored) -> Iterator[Finding]:
    """Says how far it came where the time was not enough, or that there was no case at all."""
    if not gone.states:
        yield Finding(outcome="undecided", message=_("no case was gone into"))
    if not gone.whole:
        message = _("{count} states were gone through; then the time was not enough")
        yield Finding(outcome="undecided", message=message.format(count=gone.states))
