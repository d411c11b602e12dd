"""From a template and values to the letter's text."""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import TemplateError

from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.letters.template import LANGUAGE, Template

__all__ = ["compose"]


def compose(template: Template, values: Mapping[str, str], given: Mapping[str, str]) -> str:
    """The text of the letter; `given` is what a person says, by the names the template `asks` for.

    Raises Refused (LETTER_ASKS) where something asked for is not said or something else is, and
    (LETTER_BROKEN) where the template fails on this case.
    """
    missing = [f"{name} ({label})" for name, label in template.asks.items() if not given.get(name)]
    if missing:
        raise Refused(
            "LETTER_ASKS",
            _("{letter} needs: {names}.").format(letter=template.name, names=", ".join(missing)),
            _("Say each: --set NAME=TEXT."),
        )
    if unasked := sorted(set(given) - set(template.asks)):
        raise Refused(
            "LETTER_ASKS",
            _("{letter} does not ask for: {names}.").format(
                letter=template.name, names=", ".join(unasked)
            ),
            _("It asks for: {names}.").format(names=", ".join(template.asks) or "—"),
        )
    try:
        text = LANGUAGE.from_string(template.body).render({**values, **given})
    except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
        raise Refused(
            "LETTER_BROKEN",
            _("{place}: {letter} fails on this case: {reason}").format(
                place=template.place, letter=template.name, reason=error
            ),
            _("Correct the template."),
        ) from error
    return text.strip()
