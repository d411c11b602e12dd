"""A condition asks for a field that nobody declared.

Fields are declared once, with type and values; `referral rules fields` lists them. Columns of
an import are declared in config.yaml and asked for as `extra.<name>`.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {catgory: {under: M}}
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {category: {under: M}}
        refer: {lead: police}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint, did_you_mean

LINT = Lint("UNKNOWN_FIELD", "error", __doc__)


def fault(place: Place, word: str, near: str) -> Fault:
    """``near`` is the nearest known field; a column of an import has to be declared first."""
    message = _("no field is called `{word}`").format(word=word)
    if word.startswith("extra.") and not near.startswith("extra."):
        hint = _("declare `{column}` under `fields:` in config.yaml")
        return LINT.fault(place, message, hint.format(column=word.removeprefix("extra.")))
    return LINT.fault(place, message, did_you_mean(near, _("`referral rules fields` lists them")))
