"""`referral plugin`: the departments' plugins."""

from __future__ import annotations

from referral_engine.cli.command import Group, Lazy
from referral_engine.i18n import gettext_noop

__all__ = ["plugin"]

_HERE = "referral_engine.cli.plugin"
_COMMANDS: dict[str, Lazy] = {
    "list": (f"{_HERE}.list:list_", gettext_noop("loaded, and set aside with the reason")),
    "new": (f"{_HERE}.new:new", gettext_noop("a package with its test and README")),
    "check": (f"{_HERE}.check:check", gettext_noop("whether it keeps the contract")),
}

plugin = Group(name="plugin", lazy=_COMMANDS, help=gettext_noop("The departments' plugins (插件)."))
