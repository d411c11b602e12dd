"""What of an issue would have to be otherwise for it to go to another unit."""

from __future__ import annotations

from referral_engine.rules.otherwise.change import Changed, Difference, Places, Spot
from referral_engine.rules.otherwise.choices import Choices
from referral_engine.rules.otherwise.search import Answer, Otherwise, Search, Wanted

__all__ = [
    "Answer",
    "Changed",
    "Choices",
    "Difference",
    "Otherwise",
    "Places",
    "Search",
    "Spot",
    "Wanted",
]
