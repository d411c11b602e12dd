"""What may be kept of a plugin's failure: where it failed and how, not whom it was about."""

from __future__ import annotations

import re
import traceback

from referral_engine.plugins.mistake import Mistake
from referral_engine.plugins.view import Referral

__all__ = ["describe", "trace_of"]

_LONGEST = 300
_DEEPEST = 20
_NUMBER = re.compile(r"\d[\d -]{5,}[\dXx]")
_HIDDEN = "…"


def describe(error: BaseException, referral: Referral | None = None) -> str:
    """The error's type and message, without numbers of persons and words of the referral."""
    if isinstance(error, Mistake):
        return str(error)[:_LONGEST]
    kind, message = type(error).__name__, str(error)
    for word in _private(referral) if referral else ():
        message = message.replace(word, _HIDDEN)
    message = _NUMBER.sub(_HIDDEN, message)[:_LONGEST]
    return f"{kind}: {message}" if message else kind


def trace_of(error: BaseException) -> str:
    """The frames, deepest last, as file, line and function. Messages and values are left out."""
    frames = traceback.extract_tb(error.__traceback__)[-_DEEPEST:]
    lines = [f"{each.filename}:{each.lineno} in {each.name}" for each in frames]
    return "\n".join([*lines, type(error).__name__])


def _private(referral: Referral) -> list[str]:
    """Longest first: a name that stands inside the text must not leave the rest of it behind."""
    words = [referral.text, referral.title]
    if referral.location is not None:
        words.append(referral.location.address)
    if referral.reporter is not None:
        words += [referral.reporter.name, referral.reporter.phone]
    return sorted((word for word in words if word), key=len, reverse=True)
