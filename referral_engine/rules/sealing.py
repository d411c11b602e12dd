"""Which issues are sealed before anybody is chosen, whatever else they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from referral_engine.rules.algebra import Box
from referral_engine.rules.algebra.atoms import Atom
from referral_engine.rules.survey import Survey
from referral_engine.rules.tree import RoutingEffects

__all__ = ["ACCUSATION", "ACCUSATIONS", "PRIVACY", "Sealed", "sealed_cells"]

ACCUSATION = "accusation"
ACCUSATIONS = "X02"
"""Category 检举控告 with what lies below it: the engine seals it by itself."""

PRIVACY = "privacy"
"""A seal over faces and names alone."""


class Sealed(NamedTuple):
    """A kind of issue that is always sealed: what it is, why, and what holds of it when the
    deciding rules are asked.
    """

    what: str
    seal: str
    box: Box


def sealed_cells(survey: Survey) -> Iterator[Sealed]:
    """The categories that are sealed as such."""
    for code, cell in survey.categories.items():
        seal = ACCUSATION if code.startswith(ACCUSATIONS) else ""
        found = _prepared(survey, cell, seal)
        if found.seal not in ("", PRIVACY):
            yield Sealed(survey.labelled(code), found.seal, found.box)


def _prepared(survey: Survey, box: Box, seal: str) -> Sealed:
    """The box after the prepare rules that are certainly true in all of it."""
    for table in survey.loaded.rule_set.routing:
        if table.hit != "all":
            continue
        now = box
        for rule in table.rules:
            guard, own = survey.space.region(table.when), survey.space.region(rule.when)
            region = None if guard is None or own is None else guard & own
            if region is not None and survey.space.covers(region.boxes, now):
                box = _after(survey, box, rule.effects)
                seal = seal or rule.effects.seal
    if seal not in ("", PRIVACY):
        box = box & survey.sealed or box
    return Sealed("", seal, box)


def _after(survey: Survey, box: Box, effects: RoutingEffects) -> Box:
    tags = {Atom("tags", "has", frozenset({tag})) for tag in effects.tag}
    if effects.tag:
        tags |= {Atom("tags", "present"), Atom("tags", "some")}
    moved = survey.categories.get(str(dict(effects.set).get("category", "")))
    masks = {**box.masks, **(moved.masks if moved else {})}
    return Box(masks, box.true | tags, box.false)
