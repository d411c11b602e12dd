"""How long a case's content is kept: holding it back from the rules, and giving it up by them."""

from __future__ import annotations

from referral_engine.errors import Refused
from referral_engine.flow.draft import Draft
from referral_engine.i18n import _
from referral_engine.model import event as e
from referral_engine.model.command import Anonymise, EndPreservation, Preserve

__all__ = ["anonymise", "end_preservation", "preserve"]


def preserve(draft: Draft, command: Preserve) -> None:
    """Somebody needs the content: it stays until they say that they need it no more."""
    if draft.case.preserved:
        raise Refused("PRESERVED_ALREADY", _("The content is kept back already."))
    draft.record(e.Preserved(draft.keep(command.reason)))


def end_preservation(draft: Draft, command: EndPreservation) -> None:
    if not draft.case.preserved:
        raise Refused("NOT_PRESERVED", _("The content is not kept back."))
    draft.record(e.PreservationEnded(draft.keep(command.reason)))


def anonymise(draft: Draft, command: Anonymise) -> None:
    """The words go with this event, in its transaction; chain, figures and deadlines stay."""
    if draft.case.preserved:
        raise Refused(
            "PRESERVED",
            _("The content is kept back: somebody needs it."),
            _("`referral retention release` gives it free."),
        )
    draft.record(e.Anonymised(command.rule, command.basis, command.fully))
