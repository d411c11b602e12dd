"""The group `referral centre`, and what its verbs share."""

from __future__ import annotations

from referral_engine.cli.command import Group, option
from referral_engine.cli.verb import Centre
from referral_engine.i18n import gettext_noop

__all__ = ["REASON", "centre", "verb", "word"]

centre = Group(name="centre", help=gettext_noop("What the centre does (综治中心)."))
verb = Centre(centre)
REASON = option("--reason", default="", help=gettext_noop("Why; kept with the case."))


def word(written: str, labels: dict[str, str]) -> str:
    """A word by its Chinese label; what is on no list is kept as written."""
    return next((known for known, label in labels.items() if label == written), written)
