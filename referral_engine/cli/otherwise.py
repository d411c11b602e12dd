"""The smallest change that sends an issue to another unit, as a sentence and as JSON."""

from __future__ import annotations

from typing import Any

import click
from msgspec.structs import asdict

from referral_engine.cli.app import App
from referral_engine.cli.command import option
from referral_engine.cli.params import UNIT
from referral_engine.i18n import _, gettext_noop, ngettext
from referral_engine.org import Org
from referral_engine.rules.otherwise import Difference, Otherwise
from referral_engine.rules.prose import Speech, label_prose, word_prose
from referral_engine.rules.tree import RuleSet

__all__ = ["FIELDS", "TO", "otherwise_prose", "otherwise_told", "speech_of"]

TO = option(
    "--to",
    type=UNIT,
    default=None,
    help=gettext_noop("The smallest change of the issue that would make this unit lead it."),
)
FIELDS = option(
    "--fields",
    type=click.IntRange(1, 5),
    default=2,
    show_default=True,
    help=gettext_noop("In how many fields it may be otherwise, for --to."),
)


def speech_of(app: App, rules: RuleSet) -> Speech:
    """The names by which people know fields, units and categories here."""
    labels = {code: category.label for code, category in rules.categories.items()}
    return Speech(app.workspace.fields, app.workspace.org.unit_names(), labels)


def otherwise_told(found: Otherwise, org: Org, speech: Speech) -> dict[str, Any]:
    """``{to, outcome, fields, changes: [{field, before, after}], rule, prose}``."""
    return {
        "to": found.unit,
        "outcome": found.outcome,
        "fields": found.fields,
        "changes": [asdict(each) for each in found.differences],
        "rule": found.rule or None,
        "prose": otherwise_prose(found, org, speech),
    }


def otherwise_prose(found: Otherwise, org: Org, speech: Speech) -> str:
    """One sentence in the reader's language."""
    unit = speech.units.get(found.unit, found.unit)
    match found.outcome:
        case "already":
            return _("It goes to {unit} as it is.").format(unit=unit)
        case "accused":
            told = _("It accuses {unit}, or whom {unit} is bound to: nothing sends it there.")
            return told.format(unit=unit)
        case "never":
            return _("No rule ever sends anything to {unit} as the lead.").format(unit=unit)
        case "none" | "undecided":
            return _not_found(found, unit)
    changes = _(" and ").join(_change(each, org, speech) for each in found.differences)
    return _("It would go to {unit} by rule {rule} with {changes}.").format(
        unit=unit, rule=found.rule, changes=changes
    )


def _not_found(found: Otherwise, unit: str) -> str:
    if found.outcome == "undecided":
        told = _("Not decided: after {tries} tries nothing was found that sends it to {unit}.")
        return told.format(tries=found.tries, unit=unit)
    return ngettext(
        "No change within {count} field sends it to {unit}.",
        "No change within {count} fields sends it to {unit}.",
        found.fields,
    ).format(count=found.fields, unit=unit)


def _change(change: Difference, org: Org, speech: Speech) -> str:
    field = label_prose(change.field, speech)
    if change.field in ("text", "tags"):
        parts = []
        if change.before:
            parts.append(_("{field} without {words}").format(field=field, words=change.before))
        if change.after:
            parts.append(_("{field} with {words}").format(field=field, words=change.after))
        return _(", ").join(parts)
    before = _named(change.field, change.before, org, speech) or _("nothing")
    after = _named(change.field, change.after, org, speech)
    told = _("{field} {after} instead of {before}")
    return told.format(field=field, after=after, before=before)


def _named(field: str, value: str, org: Org, speech: Speech) -> str:
    names: dict[str, str] = {}
    if field == "category":
        names = dict(speech.categories)
    elif field == "territory":
        names = org.territory_names()
    elif field == "severity":
        return word_prose(value, speech.fields["severity"].values)
    label = names.get(value, "")
    return f"{value} {label}" if label and label != value else value
