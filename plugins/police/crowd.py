"""Groups: how many officers, and how they act, is decided by the leader on duty."""

from __future__ import annotations

from referral_engine import Defer, Handler, Referral, Reply

from .department import police, traffic_police
from .words import crowded


@police.handles(when=crowded)
@traffic_police.handles(when=crowded)
class Crowd(Handler):
    def offered(self, referral: Referral) -> Reply:
        return Defer("群体性事项，警力和处置方案由值班所领导决定。")
