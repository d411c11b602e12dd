"""What the petitions office must pass on: courts' matters, accusations, what others decide."""

from __future__ import annotations

from referral_engine import Decline, Defer, Handler, NotNeeded, Referral, Reply

from .department import GROUNDS, petitions
from .words import ACCUSATION, CONCLUDED, LITIGATION, UNDER_WAY, owner_of


def accuses(referral: Referral) -> bool:
    """An accusation against an official, by its category (then sealed) or by its words."""
    return referral.category == "X02" or referral.mentions(ACCUSATION)


def about_litigation(referral: Referral) -> bool:
    """涉法涉诉: what courts, prosecutors or the police have decided or must decide."""
    return referral.category == "X03" or referral.mentions(LITIGATION)


def settled_for_good(referral: Referral) -> bool:
    """The procedure is said to be over, or to run: a person looks it up before anyone is told."""
    return referral.mentions(CONCLUDED + UNDER_WAY)


def owned_elsewhere(referral: Referral) -> bool:
    """The words name the one authority that decides."""
    return bool(owner_of(referral))


@petitions.handles(when=accuses, sealed=True)
class Accusation(Handler):
    """Never to the accused; the discipline organ alone. Its words are not needed for that."""

    def offered(self, referral: Referral) -> Reply:
        return Decline("accusation", "discipline", GROUNDS["accusation"])


@petitions.handles(when=about_litigation)
class Litigation(Handler):
    """诉讼与信访分离: beside a court's or prosecutor's matter there is nothing to supervise."""

    def offered(self, referral: Referral) -> Reply:
        if referral.role == "support":
            return NotNeeded(GROUNDS["litigation_related"])
        return Decline("litigation_related", "political_legal", GROUNDS["litigation_related"])


@petitions.handles(when=settled_for_good, role="lead")
class Concluded(Handler):
    """Whether a procedure is concluded is looked up by a person; no machine turns anyone away."""

    def offered(self, referral: Referral) -> Reply:
        return Defer("信访人称已复核终结或者正在办理，请核对全国信访信息系统后决定。")


@petitions.handles(when=owned_elsewhere, role="lead", category="X01")
class OtherOwner(Handler):
    """转送: the authority that decides is named as the owner."""

    def offered(self, referral: Referral) -> Reply:
        return Decline("other_owner", owner_of(referral), GROUNDS["other_owner"])
