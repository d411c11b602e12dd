"""A signed request to the department's system for every call; it reports in by itself."""

from __future__ import annotations

from collections.abc import Mapping

from referral_engine.model.secret import Secret
from referral_engine.plugins.acts import Entered, Reply
from referral_engine.plugins.handler import Handler, Verb
from referral_engine.plugins.view import Conference, Escalation, Referral
from referral_engine.reach.matter import Heard, heard, matter
from referral_engine.reach.peer import Peer, Unreachable
from referral_engine.reach.signature import sign

__all__ = ["Webhook"]


class Webhook(Handler):
    """Posts each call to ``url``, signed with the first of ``secret``.

    The system repeats the key in its answer, or the call is made again: after 10 s, 30 s, 2 min …,
    for this department alone. It reports in at ``/api/v1/departments/ID/reports``, signed with any
    of ``secret``; two of them let one be replaced without a gap. The number it gives the case is
    kept as that of ``system``. ``stations`` gives a station its own address.
    """

    outside = True

    def __init__(
        self,
        url: str,
        secret: Secret | tuple[Secret, ...],
        *,
        system: str = "",
        stations: Mapping[str, str] | None = None,
        timeout: float = 4.0,
        ca: str = "",
        plain: bool = False,
    ) -> None:
        """See `Peer` for ``timeout``, ``ca`` and ``plain``. Raises ValueError."""
        self.secrets = (secret,) if isinstance(secret, Secret) else tuple(secret)
        if not self.secrets:
            raise ValueError("a webhook has a secret")
        self._system = system
        self._peer = Peer(url, timeout=timeout, ca=ca, plain=plain)
        self._stations = {
            id: Peer(own, timeout=timeout, ca=ca, plain=plain)
            for id, own in (stations or {}).items()
        }

    def offered(self, referral: Referral) -> Reply:
        return self._send("offered", referral)

    def withdraw(self, referral: Referral) -> Reply:
        self._send("withdraw", referral)
        return None

    def escalated(self, referral: Referral, escalation: Escalation) -> Reply:
        return self._send("escalated", referral, escalation)

    def conference(self, referral: Referral, conference: Conference) -> Reply:
        return self._send("conference", referral, None, conference)

    def returned(self, referral: Referral) -> Reply:
        return self._send("returned", referral)

    def _send(
        self,
        verb: Verb,
        referral: Referral,
        escalation: Escalation | None = None,
        conference: Conference | None = None,
    ) -> Reply:
        """Raises Unreachable, Unreadable: the engine sends it again under the same key."""
        peer = self._stations.get(referral.station, self._peer)
        sent = matter(verb, referral, escalation, conference)
        target, body = peer.target(), sent.body
        headers = sign(self.secrets[0].read(), "POST", target, body, referral.now)
        headers |= {"Content-Type": "application/json", "Idempotency-Key": sent.key}
        said = peer.ask("POST", target, body, headers)
        if not said.ok:
            raise Unreachable(f"answered {said.status}")
        answer = heard(said.body, sent.key)
        entered = [Entered(self._system, answer.number)] if self._numbers(verb, answer) else []
        return [*entered, *answer.messages]

    def _numbers(self, verb: Verb, answer: Heard) -> bool:
        """Whether the answer gives a number that is kept; a withdrawal has no effect at all."""
        return bool(self._system and answer.number and verb != "withdraw")
