"""Notices through Apprise: WeCom, DingTalk, Feishu, mail and whatever else it knows."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable

from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.model.notice_settings import NoticeSettings
from referral_engine.model.outcome import Notice
from referral_engine.notices.outlet import Outlet
from referral_engine.notices.wording import line

__all__ = ["Channels", "Undelivered"]

_REMEMBERED = 4_096


class Undelivered(OSError):
    """An address did not take it, or is none; it never says which address."""


class Channels:
    """Tells units on their own channels; who has none, and what is sealed, is told `otherwise`.

    An address that took a notice is not told again when another of the same unit failed, as long as
    this process lives.
    """

    def __init__(
        self, settings: NoticeSettings, department_of: Callable[[str], str], otherwise: Outlet
    ) -> None:
        """`department_of` gives the department of a station, or an empty string.

        Raises Refused (NO_APPRISE) where channels are named and the package is missing.
        """
        try:
            import apprise
        except ImportError:
            raise Refused(
                "NO_APPRISE",
                _("Channels for notices are named, and Apprise is not installed."),
                _("Install the extra `notices`: pip install 'referral-engine[notices]'."),
            ) from None
        # It logs what it cannot use, and that may be an address with its token.
        logging.getLogger("apprise").disabled = True
        self._asset = apprise.AppriseAsset(async_mode=False, secure_logging=True)
        self._settings = settings
        self._department_of = department_of
        self._otherwise = otherwise
        self._lock = threading.Lock()
        self._took: OrderedDict[tuple[str, int], None] = OrderedDict()

    def deliver(self, notice: Notice) -> None:
        """Raises Undelivered, or LookupError where a unit's addresses cannot be read."""
        found = None
        if not notice.sealed and notice.to != "reporter":
            found = self._settings.of(notice.to, self._department_of(notice.to))
        if found is None:
            self._otherwise.deliver(notice)
            return
        addresses = found.read().decode().split()
        failed = [n for n, each in enumerate(addresses) if not self._told(notice, n, each)]
        if failed:
            told = _("{n} of {all} addresses of {unit} did not take it")
            raise Undelivered(told.format(n=len(failed), all=len(addresses), unit=notice.to))

    def _told(self, notice: Notice, number: int, address: str) -> bool:
        import apprise

        key = notice.key, number
        with self._lock:
            if key in self._took:
                return True
        teller = apprise.Apprise(asset=self._asset)
        if not teller.add(address) or not teller.notify(body=line(notice)):
            return False
        with self._lock:
            self._took[key] = None
            if len(self._took) > _REMEMBERED:
                self._took.popitem(last=False)
        return True
