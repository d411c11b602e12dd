"""What a machine or a single hand may only propose, and what signing it does."""

from __future__ import annotations

from collections.abc import Callable

from referral_engine.errors import Refused
from referral_engine.flow import clocks
from referral_engine.flow.draft import Draft
from referral_engine.flow.offer import hold_at_centre
from referral_engine.flow.wording import role_words, state_word
from referral_engine.i18n import _
from referral_engine.lifecycle import SIGNATURES, steps_of
from referral_engine.model import event as e
from referral_engine.model.case import Proposal, Signature
from referral_engine.model.command import Sign
from referral_engine.model.principal import ENGINE

__all__ = ["effect_of", "open_proposal", "proposals", "propose", "sign", "void_all"]

Effect = Callable[[Draft, Proposal], None]
_EFFECTS: dict[str, Effect] = {}


def effect_of(kind: str) -> Callable[[Effect], Effect]:
    """Registers what happens once a proposal of this kind is signed by all it needs."""

    def keep(effect: Effect) -> Effect:
        _EFFECTS[kind] = effect
        return effect

    return keep


def proposals() -> frozenset[str]:
    """The kinds of proposal that have an effect once they are signed."""
    return frozenset(_EFFECTS)


def propose(
    draft: Draft,
    kind: str,
    detail: dict[str, str],
    *,
    referral: str = "",
    note: str = "",
    engine: bool = False,
) -> Proposal:
    """Puts a proposal before those who may sign; its clock runs, so that nothing lies forgotten."""
    same = open_proposal(draft, kind, referral)
    if same is not None and same.detail == detail:
        return same
    need = SIGNATURES[kind]
    proposal = Proposal(
        id=f"{draft.code}-P{len(draft.case.proposals) + 1}", kind=kind,
        by=ENGINE.id if engine else draft.by.id, at=draft.at, needed=need.count,
        roles=need.roles, detail=detail, referral=referral, note=note,
    )  # fmt: skip
    draft.record(e.Proposed(proposal), engine=engine)
    clocks.ensure(draft, "sign")
    if kind == "withdraw":
        draft.tell("reporter", "withdrawal_asked", proposal=proposal.id)
    else:
        draft.tell(draft.case.holder, "to_sign", proposal=proposal.id, what=kind)
    return proposal


def open_proposal(draft: Draft, kind: str, referral: str = "") -> Proposal | None:
    """The open proposal of this kind, if there is one."""
    return next(
        (
            p
            for p in draft.case.proposals
            if p.kind == kind and p.referral == referral and p.state == "open"
        ),
        None,
    )


def sign(draft: Draft, command: Sign) -> None:
    """Agrees or refuses; the effect comes with the last signature needed."""
    proposal = next((p for p in draft.case.proposals if p.id == command.proposal), None)
    if proposal is None or proposal.state != "open":
        raise Refused(
            "NO_SUCH_PROPOSAL",
            _("{id} is not waiting for a signature.").format(id=command.proposal),
            _("`referral case show {code}` lists what is.").format(code=draft.code),
        )
    _may_sign(draft, proposal)
    if command.agreed:
        _still_possible(draft, proposal)
    agreed = [s for s in proposal.signatures if s.agreed]
    complete = command.agreed and len(agreed) + 1 >= proposal.needed
    state = "signed" if complete else ("open" if command.agreed else "refused")
    signature = Signature(draft.by.id, draft.by.unit, draft.at, command.agreed)
    note = draft.keep(command.reason)
    draft.record(e.Signed(proposal.id, signature, state=state, note=note))
    _end_clock(draft)
    if complete:
        _EFFECTS[proposal.kind](draft, proposal)
    elif not command.agreed:
        _refused(draft, proposal)


def void_all(draft: Draft, reason: str) -> None:
    """What was proposed has lost its object (the case closed, merged or moved on)."""
    for proposal in draft.case.proposals:
        if proposal.state == "open":
            draft.record(e.ProposalVoid(proposal.id, reason))
    _end_clock(draft)


def _refused(draft: Draft, proposal: Proposal) -> None:
    """Nobody has a case whose rejection was refused: the centre takes it up."""
    case = draft.case
    if proposal.kind in ("reject", "redirect") and case.lead() is None and not case.over:
        waiting = "accept" if case.state == "registered" else "designate"
        hold_at_centre(draft, waiting)


def _still_possible(draft: Draft, proposal: Proposal) -> None:
    """The case may have moved on since it was proposed."""
    states = {state for step in steps_of(proposal.kind) for state in step.states}
    if states and draft.case.state not in states:
        raise Refused(
            "WRONG_STATE",
            _("The case is {state}; what was proposed is not possible now.").format(
                state=state_word(draft.case.state)
            ),
            _("Refuse it instead."),
        )


def _may_sign(draft: Draft, proposal: Proposal) -> None:
    by = draft.by
    if not by.has(*proposal.roles):
        raise Refused(
            "NOT_A_SIGNER",
            _("Your role may not sign this."),
            _("It needs one of: {roles}.").format(roles=role_words(proposal.roles)),
        )
    if by.id == proposal.by or any(s.by == by.id for s in proposal.signatures):
        raise Refused(
            "SECOND_PERSON",
            _("This needs a second person: whoever asked or signed before cannot sign again."),
            _("Ask a colleague with one of: {roles}.").format(roles=role_words(proposal.roles)),
        )
    if proposal.detail.get("against") and proposal.detail["against"] == by.unit:
        raise Refused("OWN_UNIT", _("Nobody signs about their own unit."))


def _end_clock(draft: Draft) -> None:
    if all(p.state != "open" for p in draft.case.proposals) and clocks.find(draft, "sign"):
        clocks.meet(draft, "sign")
