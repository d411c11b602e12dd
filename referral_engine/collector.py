"""Python's garbage collector, told what kind of process this is."""

from __future__ import annotations

import gc

__all__ = ["leave_all", "look_seldom"]

_NEW = 25_000
"""Objects that come to life before the youngest are looked through; Python's own figure is 700."""


def look_seldom() -> None:
    """Modules, organisation and rules stay until the process ends, and what a case needs is freed
    by counting: going through all of them again and again finds nothing.
    """
    gc.set_threshold(_NEW, 20, 20)


def leave_all() -> None:
    """Before the end: what is left goes with the process, and need not be gone through first."""
    gc.freeze()
