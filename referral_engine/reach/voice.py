"""Calling people by telephone, through a gateway, until somebody presses a key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from referral_engine.i18n import _
from referral_engine.model.secret import Secret
from referral_engine.plugins.acts import Act, Claim, Defer, Message, Reply, Wait
from referral_engine.plugins.handler import Handler
from referral_engine.plugins.view import Referral
from referral_engine.reach.matter import Unreadable
from referral_engine.reach.peer import Peer, Said, Unreachable

__all__ = ["Voice"]

_SAY = "综治中心派单，案件编号{case}。已知悉并前往，请按 1。"
_encode = msgspec.json.encode


class _Call(msgspec.Struct, frozen=True):
    """A call at the gateway. ``at`` is when the key was pressed (aware)."""

    state: Literal["queued", "ringing", "answered", "acknowledged", "failed"]
    at: datetime | None = None


class Voice(Handler):
    """Rings the numbers of a unit one after the other; who presses the key acknowledges.

    A call is put to ``url``/*call*, an address of its own, so that nobody is rung twice for one
    that was made again; there it is asked after too. It says ``say`` and asks for the key 1. An
    acknowledgement is told as ``acknowledged``, by default the claim. After ``rounds`` through all
    numbers the case is left to the desk; its deadlines run whatever happens here.
    """

    outside = True

    def __init__(
        self,
        url: str,
        numbers: Mapping[str, Sequence[str]],
        *,
        token: Secret | None = None,
        say: str = _SAY,
        acknowledged: Sequence[Act] = (Claim(),),
        ring: timedelta = timedelta(minutes=1),
        rounds: int = 2,
        timeout: float = 4.0,
        ca: str = "",
        plain: bool = False,
    ) -> None:
        """``numbers`` by the id of a station or department; ``ring`` is the time until the next is
        rung. ``say`` may hold ``{case}`` and other fields of the view; a gateway hears all of it.
        See `Peer` for ``timeout``, ``ca`` and ``plain``. Raises ValueError.
        """
        if not numbers or not all(numbers.values()):
            raise ValueError("every unit of numbers has one")
        if ring <= timedelta(0) or rounds < 1:
            raise ValueError("ring is a positive time, rounds at least 1")
        self._peer = Peer(url, timeout=timeout, ca=ca, plain=plain)
        self._numbers = {unit: tuple(each) for unit, each in numbers.items()}
        self._token = token
        self._say = say
        self._acknowledged = tuple(acknowledged)
        self._ring = ring
        self._rounds = rounds

    def offered(self, referral: Referral) -> Reply:
        return self._dial(referral, 0)

    def work(self, referral: Referral) -> Reply:
        if referral.state != "offered":
            return None  # somebody has it
        made = int(referral.bookmark) + 1 if referral.bookmark.isdecimal() else 0
        for number in range(made):
            call = self._asked(referral, number)
            if call.state == "acknowledged":
                acts = tuple(msgspec.structs.replace(a, at=call.at) for a in self._acknowledged)
                return Message(f"voice/{_name(referral, number)}", referral.id, acts)
        return self._dial(referral, made)

    def withdraw(self, referral: Referral) -> Reply:
        return None  # a call that is over cannot be taken back

    def _dial(self, referral: Referral, number: int) -> Reply:
        found = self._numbers.get(referral.station) or self._numbers.get(referral.department, ())
        if number >= len(found) * self._rounds:
            return Defer(_("nobody acknowledged {n} calls").format(n=number))
        name = _name(referral, number)
        body = {
            "call": name, "to": found[number % len(found)], "ask": "1",
            "say": self._say.format(**msgspec.structs.asdict(referral)),
        }  # fmt: skip
        said = self._send("PUT", name, _encode(body))
        if not said.ok:
            raise Unreachable(f"answered {said.status}")
        return Wait(self._ring, str(number))

    def _asked(self, referral: Referral, number: int) -> _Call:
        said = self._send("GET", _name(referral, number))
        if not said.ok:
            raise Unreachable(f"answered {said.status}")
        try:
            return msgspec.json.decode(said.body, type=_Call)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise Unreadable(_("what it tells is not in the agreed format")) from None

    def _send(self, method: str, name: str, body: bytes = b"") -> Said:
        headers = {"Content-Type": "application/json"} if body else {}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token.read().decode()}"
        return self._peer.ask(method, self._peer.target(name), body, headers)


def _name(referral: Referral, number: int) -> str:
    """Of one call: the same however often it is asked for, another in each round."""
    return f"{referral.id}.{referral.round}.{number}"
