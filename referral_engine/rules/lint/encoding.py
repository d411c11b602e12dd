"""The file is not plain UTF-8 text.

A file saved as GBK or UTF-16, or one with control characters, cannot be read safely: what
people see in their editor would not be what the engine decides by. Save it as UTF-8.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A\a
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

LINT = Lint("ENCODING", "error", __doc__)


def fault(place: Place, saved_as: str) -> Fault:
    """``saved_as`` is the encoding it seems to have, empty when none fits."""
    if not saved_as:
        message = _("this byte is not valid UTF-8")
        return LINT.fault(place, message, _("save the file as UTF-8"))
    message = _("the file is saved as {encoding}, not as UTF-8").format(encoding=saved_as)
    return LINT.fault(place, message, _("save the file as UTF-8"))


def control(place: Place, character: str) -> Fault:
    """A control character, NUL among them."""
    message = _("the control character U+{code:04X} is not allowed in text")
    return LINT.fault(place, message.format(code=ord(character)), _("delete it"))
