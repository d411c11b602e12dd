"""The table of folds: one function an event kind, filled by the modules beside this one.

A function returns the fields that its event changes. Old events must fold for ever: a function
may learn new fields, never new meanings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from referral_engine.model import event as e
from referral_engine.model.case import Case
from referral_engine.model.deadline import Deadline
from referral_engine.model.referral import Referral

__all__ = ["FOLDS", "Changes", "Fold", "add", "deadline_with", "on", "referral_with"]

Changes = dict[str, Any]
Fold = Callable[[Case, Any, e.Event], Changes]
FOLDS: dict[type, Fold] = {}


def on(body: type[Any]) -> Callable[[Fold], Fold]:
    """Registers the decorated function as the fold of this kind."""

    def keep(fold: Fold) -> Fold:
        FOLDS[body] = fold
        return fold

    return keep


def _none(case: Case, body: Any, event: e.Event) -> Changes:
    return {}


# They stand in the history and change nothing that a later decision asks for.
for _kind in (
    e.Registered,
    e.Whistled,
    e.Progressed,
    e.LetterReceived,
    e.AnsweredLate,
    e.CallGivenUp,
    e.WithdrawalAsked,
    e.Excluded,
    e.Recommended,
    e.Agreed,
    e.PromiseBroken,
    e.DeclineRefused,
):
    FOLDS[_kind] = _none


def referral_with(case: Case, id: str, **changes: Any) -> tuple[Referral, ...]:
    """The case's referrals, the one with this id changed."""
    return tuple([replace(r, **changes) if r.id == id else r for r in case.referrals])


def deadline_with(case: Case, id: str, **changes: Any) -> tuple[Deadline, ...]:
    """The case's deadlines, the one with this id changed."""
    return tuple([replace(d, **changes) if d.id == id else d for d in case.deadlines])


def add(known: tuple[str, ...], *more: str) -> tuple[str, ...]:
    """``known`` and whatever is new, in order, without empty words."""
    return known + tuple(dict.fromkeys(word for word in more if word and word not in known))
