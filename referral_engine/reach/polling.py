"""A REST system that is entered into and asked again and again what has become of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

import msgspec

from referral_engine.i18n import _
from referral_engine.model.secret import Secret
from referral_engine.plugins.acts import Message, Reply, Wait
from referral_engine.plugins.handler import Handler, Verb
from referral_engine.plugins.view import Conference, Escalation, Referral
from referral_engine.reach.matter import Told, Unreadable, matter
from referral_engine.reach.peer import Peer, Said, Unreachable

__all__ = ["Polling"]

Read = Callable[[Referral, bytes], Iterable[Message]]
_GONE = (404, 410)
_NO_SUCH_METHOD = 405
_RECEIPTS = "receipts"


class Polling(Handler):
    """Puts each matter to ``url``/*referral* and looks there ``every`` so often.

    The address is the referral's own, so that a matter is entered once however often it is put. One
    that the system says it took in and does not know later is put again. What became of its
    messages is posted to ``url``/receipts, where there is such an address. ``read`` makes messages
    of what such a look finds; without it, it is JSON in the engine's own format. ``token`` is sent
    as a bearer token.
    """

    outside = True

    def __init__(
        self,
        url: str,
        *,
        every: timedelta = timedelta(minutes=5),
        token: Secret | None = None,
        read: Read | None = None,
        timeout: float = 4.0,
        ca: str = "",
        plain: bool = False,
    ) -> None:
        """See `Peer` for ``timeout``, ``ca`` and ``plain``. Raises ValueError."""
        if every <= timedelta(0):
            raise ValueError("every is a positive time")
        self._peer = Peer(url, timeout=timeout, ca=ca, plain=plain)
        self._every = every
        self._token = token
        self._read = read or messages_in

    def offered(self, referral: Referral) -> Reply:
        self._put("offered", referral)
        return Wait(self._every)

    def work(self, referral: Referral) -> Reply:
        self._answer(referral)
        said = self._ask("GET", referral)
        if said.status in _GONE:
            self._put("offered", referral)
            return Wait(self._every)
        _expect(said)
        return [*self._read(referral, said.body), Wait(self._every)]

    def withdraw(self, referral: Referral) -> Reply:
        self._answer(referral)
        said = self._ask("DELETE", referral)
        if said.status not in _GONE:
            _expect(said)
        return None

    def escalated(self, referral: Referral, escalation: Escalation) -> Reply:
        self._put("escalated", referral, escalation)
        return None

    def conference(self, referral: Referral, conference: Conference) -> Reply:
        self._put("conference", referral, None, conference)
        return None

    def returned(self, referral: Referral) -> Reply:
        self._put("returned", referral)
        return Wait(self._every)

    def _put(
        self,
        verb: Verb,
        referral: Referral,
        escalation: Escalation | None = None,
        conference: Conference | None = None,
    ) -> None:
        body = matter(verb, referral, escalation, conference).body
        _expect(self._ask("PUT", referral, body))

    def _answer(self, referral: Referral) -> None:
        """Tells what became of messages; a system without an address for that need not know."""
        if referral.receipts:
            body = msgspec.json.encode({"receipts": referral.receipts})
            said = self._ask("POST", referral, body, _RECEIPTS)
            if said.status not in (*_GONE, _NO_SUCH_METHOD):
                _expect(said)

    def _ask(self, method: str, referral: Referral, body: bytes = b"", name: str = "") -> Said:
        headers = {"Accept": "application/json", "Idempotency-Key": referral.key}
        if body:
            headers["Content-Type"] = "application/json"
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token.read().decode()}"
        return self._peer.ask(method, self._peer.target(name or referral.id), body, headers)


def messages_in(_referral: Referral, body: bytes) -> tuple[Message, ...]:
    """The messages in the engine's own format. Raises Unreadable."""
    try:
        return msgspec.json.decode(body, type=Told).messages
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Unreadable(_("what it tells is not in the agreed format")) from None


def _expect(said: Said) -> None:
    if not said.ok:
        raise Unreachable(f"answered {said.status}")
