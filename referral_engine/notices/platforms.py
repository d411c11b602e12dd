"""Upper platforms that cases come from hear what became of them, under the number they gave them.

What the reporter of such a case is told goes to the platform, which knows the reporter: nobody
enters it there a second time.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from referral_engine.clock import Clock
from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.model.case import Case
from referral_engine.model.notice_settings import Platform
from referral_engine.model.outcome import Notice
from referral_engine.notices.outlet import Outlet
from referral_engine.reach.matter import heard
from referral_engine.reach.peer import Peer, Unreachable
from referral_engine.reach.signature import sign
from referral_engine.store import Store

__all__ = ["Platforms", "WrittenBack"]

_encode = msgspec.json.Encoder(order="deterministic").encode


class WrittenBack(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a platform is sent: ``number`` is its own for the case, ``event`` the notice's subject,
    ``key`` the same however often it is sent.
    """

    key: str
    number: str
    case: str
    event: str
    state: str
    outcome: str = ""


class Platforms:
    """Writes back to the platforms; every other notice goes `otherwise`."""

    def __init__(
        self, platforms: Mapping[str, Platform], store: Store, clock: Clock, otherwise: Outlet
    ) -> None:
        """Raises Refused (BAD_PLATFORM) for an address that is none, or without TLS."""
        self._platforms = platforms
        self._store = store
        self._clock = clock
        self._otherwise = otherwise
        try:
            self._peers = {name: Peer(each.url) for name, each in platforms.items()}
        except ValueError as error:
            raise Refused(
                "BAD_PLATFORM",
                _("A platform under notices cannot be reached: {error}.").format(error=error),
                _("Correct its url in config.yaml."),
            ) from None

    def deliver(self, notice: Notice) -> None:
        """Raises Unreachable, Unreadable, LookupError: it is sent again under its key."""
        case = self._case(notice)
        if case is None or case.channel not in self._platforms or not case.sender_id:
            self._otherwise.deliver(notice)
            return
        peer, secret = self._peers[case.channel], self._platforms[case.channel].secret
        body = _encode(
            WrittenBack(
                notice.key, case.sender_id, case.code, notice.subject, case.state, case.outcome
            )
        )
        target = peer.target()
        headers = sign(secret.read(), "POST", target, body, self._clock.now())
        headers |= {"Content-Type": "application/json", "Idempotency-Key": notice.key}
        said = peer.ask("POST", target, body, headers)
        if not said.ok:
            raise Unreachable(f"answered {said.status}")
        heard(said.body, notice.key)

    def _case(self, notice: Notice) -> Case | None:
        """The case of a notice to its reporter; None for any other, and for one that is sealed."""
        if notice.to != "reporter" or notice.sealed:
            return None
        loaded = self._store.read(lambda reader: reader.load(notice.case))
        return None if loaded is None or loaded.case.sealed else loaded.case
