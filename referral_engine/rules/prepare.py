"""The prepare phase: what the true rules of the ``hit: all`` tables make of an issue together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from referral_engine.rules.tree import RoutingRule, Value

__all__ = ["UNTOUCHED", "Prepared", "decided", "prepare"]


class Prepared(msgspec.Struct, frozen=True):
    """What has been prepared so far; empty strings where nothing was said.

    ``values`` what was set, ``tags`` those that were added, in order; ``rules`` every true rule;
    ``overruled`` (rule, what it said) where an earlier rule had said otherwise.
    """

    rules: tuple[str, ...] = ()
    values: tuple[tuple[str, Value], ...] = ()
    tags: tuple[str, ...] = ()
    path: str = ""
    seal: str = ""
    link: str = ""
    overruled: tuple[tuple[str, str], ...] = ()

    def onto(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The values of the issue as they stand after this."""
        after = {**values, **dict(self.values)}
        if self.tags:
            own = after.get("tags", ())
            assert isinstance(own, tuple)
            after["tags"] = tuple(dict.fromkeys((*own, *self.tags)))
        if self.path:
            after["path"] = self.path
        if self.seal:
            after["sealed"] = True
        return after


UNTOUCHED = Prepared()


def prepare(
    before: Prepared, rules: Iterable[RoutingRule], values: Mapping[str, Value]
) -> Prepared:
    """`before` and then the effects of these true rules, in order: whoever speaks first wins.

    `values` are those of the issue as it came in, so that a tag it has is not added again.
    """
    said: dict[str, Value] = dict(before.values)
    words = {"path": before.path, "seal": before.seal, "link": before.link}
    tags = dict.fromkeys(before.tags)
    own = values.get("tags", ())
    ids = list(before.rules)
    overruled = list(before.overruled)
    for rule in rules:
        ids.append(rule.id)
        for field, value in rule.effects.set:
            if said.setdefault(field, value) != value:
                overruled.append((rule.id, f"{field}={value}"))
        for kind, first in words.items():
            word: str = getattr(rule.effects, kind)
            if word and first and word != first:
                overruled.append((rule.id, f"{kind}={word}"))
            words[kind] = first or word
        tags.update(dict.fromkeys(tag for tag in rule.effects.tag if tag not in own))  # type: ignore[operator]
    return Prepared(
        tuple(ids), tuple(said.items()), tuple(tags), **words, overruled=tuple(overruled)
    )


def decided(before: Prepared, winner: RoutingRule, values: Mapping[str, Value]) -> Prepared:
    """`before` and what the rule that decides sets, tags and names beside whom it refers to.

    What a prepare rule said stands. The winner itself is not among the rules that prepared.
    """
    effects = winner.effects
    if not (effects.set or effects.tag or effects.path or effects.link):
        return before
    return msgspec.structs.replace(prepare(before, (winner,), values), rules=before.rules)
