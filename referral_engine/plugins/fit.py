"""Whether a loaded department fits the county: what else would only show by nothing happening."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from referral_engine.i18n import _
from referral_engine.plugins.departments import Loaded
from referral_engine.plugins.handler import under
from referral_engine.spelling import nearest

__all__ = ["doubts"]


def doubts(loaded: Loaded, units: Collection[str], categories: Collection[str]) -> Iterator[str]:
    """What is odd about a department, for people; ``units`` and ``categories`` are the county's.

    A department of another id is never asked, a handler of another category never chosen.
    """
    if loaded.id not in units:
        told = _("the organisation has no unit {id}, so nothing is referred to it")
        yield told.format(id=loaded.id) + _perhaps(loaded.id, units)
    for each in loaded.categories:
        if not any(under(code, each) for code in categories):
            told = _("it handles {category}, and the rules know no such category")
            yield told.format(category=each) + _perhaps(each, categories)


def _perhaps(word: str, known: Collection[str]) -> str:
    near = nearest(word, known)
    return " " + _("(did you mean {word}?)").format(word=near) if near else ""
