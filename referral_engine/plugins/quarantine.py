"""A plugin that cannot be used: set aside by name with the reason, the others untouched."""

from __future__ import annotations

from collections.abc import Container

import msgspec

from referral_engine.i18n import _
from referral_engine.plugins.department import Profile
from referral_engine.plugins.version import unfit

__all__ = ["Quarantined", "unusable"]


class Quarantined(msgspec.Struct, frozen=True):
    """``name`` is the plugin's folder or entry point, ``reason`` is for the administrator."""

    name: str
    reason: str
    trace: str = ""

    @property
    def place(self) -> str:
        """File and line of the plugin's own code where it went wrong; empty where unknown."""
        own = [line for line in self.trace.splitlines() if line.startswith(f"{self.name}/")]
        return own[-1].partition(" in ")[0] if own else ""


def unusable(profile: Profile, taken: Container[str]) -> str:
    """Why a department that was loaded is not taken on; empty when it is."""
    if reason := unfit(profile.hooks):
        return reason
    if not profile.id or not profile.id.isidentifier():
        return _("{id!r} is not a unit's id").format(id=profile.id)
    if not profile.version:
        return _("department {id} names no version").format(id=profile.id)
    if profile.id in taken:
        return _("department {id} is served already").format(id=profile.id)
    bare = [word for word, text in {**profile.grounds, **profile.statuses}.items() if not text]
    if bare:
        return _("no text for people: {words}").format(words=", ".join(sorted(bare)))
    return ""
