"""How a struct's class name becomes the name it is stored and spoken of by."""

from __future__ import annotations

__all__ = ["snake"]


def snake(name: str) -> str:
    """``HandOff`` becomes ``hand_off``."""
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))
