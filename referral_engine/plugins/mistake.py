"""A mistake of a plugin's author, told in the engine's own words."""

from __future__ import annotations

from referral_engine.i18n import _

__all__ = ["Mistake", "NotAPlugin", "Unusable", "named"]


class Mistake(Exception):
    """The message is for the author and holds nothing of a case, so it may be logged as it is."""


class NotAPlugin(Mistake):
    """The package can be imported, and is not what the hook asks for."""


class Unusable(Mistake):
    """An answer that is none, or not one that may be given now."""


def named(thing: object) -> str:
    """What a thing is, without its content: ``a value of type str``, or ``the class Claim``."""
    if isinstance(thing, type):
        return _("the class {name}").format(name=thing.__name__)
    return _("a value of type {kind}").format(kind=type(thing).__name__)
