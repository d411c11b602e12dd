"""Targets that are somebody else's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from referral_engine.errors import Place
from referral_engine.rules.mutate.mutant import Change
from referral_engine.rules.tree import Target

__all__ = ["other_target", "target_changes"]

_ELSEWHERE = {"grid": "village", "village": "township", "township": "county", "county": "township"}


def other_target(target: Target, units: Sequence[str]) -> Target:
    """Another target of the same kind; another of the `units` for a unit."""
    if target.relative:
        return replace(target, relative=_ELSEWHERE.get(target.relative, "county"))
    others = [unit for unit in units if unit != target.unit]
    if target.unit and others:
        return replace(target, unit=others[0])
    return Target(relative="county")


def target_changes(
    targets: tuple[Target, ...], name: str, units: Sequence[str], place_of: Callable[[int], Place]
) -> Iterator[Change[tuple[Target, ...]]]:
    """Each target as somebody else and left out; `place_of` tells the place of a target."""
    for number, target in enumerate(targets):
        before, behind = targets[:number], targets[number + 1 :]
        place, said = place_of(number), str(target)
        if not target.first_present:
            other = other_target(target, units)
            whole = (*before, other, *behind)
            yield Change(name, "target", place, f"{name} {said}", f"{name} {other}", whole)
        yield Change(name, "target", place, f"{name} {said}", "", before + behind)
