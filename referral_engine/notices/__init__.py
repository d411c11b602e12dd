"""Words that go out: to units and to reporters, each recipient's delivery by itself."""

from __future__ import annotations

from referral_engine.notices.outlet import LogOutlet, Outlet

__all__ = ["LogOutlet", "Outlet"]
