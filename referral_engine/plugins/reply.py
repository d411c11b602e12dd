"""From what a handler's method returned to an Answer, checked against what may be said now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec

from referral_engine.i18n import _
from referral_engine.model.referral import ReferralRole
from referral_engine.plugins.acts import (
    Act,
    Answer,
    Claim,
    Decline,
    Defer,
    Entered,
    HandOff,
    Message,
    NotNeeded,
    Progress,
    Wait,
)
from referral_engine.plugins.department import Profile
from referral_engine.plugins.handler import Verb
from referral_engine.plugins.mistake import Unusable, named
from referral_engine.plugins.view import Referral

__all__ = ["answer_of", "check", "check_words", "decode"]

# One chain of `work` a referral: what cannot start it cannot fork it either.
_MAY_WAIT: tuple[Verb, ...] = ("offered", "work", "returned")
_LONGEST = timedelta(days=366)
_TAKES = (Claim, HandOff)
_ALONE = (Decline, Defer, NotNeeded)
_OWN_COMMAND = ("claim", "contact", "arrive", "report", "answer")


def answer_of(reply: object) -> Answer:
    """The answer meant by a reply. Raises Unusable for what is not one."""
    if reply is None:
        return Answer()
    if isinstance(reply, Answer):
        return reply
    if isinstance(reply, Wait | Message | Act):
        return _joined((reply,))
    if isinstance(reply, list | tuple):
        return _joined(reply)
    raise Unusable(_("{what} is not an answer").format(what=named(reply)))


def _joined(reply: Sequence[object]) -> Answer:
    said = list(reply)
    last = said.pop() if said and isinstance(said[-1], Wait) else None
    messages = tuple(each for each in said if isinstance(each, Message))
    found: list[Act] = []
    for act in said:
        if isinstance(act, Message):
            continue
        if isinstance(act, Wait):
            raise Unusable(_("a Wait is the end of an answer, and there is one at most"))
        if not isinstance(act, Act):
            raise Unusable(_("{what} is not an act").format(what=named(act)))
        found.append(act)
    if not isinstance(last, Wait):
        return Answer(acts=tuple(found), messages=messages)
    if not isinstance(last.again, timedelta):
        raise Unusable(_("Wait takes a timedelta, not {what}").format(what=named(last.again)))
    return Answer(tuple(found), last.again, last.bookmark, messages)


def decode(packed: bytes) -> Answer:
    """An answer from its bytes. Raises Unusable where types or sizes do not fit."""
    try:
        return msgspec.msgpack.decode(packed, type=Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, OverflowError) as error:
        raise Unusable(_("not an answer: {error}").format(error=error)) from error


def check(answer: Answer, verb: Verb, referral: Referral, profile: Profile) -> None:
    """Raises Unusable for an answer that cannot be carried out as it stands."""
    if verb == "withdraw":
        if answer.acts or answer.messages or answer.again is not None:
            raise Unusable(_("a withdrawn referral takes no more acts"))
        return
    _check_wait(answer, verb)
    _check_order(answer.acts, referral)
    for act in answer.acts:
        check_words(act, referral.role, profile)


def _check_wait(answer: Answer, verb: Verb) -> None:
    if answer.again is None:
        return
    if verb not in _MAY_WAIT:
        raise Unusable(_("{verb} may not ask to be called again").format(verb=verb))
    if not timedelta(0) < answer.again <= _LONGEST:
        raise Unusable(
            _("called again after {again}: not within a year").format(again=answer.again)
        )
    if any(isinstance(act, _ALONE) for act in answer.acts):
        raise Unusable(_("nothing is left to wait for"))


def _check_order(acts: Iterable[Act], referral: Referral) -> None:
    acts = tuple(acts)
    if len(acts) > 1 and any(isinstance(act, _ALONE) for act in acts):
        raise Unusable(_("a decline, deferral or “not needed” stands alone"))
    taken = referral.state != "offered"
    for act in acts:
        if taken and isinstance(act, Claim):
            raise Unusable(_("the referral is claimed already"))
        taken = taken or isinstance(act, _TAKES)
        if not taken and not isinstance(act, (*_ALONE, Entered)):
            name = type(act).__name__
            raise Unusable(_("{act} before the referral is claimed").format(act=name))


def check_words(act: Act, role: ReferralRole, profile: Profile) -> None:
    """Raises Unusable for an act in words that the department has not declared."""
    if isinstance(act, Decline) and act.ground not in profile.grounds:
        known = ", ".join(profile.grounds) or "–"
        told = _("{ground!r} is not among the department's grounds: {known}")
        raise Unusable(told.format(ground=act.ground, known=known))
    if isinstance(act, NotNeeded) and role == "lead":
        raise Unusable(_("the lead cannot say that it is not needed"))
    if isinstance(act, Progress):
        if act.status and act.status not in profile.statuses:
            known = ", ".join(profile.statuses) or "–"
            told = _("{status!r} is not among the department's statuses: {known}")
            raise Unusable(told.format(status=act.status, known=known))
        if act.meets in _OWN_COMMAND:
            raise Unusable(_("the clock {name} is met by its own act").format(name=act.meets))
