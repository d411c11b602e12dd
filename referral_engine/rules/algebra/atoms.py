"""Statements about texts and lists: free of each other but where one follows from another.

A text field that contains 燃气泄漏 also contains 燃气; a list that holds anything is not empty; a
missing field makes each of them false. Whatever is not known to follow is taken as free, so that
`contradictory` never says so of something that can be.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import msgspec

from referral_engine.rules.text import finder

__all__ = ["SPOKEN", "Atom", "Kind", "contradictory", "word_means"]

Kind = Literal["present", "contains", "is", "matches", "has", "some"]

SPOKEN: frozenset[Kind] = frozenset({"contains", "is", "has"})
"""The statements about words: true where the text or list has one of them."""

# A pattern without these means the same wherever in a text its match lies.
_ANCHORS = frozenset("^$\\")


class Atom(msgspec.Struct, frozen=True):
    """One statement about the values of a field, false where the field is missing.

    ``present``   it has a value
    ``contains``  one of the ``words``, normalised, occurs in the text
    ``is``        the text is one of the ``words``
    ``matches``   the pattern, the one word, is found in the text
    ``has``       the list holds one of the ``words``
    ``some``      the list holds anything
    """

    field: str
    kind: Kind
    words: frozenset[str] = frozenset()


def contradictory(true: frozenset[Atom], false: frozenset[Atom]) -> bool:
    """Whether all of `true` and none of `false` certainly never holds."""
    if not true:
        return False
    if not true.isdisjoint(false):
        return True
    exact: dict[str, list[Atom]] = {}
    for atom in true:
        denied = [other for other in false if other.field == atom.field]
        if denied and _denied(atom, denied):
            return True
        if atom.kind == "is":
            exact.setdefault(atom.field, []).append(atom)
    return any(not _possible(atoms, true, false) for atoms in exact.values())


def _denied(atom: Atom, denied: list[Atom]) -> bool:
    """Whether the atom is false wherever all of `denied` are."""
    kinds = {other.kind for other in denied}
    if "present" in kinds or ("some" in kinds and atom.kind == "has"):
        return True
    return atom.kind in SPOKEN and all(
        any(word_means(atom.kind, word, other) for other in denied) for word in atom.words
    )


def _possible(atoms: list[Atom], true: frozenset[Atom], false: frozenset[Atom]) -> bool:
    """Whether some whole text makes the statements of its field what they are to be."""
    field = atoms[0].field
    words = frozenset.intersection(*(atom.words for atom in atoms))
    wanted = [atom for atom in true if atom.field == field]
    unwanted = [atom for atom in false if atom.field == field]
    return any(
        all(word_means("is", word, atom) for atom in wanted)
        and not any(word_means("is", word, atom) for atom in unwanted)
        for word in words
    )


@lru_cache(maxsize=1 << 16)
def word_means(kind: Kind, word: str, other: Atom) -> bool:
    """Whether containing, being or holding the word makes the other statement true."""
    match other.kind:
        case "present":
            return True
        case "some":
            return kind == "has"
        case "has":
            return kind == "has" and word in other.words
        case "is":
            return kind == "is" and word in other.words
        case "contains":
            return kind != "has" and any(part in word for part in other.words)
        case "matches":
            (pattern,) = other.words
            unanchored = kind == "contains" and _ANCHORS.isdisjoint(pattern)
            return (kind == "is" or unanchored) and finder(pattern)(word)
