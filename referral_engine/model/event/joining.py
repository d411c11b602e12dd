"""Events of merging, splitting and coming back."""

from __future__ import annotations

from referral_engine.model.event.body import Body

__all__ = ["Absorbed", "Merged", "Released", "SplitOff", "Unmerged"]


class Merged(Body, frozen=True):
    into: str
    note: str = ""


class Unmerged(Body, frozen=True):
    out_of: str
    state: str
    note: str = ""


class Absorbed(Body, frozen=True):
    code: str
    reporter: str = ""


class Released(Body, frozen=True):
    code: str
    reporter: str = ""


class SplitOff(Body, frozen=True):
    """``codes`` is empty for unlinked parts; ``whole`` says that nothing stayed here."""

    parts: int
    keys: tuple[str, ...] = ()
    whole: bool = False
    note: str = ""
