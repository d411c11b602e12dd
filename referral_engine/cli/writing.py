"""Writing a letter from a template, for the commands that draft and send one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from referral_engine.cli.command import option
from referral_engine.cli.params import NAMED
from referral_engine.desk import CaseView
from referral_engine.errors import Refused
from referral_engine.i18n import _, gettext_noop
from referral_engine.letters.values import Source, values_of
from referral_engine.model.case import Case
from referral_engine.model.event import Event
from referral_engine.workspace import Workspace

if TYPE_CHECKING:
    from referral_engine.letters.template import Template

__all__ = ["SET", "addressee", "template_of", "written"]

SET = option(
    "--set",
    "given",
    type=NAMED,
    multiple=True,
    help=gettext_noop("What the template asks a person. Repeat for more."),
)


def template_of(workspace: Workspace, kind: str) -> Template:
    """The template of this id or name. Raises Refused (NO_SUCH_TEMPLATE), Faulty."""
    from referral_engine.letters.template import load_letters

    found = load_letters(workspace.config.letters)
    for each in found.values():
        if kind in (each.id, each.name):
            return each
    raise Refused(
        "NO_SUCH_TEMPLATE",
        _("There is no template for a letter {kind}.").format(kind=kind),
        _("`referral letter kinds` lists them; --text sends a letter of your own words."),
    )


def written(
    workspace: Workspace,
    template: Template,
    seen: CaseView,
    events: Sequence[Event],
    given: Sequence[tuple[str, str]],
    now: datetime,
) -> str:
    """The letter's text for this case. Raises Refused (LETTER_ASKS, LETTER_BROKEN)."""
    from referral_engine.letters.composing import compose

    categories = workspace.rules(tested=False).categories
    source = Source(
        seen.case,
        seen.issue,
        events,
        seen.content,
        workspace.org,
        {code: category.label for code, category in categories.items()},
        workspace.config.name,
        workspace.calendar.zone,
        now,
    )
    return compose(template, values_of(source, addressee(template, seen.case)), dict(given))


def addressee(template: Template, case: Case) -> str:
    """The unit's id the letter goes to, or ``reporter``; without a lead, the centre."""
    lead = case.lead()
    if template.to == "lead" and lead is not None:
        return lead.unit
    return "reporter" if template.to == "reporter" else case.holder
