"""Who may do what: pure checks before any command, on role, state, unit, recusal and seal."""

from __future__ import annotations

from functools import lru_cache

from referral_engine.errors import Refused
from referral_engine.flow.access import may_see, unknown_case
from referral_engine.flow.wording import (
    command_word,
    part_word,
    role_words,
    state_word,
    state_words,
)
from referral_engine.i18n import _
from referral_engine.lifecycle import Step, referral_step, steps_of
from referral_engine.model.case import Case
from referral_engine.model.command import Request, command_name
from referral_engine.model.principal import Principal, Role
from referral_engine.org import Org

__all__ = ["authorise"]

# What another unit than the handler's must do.
_APART = {"review", "call_back"}


def authorise(case: Case, request: Request, org: Org) -> None:
    """Raises Refused unless this principal may give this command to this case as it stands."""
    name = command_name(request.command)
    by = request.by
    if not may_see(by, case, org):
        raise unknown_case(case.code)
    _role_and_state(case, name, by)
    if by.has("engine"):
        return
    _own_referral(case, request, name)
    _own_case(case, by)
    if name in _APART:
        _apart(case, by)
    if case.challenged:
        _unchallenged(case, by, name)


def _role_and_state(case: Case, name: str, by: Principal) -> None:
    if case.state in _states_of(name, by.roles):
        return
    mine = _steps_of(name, by.roles)
    if not mine:
        roles = sorted({role for step in steps_of(name) for role in step.roles})
        raise Refused(
            "FORBIDDEN",
            _("Your role may not do this: {command}.").format(command=command_word(name)),
            _("It needs one of: {roles}.").format(roles=role_words(roles)),
        )
    raise Refused(
        "WRONG_STATE",
        _("The case is {state}; {command} is not possible now.").format(
            state=state_word(case.state), command=command_word(name)
        ),
        _("It is possible when the case is: {states}.").format(
            states=state_words(state for step in mine for state in step.states)
        ),
    )


def _steps_of(command: str, roles: tuple[Role, ...]) -> tuple[Step, ...]:
    """The rows of a command that somebody of these roles may use."""
    held = set(roles)
    return tuple(step for step in steps_of(command) if not held.isdisjoint(step.roles))


@lru_cache(maxsize=1024)
def _states_of(command: str, roles: tuple[Role, ...]) -> frozenset[str]:
    """The states in which somebody of these roles may give it; asked at every command."""
    return frozenset(state for step in _steps_of(command, roles) for state in step.states)


def _own_referral(case: Case, request: Request, name: str) -> None:
    step = referral_step(name)
    id = getattr(request.command, "referral", "")
    if step is None or not id:
        return
    referral = case.referral(id)
    if referral is None:
        raise Refused(
            "NO_SUCH_REFERRAL",
            _("There is no referral {id}.").format(id=id),
            _("`referral desk inbox UNIT` lists a unit's referrals."),
        )
    by = request.by
    if by.unit not in referral.units and not _centre_acts(name, by):
        raise Refused(
            "NOT_YOUR_REFERRAL",
            _("Referral {id} is with {unit}.").format(id=id, unit=referral.unit_name),
            _("Only that unit, or its station, acts on it."),
        )
    if referral.state not in step.states:
        raise Refused(
            "REFERRAL_STATE",
            _("The referral is {state}; {command} is not possible now.").format(
                state=part_word(referral.state), command=command_word(name)
            ),
            _("Claim it first.")
            if referral.state == "offered"
            else _("`referral case show {code}` shows where it stands.").format(code=case.code),
        )


def _centre_acts(name: str, by: Principal) -> bool:
    """The centre may hand an emergency off at once, whoever was whistled for."""
    return name in ("hand_off", "challenge") and by.has(
        "dispatcher", "duty_leader", "township_director", "reporter"
    )


def _own_case(case: Case, by: Principal) -> None:
    if by.roles == ("reporter",) and by.id not in (case.reporter, *case.reporters):
        raise unknown_case(case.code)


def _unchallenged(case: Case, by: Principal, name: str) -> None:
    """A mediator whom a party challenged leaves this case to a colleague."""
    if by.id in case.challenged and referral_step(name) is not None:
        raise Refused(
            "CHALLENGED",
            _("A party has challenged you in this case."),
            _("Let a colleague of your unit go on."),
        )


def _apart(case: Case, by: Principal) -> None:
    """Review and call-back are never done by the unit that handled the case.

    Of a sealed case no other unit may know: there it is another person of the same unit.
    """
    if case.sealed and by.id not in {r.claimed_by for r in case.referrals}:
        return
    handlers = {unit for r in case.referrals if r.claimed_at for unit in r.units}
    if by.unit in handlers:
        raise Refused(
            "OWN_WORK",
            _("Your unit handled this case; another unit reviews it and calls back."),
        )
