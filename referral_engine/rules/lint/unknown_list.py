"""`$name` names no list.

`$name` stands for a list of a `kind: lists` file. A list that is not there would match nothing.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {text: {contains_any: $noise_wrods}}
        refer: {lead: police}

Good::

    kind: lists
    lists: {noise_words: [噪声, 喇叭]}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint, did_you_mean

LINT = Lint("UNKNOWN_LIST", "error", __doc__)


def fault(place: Place, word: str, near: str) -> Fault:
    message = _("no list is called `${word}`")
    return LINT.fault(place, message.format(word=word), did_you_mean(f"${near}" if near else ""))
