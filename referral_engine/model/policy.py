"""The limits of the flow: figures a county sets in config.yaml under ``flow``."""

from __future__ import annotations

import msgspec

from referral_engine.model.span import Span

__all__ = ["Policy"]


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No figure has a default in code: config.yaml gives all, with where it comes from.

    ``returns``          declines of a lead before the centre designates
    ``return_within``    time from the offer in which a unit may decline
    ``transfers``        transfers before the centre designates
    ``reworks``          reworks before a conference
    ``tries``            call-back tries before a case counts as unverified
    ``tries_apart``      least hours between two tries, so that they fall at different hours
    ``review_share``     percent of reports that a person reviews, chosen by the case code
    ``call_back_share``  percent of reviewed cases that are called back
    ``forward_suggested``  a first decline goes straight to the unit it suggests
    ``backdate``         how long after the act it may still be recorded
    ``objection``        time in which a reporter may object
    ``recurrence``       window in which cases of one place and subject make a problem
    ``recurrence_times`` the how-manieth makes it one
    ``twin_likeness``    likeness (0 to 100) from which two texts are near-duplicates
    ``twin_window``      how far apart two near-duplicates may be received
    ``representatives``  persons who may speak for a group
    ``confirmation``     time for joint judicial confirmation of an agreement
    """

    returns: int
    return_within: Span
    transfers: int
    reworks: int
    tries: int
    tries_apart: int
    review_share: int
    call_back_share: int
    forward_suggested: bool
    backdate: Span
    objection: Span
    recurrence: Span
    recurrence_times: int
    twin_likeness: int
    twin_window: Span
    representatives: int
    confirmation: Span
