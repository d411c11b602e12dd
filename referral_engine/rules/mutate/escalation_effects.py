"""When an escalation rule is asked and what it does, with one thing changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from referral_engine.errors import Place
from referral_engine.rules.mutate.mutant import Change
from referral_engine.rules.mutate.target import target_changes
from referral_engine.rules.tree import EscalationEffects, EscalationRule, Target

__all__ = ["escalation_changes"]

_Changes = Iterator[Change[EscalationRule]]
_PlaceOf = Callable[..., Place]
_SEVERAL = ("remind", "supervise", "notify", "confer")
_STEP = 0.05
"""How much earlier a clock is asked: five hundredths of its time."""


def escalation_changes(rule: EscalationRule, place_of: _PlaceOf) -> _Changes:
    """Every change of one thing that the rule's condition does not say."""
    yield from _occasions(rule, place_of)
    for changed in _effects(rule.effects, place_of):
        yield Change(changed.name, changed.kind, changed.place, changed.was, changed.now,
                     replace(rule, effects=changed.part))  # fmt: skip


def _occasions(rule: EscalationRule, place_of: _PlaceOf) -> _Changes:
    for number, asked in enumerate(rule.on):
        before, behind = rule.on[:number], rule.on[number + 1 :]
        place, was = place_of("on", number), _share(asked.name, asked.share)
        if before or behind:
            yield Change("on", "effect", place, was, "", replace(rule, on=before + behind))
        if asked.share > _STEP:
            earlier = replace(asked, share=round(asked.share - _STEP, 4))
            whole = (*before, earlier, *behind)
            yield Change("on", "deadline", place, was, _share(earlier.name, earlier.share),
                         replace(rule, on=whole))  # fmt: skip


def _share(name: str, share: float) -> str:
    return f"{name}: {share:.0%}" if share else name


def _effects(effects: EscalationEffects, place_of: _PlaceOf) -> Iterator[Change[EscalationEffects]]:
    if effects.derive:
        yield Change("derive", "effect", place_of("derive"), f"derive {effects.derive}", "",
                     replace(effects, derive=""))  # fmt: skip
    for key in _SEVERAL:
        yield from _targets(effects, key, getattr(effects, key), place_of)
    for key in ("step_up", "designate"):
        one: Target | None = getattr(effects, key)
        for changed in _targets(effects, key, (one,) if one else (), place_of):
            first = next(iter(getattr(changed.part, key)), None)
            yield replace(changed, part=replace(changed.part, **{key: first}))
    if effects.recommend is not None:
        said = f"recommend {effects.recommend.step}"
        yield Change("recommend", "effect", place_of("recommend"), said, "",
                     replace(effects, recommend=None))  # fmt: skip


def _targets(
    effects: EscalationEffects, key: str, targets: tuple[Target, ...], place_of: _PlaceOf
) -> Iterator[Change[EscalationEffects]]:
    for changed in target_changes(targets, key, (), lambda number: place_of(key, number)):
        yield Change(changed.name, changed.kind, changed.place, changed.was, changed.now,
                     replace(effects, **{key: changed.part}))  # fmt: skip
