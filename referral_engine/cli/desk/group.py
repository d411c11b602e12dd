"""The group `referral desk`."""

from __future__ import annotations

from referral_engine.cli.command import Group
from referral_engine.cli.verb import Desk
from referral_engine.i18n import gettext_noop

__all__ = ["desk", "verb"]

desk = Group(name="desk", help=gettext_noop("What a unit does by hand (承办单位)."))
verb = Desk(desk)
