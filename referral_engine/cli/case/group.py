"""The group `referral case`, and what its commands share."""

from __future__ import annotations

import click

from referral_engine.cli.app import App
from referral_engine.cli.command import Group, option
from referral_engine.desk.opening import refuse_read_only
from referral_engine.errors import Refused
from referral_engine.i18n import _, gettext_noop

__all__ = ["ACTOR", "CODE", "FULL", "JSON", "case", "person_looks"]

case = Group(name="case", help=gettext_noop("Look at cases (案件)."))
CODE = click.argument("id", metavar="CODE")
ACTOR = option(
    "--actor",
    default="",
    metavar="PERSON",
    help=gettext_noop("Who looks: a person's id; else an administrator, without names and seals."),
)
JSON = option("--json", "as_json", is_flag=True, help=gettext_noop("As JSON."))
FULL = option(
    "--full",
    is_flag=True,
    help=gettext_noop("With names and phones, for an --actor who may; the look is recorded."),
)


def person_looks(app: App, actor: str) -> None:
    """Raises Refused where a full look cannot be recorded: WHO_LOOKS where nobody is named,
    STORE_READONLY in read-only mode.
    """
    refuse_read_only(app.workspace)
    if not actor and not app.token:
        raise Refused(
            "WHO_LOOKS",
            _("Names and phones are shown to a person only."),
            _("Name one by --actor; each look is recorded."),
        )
