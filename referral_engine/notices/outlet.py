"""Where a notice leaves the engine."""

from __future__ import annotations

import logging
from typing import Protocol

from referral_engine.model.outcome import Notice

__all__ = ["LogOutlet", "Outlet"]

log = logging.getLogger(__name__)


class Outlet(Protocol):
    """Delivers one notice to one recipient, or raises OSError to be asked again later."""

    def deliver(self, notice: Notice) -> None:
        """May be called again under the same ``notice.key``; must then deliver once."""
        ...


class LogOutlet:
    """Names the notice in the log; units read theirs in the desk inbox, where the case waits.

    A notice holds ids and no personal data, and neither does the line; of a sealed case not even
    the code, nor who is told.
    """

    def deliver(self, notice: Notice) -> None:
        """Never fails."""
        if notice.sealed:
            log.info("notice %s about a sealed case", notice.subject)
            return
        log.info("notice %s to %s about case %s", notice.subject, notice.to, notice.case)
