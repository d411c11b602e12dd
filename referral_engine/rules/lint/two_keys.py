"""Two keys in one condition.

Whether two keys side by side mean and or or is what people most often get wrong, so it is
always written: a condition has exactly one key, a leaf exactly one operator.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {category: {under: M}, people: {gte: 5}}
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {all: [{category: {under: M}}, {people: {gte: 5}}]}
        refer: {lead: police}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint

LINT = Lint("TWO_KEYS", "error", __doc__)


def fault(place: Place, word: str) -> Fault:
    message = _("a condition has exactly one key, and `{word}` is the second")
    return LINT.fault(
        place, message.format(word=word), _("write `all:` or `any:` with a list of conditions")
    )
