"""When the engine's own work fails: how it is named, what is kept, when it is tried again."""

from __future__ import annotations

import logging
from datetime import timedelta

from referral_engine.errors import Refused, Unavailable
from referral_engine.plugins.redaction import trace_of

__all__ = ["name_failure", "pause", "told", "trace_of"]

log = logging.getLogger(__name__)

_RETRY = (10, 30, 120, 600, 1800)
"""Seconds until something is tried again, by how often it was claimed; the last for ever."""


def pause(claims: int) -> timedelta:
    """How long what was claimed so often waits for the next try."""
    return timedelta(seconds=_RETRY[min(claims, len(_RETRY)) - 1])


def told(error: BaseException) -> str:
    """The error without arguments that might hold what a citizen wrote."""
    return error.code if isinstance(error, Refused) else type(error).__name__


def name_failure(what: str, error: BaseException) -> None:
    """Nothing fails silently; messages are left out, they might hold what a citizen wrote."""
    if isinstance(error, Unavailable):
        log.error("%s failed: %s", what, error)  # the database's own words, and no fault of ours
        return
    log.error("%s failed: %s\n%s", what, told(error), trace_of(error))
