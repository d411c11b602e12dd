"""Groups at the window: at most five representatives (信访工作条例 Art. 20)."""

from __future__ import annotations

from referral_engine import Defer, Handler, Referral, Reply

from .department import petitions

REPRESENTATIVES = 5


def group(referral: Referral) -> bool:
    """More people than may come in, or a group by tag."""
    return referral.people > REPRESENTATIVES or "群体性" in referral.tags


@petitions.handles(when=group)
class Group(Handler):
    def offered(self, referral: Referral) -> Reply:
        return Defer("多人提出共同事项：走访的请推选不超过五名代表，由接访领导决定面谈和办理方案。")
