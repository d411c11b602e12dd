"""The group `referral case`, and what its commands share."""

from __future__ import annotations

import click

from referral_engine.cli.command import Group, option
from referral_engine.i18n import gettext_noop

__all__ = ["ACTOR", "CODE", "JSON", "case"]

case = Group(name="case", help=gettext_noop("Look at cases (案件)."))
CODE = click.argument("id", metavar="CODE")
ACTOR = option(
    "--actor",
    default="",
    metavar="PERSON",
    help=gettext_noop("Who looks: a person's id; else an administrator, without names and seals."),
)
JSON = option("--json", "as_json", is_flag=True, help=gettext_noop("As JSON."))
