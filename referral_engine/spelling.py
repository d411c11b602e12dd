"""The nearest right spelling of a word that is not known."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["nearest"]

# Below this share of common characters a suggestion puzzles more than it helps.
_ENOUGH = 55


def nearest(word: str, candidates: Iterable[str]) -> str:
    """The candidate most like ``word``, or the empty string when none is near enough.

    Case is ignored; among equals the first in alphabetical order wins, so that a message never
    changes from run to run.
    """
    from rapidfuzz import fuzz, process  # imported only once there is a fault to explain

    folded = word.casefold()
    found = process.extractOne(
        folded,
        sorted(set(candidates)),
        scorer=fuzz.ratio,
        processor=str.casefold,
        score_cutoff=_ENOUGH,
    )
    return found[0] if found else ""
