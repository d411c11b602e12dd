"""Which versions of the hook this engine serves.

The contract grows by addition: new methods with a default, new fields with a default. ``HOOKS``
counts each addition up; ``OLDEST`` moves only when something had to go, and ``CHANGES`` then says
what a plugin must change.
"""

from __future__ import annotations

from referral_engine.i18n import _

__all__ = ["CHANGES", "HOOKS", "OLDEST", "unfit"]

HOOKS = 2
"""1: departments, handlers, answers; 2: what stands beside the code: `fields.yaml`, `rules/`…"""
OLDEST = 1
CHANGES: dict[int, str] = {}
"""By the last version that still had it: what to write instead."""


def unfit(hooks: object, newest: int = HOOKS, oldest: int = OLDEST) -> str:
    """Why a plugin written for this hook version cannot be served; empty when it can."""
    if not isinstance(hooks, int) or isinstance(hooks, bool):
        return _("hook version {hooks!r} is not a whole number").format(hooks=hooks)
    if hooks > newest:
        return _("written for hook version {hooks}, this engine serves up to {newest}").format(
            hooks=hooks, newest=newest
        )
    if hooks < oldest:
        told = [CHANGES[v] for v in sorted(CHANGES) if v >= hooks]
        reason = _("written for hook version {hooks}, this engine serves from {oldest} on")
        return "; ".join([reason.format(hooks=hooks, oldest=oldest), *told])
    return ""
