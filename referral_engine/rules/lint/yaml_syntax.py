"""The file is not valid YAML.

Nothing in it can be read until this is put right. The usual causes are a tab in the
indentation, a full-width colon or quote, and a missing space after a colon.

Bad::

    kind: routing
    hit: first
    rules:
    \t- id: a

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

LINT = Lint("YAML_SYNTAX", "error", __doc__)


def fault(place: Place, problem: str, line: str) -> Fault:
    """``problem`` is the parser's own word, ``line`` the source line it stopped at."""
    message = _("not valid YAML: {problem}").format(problem=problem)
    return LINT.fault(place, message, _cause(line))


def tagged(place: Place, tag: str) -> Fault:
    message = _("the YAML tag `{tag}` is not used in rules").format(tag=tag)
    return LINT.fault(place, message, _("delete the tag"))


def _cause(line: str) -> str:
    if "\t" in line:
        return _("the line holds a tab: indent with spaces")
    if "：" in line:
        return _("the line holds a full-width colon: write `: ` with a space after it")
    if any(mark in line for mark in "“”‘’，【】｛｝"):
        return _("the line holds full-width punctuation: write it half-width")
    return _("look here and at the line above: indentation, a colon, a bracket or quote left open")
