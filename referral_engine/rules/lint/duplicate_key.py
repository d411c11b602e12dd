"""One key is written twice in a mapping.

YAML itself would keep the last silently. Which of the two was meant cannot be known.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        name: B
        refer: {lead: police}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        refer: {lead: police}
"""

from __future__ import annotations

from referral_engine.errors import Fault, Place
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint

LINT = Lint("DUPLICATE_KEY", "error", __doc__)


def fault(place: Place, word: str, line: int) -> Fault:
    message = _("the key `{word}` is already written in line {line}")
    return LINT.fault(place, message.format(word=word, line=line), _("delete one of the two"))
