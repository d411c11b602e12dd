"""The guard between the engine and a department's code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from referral_engine.errors import ReferralError
from referral_engine.plugins.acts import Answer
from referral_engine.plugins.department import Profile
from referral_engine.plugins.handler import Verb
from referral_engine.plugins.mistake import Unusable
from referral_engine.plugins.protocol import Answered, Raised
from referral_engine.plugins.reply import check, decode
from referral_engine.plugins.view import Referral

__all__ = ["FailureKind", "Guard", "PluginFailed", "taken"]

FailureKind = Literal["raised", "hung", "exited", "garbage", "unavailable"]


class PluginFailed(ReferralError):
    """A call came to nothing; it is tried again under the same key, later.

    ``raised``       the method raised
    ``hung``         no answer by the deadline; the process was killed
    ``exited``       the process ended without an answer
    ``garbage``      what came back is no answer, or not one that may be given now
    ``unavailable``  there was no call: the department is busy, or rests after having died

    ``error`` and ``trace`` are without personal data. ``retry_after`` is in seconds, the least
    time after which another try makes sense. ``forgiven``: the department is known to be down, so
    that this try does not count against the call.
    """

    def __init__(
        self,
        department: str,
        verb: str,
        kind: FailureKind,
        error: str,
        trace: str = "",
        retry_after: float = 0.0,
        *,
        forgiven: bool = False,
    ) -> None:
        self.department = department
        self.verb = verb
        self.kind = kind
        self.error = error
        self.trace = trace
        self.retry_after = retry_after
        self.forgiven = forgiven
        super().__init__(f"{department}.{verb} {kind}: {error}")

    @property
    def brief(self) -> str:
        """For a log, which no case may reach: of what a plugin raised only the type and the place.

        Everything else is told in the engine's own words.
        """
        if self.kind != "raised":
            return f"{self.kind}: {self.error}"
        *frames, error = self.trace.splitlines() or [""]
        place = f" at {frames[-1]}" if frames else ""
        return f"{self.kind}: {error}{place}"


class Guard(Protocol):
    """Calls one department at a time, each call with its deadline. Safe from any thread."""

    def call(
        self,
        department: str,
        verb: Verb,
        referral: Referral,
        detail: Mapping[str, str],
        deadline: float,
    ) -> Answer:
        """What the department answers within ``deadline`` seconds. Raises PluginFailed."""
        ...

    def close(self) -> None:
        """Ends what it runs; calls in hand fail as ``exited``."""
        ...


def taken(said: Answered | Raised, verb: Verb, referral: Referral, profile: Profile) -> Answer:
    """The answer in what was said, checked. Raises PluginFailed for anything else."""
    if isinstance(said, Raised):
        kind: FailureKind = "garbage" if said.garbage else "raised"
        raise PluginFailed(profile.id, verb, kind, said.error, said.trace)
    try:
        answer = decode(said.answer)
        check(answer, verb, referral, profile)
    except Unusable as error:
        raise PluginFailed(profile.id, verb, "garbage", str(error)) from error
    return answer
