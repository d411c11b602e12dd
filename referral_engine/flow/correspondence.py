"""Letters, and what comes too late or from outside: kept, named, never lost."""

from __future__ import annotations

from referral_engine.errors import Refused
from referral_engine.flow.draft import Draft
from referral_engine.flow.offer import hold_at_centre
from referral_engine.i18n import _
from referral_engine.model import event as e
from referral_engine.model.command import (
    CallFailed,
    LateAnswer,
    LetterDelivered,
    Migrate,
    SendLetter,
)

__all__ = ["call_failed", "late_answer", "letter_delivered", "migrate", "send_letter"]


def send_letter(draft: Draft, command: SendLetter) -> None:
    """A letter gets its number (文号) from the case and the count of its letters."""
    number = f"{draft.code}-L{draft.case.letters + 1}"
    draft.record(e.LetterSent(number, command.letter, command.to, draft.keep(command.text)))
    draft.tell(command.to, "letter", number=number)


def letter_delivered(draft: Draft, command: LetterDelivered) -> None:
    draft.record(e.LetterReceived(command.number, draft.keep(command.receipt)))


def late_answer(draft: Draft, command: LateAnswer) -> None:
    """A plugin answered when nobody waited any more: kept for people to read."""
    draft.record(e.AnsweredLate(command.referral, command.verb, draft.keep(command.note)))


def call_failed(draft: Draft, command: CallFailed) -> None:
    """The department's system cannot be reached: its people take over from the desk inbox."""
    draft.record(e.CallGivenUp(command.referral, command.verb, command.error))
    referral = draft.case.referral(command.referral)
    if referral is not None and referral.open:
        draft.tell(referral.station, "system_unreachable", referral=referral.id)
    elif not draft.case.over and draft.case.lead() is None:
        hold_at_centre(draft, "designate")


def migrate(draft: Draft, command: Migrate) -> None:
    """The running case goes on under another published rule set. Fired marks stay fired."""
    if command.rule_set not in draft.setting.published:
        raise Refused(
            "UNKNOWN_RULE_SET",
            _("No published rule set has the hash {hash}.").format(hash=command.rule_set),
            _("`referral rules history` lists them."),
        )
    before = draft.case.rule_set
    draft.record(e.RulesMigrated(command.rule_set, before, draft.keep(command.reason)))
