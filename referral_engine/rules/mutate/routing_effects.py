"""What a routing rule does, with one thing changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from referral_engine.errors import Place
from referral_engine.rules.mutate.clock import clock_changes
from referral_engine.rules.mutate.mutant import Change
from referral_engine.rules.mutate.target import other_target
from referral_engine.rules.trace import written
from referral_engine.rules.tree import (
    Proposal,
    Refer,
    RoutingEffects,
    Suggestion,
    Support,
    Target,
    Value,
    Whistle,
)

__all__ = ["routing_changes"]

_Changes = Iterator[Change[RoutingEffects]]
_PlaceOf = Callable[..., Place]
"""The place of a key below the rule."""

_WHISTLES: tuple[Whistle, ...] = ("routine", "joint", "emergency")


def routing_changes(effects: RoutingEffects, units: Sequence[str], place_of: _PlaceOf) -> _Changes:
    """Every change of one thing; another lead is one of the `units`."""
    if effects.refer is not None:
        for changed in _refer(effects.refer, units, place_of):
            yield _onto(changed, replace(effects, refer=changed.part))
    for clocks in clock_changes(effects.within, "within", lambda clock: place_of("within", clock)):
        yield _onto(clocks, replace(effects, within=clocks.part))
    for suggested in _suggest(effects.suggest, units, place_of):
        yield _onto(suggested, replace(effects, suggest=suggested.part))
    yield from _words(effects, place_of)
    yield from _set(effects, place_of)
    if effects.propose is not None:
        yield _proposal(effects, effects.propose, place_of)


def _onto(change: Change[object], effects: RoutingEffects) -> Change[RoutingEffects]:
    return Change(change.name, change.kind, change.place, change.was, change.now, effects)


def _refer(refer: Refer, units: Sequence[str], place_of: _PlaceOf) -> Iterator[Change[Refer]]:
    place = place_of("refer", "lead")
    for lead in _leads(refer.lead, units):
        was, now = f"lead {refer.lead}", f"lead {lead}"
        yield Change("lead", "target", place, was, now, replace(refer, lead=lead))
    for number, support in enumerate(refer.support):
        for changed in _support(support, number, units, place_of):
            mine = () if changed.part is None else (changed.part,)
            whole = (*refer.support[:number], *mine, *refer.support[number + 1 :])
            yield Change(changed.name, changed.kind, changed.place, changed.was, changed.now,
                         replace(refer, support=whole))  # fmt: skip
    if refer.whistle is not None:
        place = place_of("refer", "whistle")
        other = _WHISTLES[(_WHISTLES.index(refer.whistle) + 1) % len(_WHISTLES)]
        for level in (other, None):
            yield Change("whistle", "effect", place, f"whistle {refer.whistle}",
                         f"whistle {level}" if level else "",
                         replace(refer, whistle=level))  # fmt: skip


def _leads(lead: Target, units: Sequence[str]) -> Iterator[Target]:
    if not lead.first_present:
        yield other_target(lead, units)
        return
    members = lead.first_present
    if len(members) > 1:
        yield from (replace(lead, first_present=members[:n] + members[n + 1 :])
                    for n in range(len(members)))  # fmt: skip


def _support(
    support: Support, number: int, units: Sequence[str], place_of: _PlaceOf
) -> Iterator[Change[Support | None]]:
    place, said = place_of("refer", "support", number), f"support {support.to}"
    yield Change("support", "target", place, said, "", None)
    if not support.to.first_present:
        other = other_target(support.to, units)
        yield Change("support", "target", place, said, f"support {other}",
                     replace(support, to=other))  # fmt: skip
    if support.required:
        yield Change("required", "effect", place, f"{said} required: true", "required: false",
                     replace(support, required=False))  # fmt: skip

    def clock_place(clock: str) -> Place:
        return place_of("refer", "support", number, "within", clock)

    for changed in clock_changes(support.within, "support.within", clock_place):
        within = replace(support, within=changed.part)
        yield Change(changed.name, changed.kind, changed.place, changed.was, changed.now, within)


def _suggest(
    suggested: tuple[Suggestion, ...], units: Sequence[str], place_of: _PlaceOf
) -> Iterator[Change[tuple[Suggestion, ...]]]:
    """Each unit as another one and left out; the shares are figures for people."""
    for number, one in enumerate(suggested):
        before, behind = suggested[:number], suggested[number + 1 :]
        place, said = place_of("suggest", number), f"suggest {one.to}"
        yield Change("suggest", "target", place, said, "", before + behind)
        if not one.to.first_present:
            other = other_target(one.to, units)
            whole = (*before, replace(one, to=other), *behind)
            yield Change("suggest", "target", place, said, f"suggest {other}", whole)


def _words(effects: RoutingEffects, place_of: _PlaceOf) -> _Changes:
    for key in ("path", "seal", "link"):
        if word := getattr(effects, key):
            without = replace(effects, **{key: ""})
            yield Change(key, "effect", place_of(key), f"{key} {word}", "", without)
    for number, tag in enumerate(effects.tag):
        rest = effects.tag[:number] + effects.tag[number + 1 :]
        yield Change("tag", "effect", place_of("tag", number), f"tag {tag}", "",
                     replace(effects, tag=rest))  # fmt: skip


def _set(effects: RoutingEffects, place_of: _PlaceOf) -> _Changes:
    for number, (field, value) in enumerate(effects.set):
        before, behind = effects.set[:number], effects.set[number + 1 :]
        place, was = place_of("set", field), f"set {field}: {written(value)}"
        yield Change("set", "effect", place, was, "", replace(effects, set=before + behind))
        for near in _near(value):
            whole = (*before, (field, near), *behind)
            yield Change("set", "value", place, was, f"set {field}: {written(near)}",
                         replace(effects, set=whole))  # fmt: skip


def _near(value: Value) -> Iterator[Value]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1 if value < 2 else value - 1


def _proposal(
    effects: RoutingEffects, proposal: Proposal, place_of: _PlaceOf
) -> Change[RoutingEffects]:
    was = f"{proposal.kind} {proposal.reason}"
    other = replace(proposal, reason=f"no_{proposal.reason}")
    return Change("propose", "effect", place_of(proposal.kind), was,
                  f"{other.kind} {other.reason}", replace(effects, propose=other))  # fmt: skip
