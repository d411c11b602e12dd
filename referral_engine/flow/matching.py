"""Which mediator fits a case, and why: a list for a person to choose from, with reasons.

Nobody is matched whom a party has challenged, whose unit or person the case accuses, who does not
speak the language that is asked for, or who has as many open cases as agreed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from referral_engine.i18n import _
from referral_engine.model.case import Case
from referral_engine.model.mediator import Mediator
from referral_engine.org import PERSON, Org

__all__ = ["Match", "Wish", "ranked", "wish_of"]

# What each counts, most important first: the trade before the place, the place before the load.
_OWN_TRADE, _NEAR_TRADE, _EXPERT, _OWN_PLACE, _ABOVE, _FREE = 12, 8, 6, 3, 1, 2


class Wish(NamedTuple):
    """What a case asks of its mediator; ``expertise`` and ``language`` are empty for any.

    ``challenged`` are persons whom a party will not have, ``barred`` units and persons accused.
    """

    category: str
    territory: str
    language: str = ""
    expertise: str = ""
    challenged: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()


class Match(NamedTuple):
    """A mediator beside a case: ``reasons`` speak for it; with any ``against`` it may not have it.

    ``load`` is the number of open cases it has.
    """

    mediator: Mediator
    load: int
    score: int
    reasons: tuple[str, ...]
    against: tuple[str, ...]


def wish_of(case: Case, language: str = "", expertise: str = "") -> Wish:
    """What this case asks for."""
    return Wish(
        case.category, case.territory, language, expertise,
        frozenset(case.challenged), frozenset(case.barred),
    )  # fmt: skip


def ranked(
    mediators: Iterable[Mediator], loads: Mapping[str, int], wish: Wish, org: Org
) -> list[Match]:
    """Everyone in the register: first who may, best first, the less loaded before the other."""
    found = [_match(each, loads.get(each.id, 0), wish, org) for each in mediators]
    return sorted(found, key=lambda m: (bool(m.against), -m.score, m.load, m.mediator.id))


def _match(mediator: Mediator, load: int, wish: Wish, org: Org) -> Match:
    said = [*_of_trade(mediator, wish), *_of_place(mediator, wish, org)]
    if wish.expertise and wish.expertise in mediator.expertise:
        said.append((_EXPERT, _("is an expert in {what}").format(what=wish.expertise)))
    if wish.language and wish.language in mediator.languages:
        said.append((0, _("speaks {language}").format(language=wish.language)))
    free = mediator.most_open - load
    if free > 0:
        points = round(_FREE * free / mediator.most_open)
        told = _("has {n} of at most {most} open cases").format(n=load, most=mediator.most_open)
        said.append((points, told))
    score = sum(points for points, _told in said)
    against = tuple(_against(mediator, load, wish))
    return Match(mediator, load, score, tuple(told for _points, told in said), against)


def _of_trade(mediator: Mediator, wish: Wish) -> list[tuple[int, str]]:
    fitting = [trade for trade in mediator.trades if wish.category.startswith(trade)]
    if not fitting:
        return []
    best = max(fitting, key=len)
    points = _OWN_TRADE if best == wish.category else _NEAR_TRADE
    return [(points, _("mediates {trade}").format(trade=best))]


def _of_place(mediator: Mediator, wish: Wish, org: Org) -> list[tuple[int, str]]:
    place = org.territory(mediator.territory)
    if place is None or not org.under(wish.territory, mediator.territory):
        return []
    root = not org.ancestors(mediator.territory)
    told = _("serves {place}").format(place=place.name)
    return [(_ABOVE if root else _OWN_PLACE, told)]


def _against(mediator: Mediator, load: int, wish: Wish) -> Iterable[str]:
    if mediator.id in wish.challenged:
        yield _("a party has challenged this mediator")
    if {mediator.id, PERSON + mediator.id, mediator.unit} & (wish.barred - {""}):
        yield _("is concerned by the case itself")
    if mediator.trades and not any(wish.category.startswith(each) for each in mediator.trades):
        yield _("does not mediate {trade}").format(trade=wish.category or "–")
    if wish.language and wish.language not in mediator.languages:
        yield _("does not speak {language}").format(language=wish.language)
    if load >= mediator.most_open:
        yield _("has as many open cases as agreed: {n}").format(n=load)
