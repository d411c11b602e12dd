"""What the YAML parser says is wrong, in the reader's language.

The parser's words are libyaml's; one that is not listed here is passed on as it is.
"""

from __future__ import annotations

from referral_engine.i18n import _, gettext_noop

__all__ = ["problem_words"]

_KNOWN = (
    gettext_noop("block sequence entries are not allowed in this context"),
    gettext_noop("could not find expected ':'"),
    gettext_noop("did not find expected ',' or ']'"),
    gettext_noop("did not find expected ',' or '}'"),
    gettext_noop("did not find expected '-' indicator"),
    gettext_noop("did not find expected <document start>"),
    gettext_noop("did not find expected alphabetic or numeric character"),
    gettext_noop("did not find expected key"),
    gettext_noop("did not find expected node content"),
    gettext_noop("did not find expected whitespace or line break"),
    gettext_noop("found a tab character that violates indentation"),
    gettext_noop("found a tab character where an indentation space is expected"),
    gettext_noop("found character that cannot start any token"),
    gettext_noop("found undefined alias"),
    gettext_noop("found unexpected ':'"),
    gettext_noop("found unexpected document indicator"),
    gettext_noop("found unexpected end of stream"),
    gettext_noop("found unknown escape character"),
    gettext_noop("mapping values are not allowed in this context"),
)


def problem_words(problem: str) -> str:
    """The parser's own word for a fault, translated where it is known."""
    return _(problem) if problem in _KNOWN else problem
