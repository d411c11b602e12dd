"""Letters, and what comes too late or from outside: kept, named, never lost."""

from __future__ import annotations

from referral_engine.errors import Refused
from referral_engine.flow.draft import Draft
from referral_engine.flow.offer import hold_at_centre
from referral_engine.flow.wording import role_words
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
    """A letter gets its number (文号) from the case and the count of its letters; who sends it
    has signed it, as a person whom the county knows.
    """
    known = draft.org.person(draft.by.id) is not None
    if command.signers and not (known and draft.by.has(*command.signers)):
        raise Refused(
            "NOT_THE_SIGNER",
            _("This letter is signed by a person of a certain post."),
            _("Name one by --actor, who is one of: {roles}.").format(
                roles=role_words(command.signers)
            ),
        )
    number = f"{draft.code}-L{draft.case.letters + 1}"
    text = draft.keep(command.text)
    draft.record(
        e.LetterSent(number, command.letter, command.to, text, command.name, command.series)
    )
    draft.tell(command.to, "letter", number=number)


def letter_delivered(draft: Draft, command: LetterDelivered) -> None:
    """Its receipt is kept; a letter may be delivered again, by other means."""
    if command.number not in {f"{draft.code}-L{n}" for n in range(1, draft.case.letters + 1)}:
        raise Refused(
            "NO_SUCH_LETTER",
            _("This case has no letter {number}.").format(number=command.number),
            _("`referral letter list {code}` lists its letters.").format(code=draft.code),
        )
    receipt = draft.keep(command.receipt)
    draft.record(e.LetterReceived(command.number, receipt, command.means))


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
    if command.rule_set == before:
        raise Refused("SAME_RULES", _("The case is under these rules already."))
    draft.record(e.RulesMigrated(command.rule_set, before, draft.keep(command.reason)))
