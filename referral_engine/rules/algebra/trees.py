"""Codes of a tree that stand for all: of those under the same named codes and of one level one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from referral_engine.rules.algebra.values import ELSE, operands
from referral_engine.rules.tree import Leaf
from referral_engine.rules.world import World

__all__ = ["categories", "territories"]


def categories(leaves: Iterable[Leaf], world: World) -> Iterator[str]:
    """Every category, every word that is named instead of one, and one unheard of."""
    yield from dict.fromkeys((*world.categories, *map(str, operands(leaves)), ELSE))


def territories(leaves: Iterable[Leaf], world: World) -> Iterator[str]:
    """The named codes as written, of each class of known codes one, and one unheard of. Where it
    makes a difference also each of them written to full length, and one below it in no list.
    """
    asked = list(leaves)
    named = {str(code) for code in operands(asked)}
    tree = world.org.tree
    meant = {tree.exact(code) or code for code in named}
    classes: dict[tuple[object, ...], str] = {}
    for code in tree.territories:
        line = tuple(above for above in tree.path(code) if above in meant)
        classes.setdefault((line, tree.level(code)), code)
    known = (*classes.values(), *(code for code in meant if code in tree.territories))
    yield from dict.fromkeys((*named, *known, ELSE))
    if any(leaf.operator not in ("under", "exists") for leaf in asked):
        for code in dict.fromkeys(known):
            yield from {code.ljust(12, "0"), code + ELSE} - {*named, *known}
