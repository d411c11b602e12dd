"""The hooks of the engine, signatures only; docs/plugins.md says when each is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from referral_engine.plugins.department import Department

__all__ = ["hookimpl", "hookspec", "referral_departments"]

hookspec = pluggy.HookspecMarker("referral_engine")
hookimpl = pluggy.HookimplMarker("referral_engine")


@hookspec
def referral_departments() -> list[Department]:  # type: ignore[empty-body]
    """The departments this plugin connects. Called once, when the plugin is loaded."""
