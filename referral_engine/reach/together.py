"""Several ways at once: each is tried by itself, and one that fails holds up no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec

from referral_engine.plugins.acts import Answer, Message, Reply
from referral_engine.plugins.handler import Handler
from referral_engine.plugins.reply import answer_of
from referral_engine.plugins.view import Conference, Escalation, Referral

__all__ = ["Together"]

_PAUSES = (10, 30, 120, 600, 1800)
"""Seconds until a way that failed is tried again, the last for ever: as the engine does it."""
_TRIES = 8
"""After so many failures of a way the call itself fails, and people hear of it."""
_MOST = 3
"""A bookmark holds no more."""
_SOONEST = timedelta(seconds=1)


class _Turn(msgspec.Struct, frozen=True, array_like=True):
    """When a way is asked next (seconds since 1970), and its bookmark; after so many failures its
    first word is said again. 0: never.
    """

    at: int = 0
    bookmark: str = ""
    failures: int = 0


_decode = msgspec.json.Decoder(tuple[_Turn, ...]).decode


class Together(Handler):
    """A department's referrals go by all of these ``ways``, for instance a voice call beside a
    webhook. Each is retried alone, under the key of its own first try. What a way would leave to
    people, people see at the desk anyway. One that keeps failing becomes a dead letter as ever.
    """

    outside = True

    def __init__(self, *ways: Handler) -> None:
        """Two or three. Raises TypeError for what is no way."""
        if not 0 < len(ways) <= _MOST or not all(isinstance(way, Handler) for way in ways):
            raise TypeError(f"Together takes up to {_MOST} ways such as Webhook(…)")
        self._ways = ways
        self.secrets = tuple(dict.fromkeys(each for way in ways for each in way.secrets))

    def offered(self, referral: Referral) -> Reply:
        return self._begin(referral, lambda way, shown: way.offered(shown))

    def returned(self, referral: Referral) -> Reply:
        return self._begin(referral, lambda way, shown: way.returned(shown))

    def work(self, referral: Referral) -> Reply:
        turns = _decode(referral.bookmark)
        now = referral.now.timestamp()
        verb = referral.key.rpartition("+")[0]
        first = "returned" if f"{referral.id}/returned/" in verb else "offered"

        def ask(way: Handler, shown: Referral) -> Reply:
            return way.work(shown) if shown.key == referral.key else getattr(way, first)(shown)

        found: list[Message] = []
        after = []
        for way, turn in zip(self._ways, turns, strict=True):
            if not turn.at or turn.at > now:
                after.append(turn)
                continue
            key = verb if turn.failures else referral.key
            shown = msgspec.structs.replace(referral, key=key, bookmark=turn.bookmark)
            after.append(_turn(ask, way, shown, turn.failures, found))
        return _answer(found, after, referral.now)

    def withdraw(self, referral: Referral) -> Reply:
        self._each(lambda way: way.withdraw(referral))
        return None

    def escalated(self, referral: Referral, escalation: Escalation) -> Reply:
        return self._each(lambda way: way.escalated(referral, escalation))

    def conference(self, referral: Referral, conference: Conference) -> Reply:
        return self._each(lambda way: way.conference(referral, conference))

    def _begin(self, referral: Referral, ask: Callable[[Handler, Referral], Reply]) -> Reply:
        found: list[Message] = []
        turns = [_turn(ask, way, referral, 0, found) for way in self._ways]
        return _answer(found, turns, referral.now)

    def _each(self, ask: Callable[[Handler], Reply]) -> Reply:
        """All are told before a failure is: the whole is then tried again under the same key."""
        found: list[Message] = []
        failure: Exception | None = None
        for way in self._ways:
            try:
                found += answer_of(ask(way)).messages
            except Exception as error:  # noqa: BLE001 - raised again below
                failure = error
        if failure is not None:
            raise failure
        return Answer(messages=tuple(found))


def _turn(
    ask: Callable[[Handler, Referral], Reply], way: Handler, shown: Referral, failures: int,
    found: list[Message],
) -> _Turn:  # fmt: skip
    """Asks one way; its messages are added to what was `found`."""
    now = int(shown.now.timestamp())
    try:
        answer = answer_of(ask(way, shown))
    except Exception:
        if failures + 1 >= _TRIES:
            raise
        pause = _PAUSES[min(failures, len(_PAUSES) - 1)]
        return _Turn(now + pause, shown.bookmark, failures + 1)
    found += answer.messages
    if answer.again is None:
        return _Turn()
    return _Turn(now + max(1, round(answer.again.total_seconds())), answer.bookmark)


def _answer(found: list[Message], turns: list[_Turn], now: datetime) -> Answer:
    ahead = [turn.at for turn in turns if turn.at]
    if not ahead:
        return Answer(messages=tuple(found))
    again = max(_SOONEST, datetime.fromtimestamp(min(ahead), UTC) - now)
    return Answer((), again, msgspec.json.encode(turns).decode(), tuple(found))
