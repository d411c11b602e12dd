"""Escalation rules packed into rulesets of durable-rules, at most fifty rules each.

Two kinds of fact are asserted. The *case* fact carries everything a shard's rules compare. A
*flag* fact says that one flag is now held, and carries the case and the flags so far along. A rule
over the flags A and B therefore becomes two engine rules, "A is new and B is held" and "B is new
and A is held": semi-naive forward chaining, in which each engine rule looks at one message, can
fire once a case, and no join is ever made (docs/decisions/ says why that matters).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from referral_engine.i18n import _
from referral_engine.rules.infer import fences
from referral_engine.rules.infer.agenda import Agenda, Asked
from referral_engine.rules.infer.encode import Alternative, Clause, Encoder, Flagged, Slot, TooWide
from referral_engine.rules.terms import Terms

__all__ = ["SENTINEL", "EngineRule", "Program", "Shard"]

SENTINEL = "end"
"""The rule of lowest priority, true of every case fact: it fires last, or something is wrong."""

_FIXED = frozenset({"id", "sid", "kind", "code"})


class EngineRule(msgspec.Struct, frozen=True):
    """One conjunction as durable-rules gets it.

    ``asked`` is the rule it belongs to. ``trigger`` is the flag whose arrival it waits for, empty
    for a rule over the case fact; ``held`` the other flags it needs.
    """

    name: str
    asked: Asked
    clauses: tuple[Clause, ...]
    trigger: str = ""
    held: tuple[str, ...] = ()


class Shard(msgspec.Struct, frozen=True):
    """One ruleset and what its facts must carry.

    ``gates`` and ``held`` give the text to put into a fact for an open gate, for a held flag.
    """

    rules: tuple[EngineRule, ...]
    definition: str
    slots: tuple[Slot, ...]
    gates: tuple[tuple[int, str], ...]
    held: tuple[tuple[str, str], ...]
    positions: dict[str, int]

    @property
    def triggers(self) -> frozenset[str]:
        return frozenset(rule.trigger for rule in self.rules if rule.trigger)


class Program(msgspec.Struct, frozen=True):
    """The shards of each stratum; ``codes`` numbers the derived flags."""

    strata: tuple[tuple[Shard, ...], ...]
    codes: dict[str, int]

    @classmethod
    def of(cls, agenda: Agenda, terms: Terms) -> Program:
        """Raises TooWide for a rule that does not fit, OutsideProfile for a fault of ours."""
        codes = {flag: number for number, flag in enumerate(sorted(agenda.flags), start=1)}
        return cls(
            tuple(_stratum(agenda, stratum, codes, terms) for stratum in range(agenda.strata)),
            codes,
        )

    def limited_to(self, positions: range) -> Program:
        """The same without the rules at other positions; for finding the one that breaks it."""
        return Program(
            tuple(
                tuple(shard for whole in shards for shard in self._repacked(whole, positions))
                for shards in self.strata
            ),
            self.codes,
        )

    def _repacked(self, shard: Shard, positions: range) -> Iterator[Shard]:
        rules = tuple(rule for rule in shard.rules if rule.asked.position in positions)
        if rules:
            yield _shard(rules, {slot.key: slot for slot in shard.slots}, self.codes)


def _stratum(
    agenda: Agenda, stratum: int, codes: dict[str, int], terms: Terms
) -> tuple[Shard, ...]:
    chained = frozenset(flag for flag, own in agenda.flags.items() if own == stratum)
    encoder = Encoder(terms)
    rules: list[EngineRule] = []
    for asked in agenda.rules:
        if asked.stratum == stratum:
            for alternative in _alternatives(asked, encoder, chained):
                rules.extend(_engine_rules(asked, alternative, len(rules)))
    # Rules of one gate lie together, so that most shards are not touched on most occasions.
    rules.sort(key=lambda rule: (rule.asked.gate, rule.asked.position))
    return tuple(_shard(pack, encoder.slots, codes) for pack in _packs(rules))


def _alternatives(
    asked: Asked, encoder: Encoder, chained: frozenset[str]
) -> tuple[Alternative, ...]:
    try:
        return encoder.encode(asked.condition, chained)
    except TooWide as error:
        message = _("`{rule}` combines flags in too many ways")
        raise TooWide(message.format(rule=asked.rule.id)) from error


def _engine_rules(asked: Asked, alternative: Alternative, number: int) -> Iterator[EngineRule]:
    clauses = tuple(sorted(one for one in alternative if isinstance(one, Clause)))
    flags = sorted(one.flag for one in alternative if isinstance(one, Flagged))
    if not flags:
        yield EngineRule(f"r{number}", asked, clauses)
    for offset, trigger in enumerate(flags):
        held = tuple(flag for flag in flags if flag != trigger)
        yield EngineRule(f"r{number + offset}", asked, clauses, trigger, held)


def _packs(rules: Iterable[EngineRule]) -> Iterator[tuple[EngineRule, ...]]:
    """As full as the fences allow. Raises TooWide for a rule that is too large alone."""
    pack: list[EngineRule] = []
    fields: set[str] = set(_FIXED)
    for rule in rules:
        own = _fields(rule)
        if len(_FIXED | own) > fences.MOST_FIELDS:
            message = _("`{rule}` reads more fields than durable-rules takes")
            raise TooWide(message.format(rule=rule.asked.rule.id))
        full = len(pack) + 2 > fences.MOST_RULES or len(fields | own) > fences.MOST_FIELDS
        if pack and full:
            yield tuple(pack)
            pack, fields = [], set(_FIXED)
        pack.append(rule)
        fields |= own
    if pack:
        yield tuple(pack)


def _fields(rule: EngineRule) -> set[str]:
    keys = {clause.key for clause in rule.clauses}
    return {f"g{rule.asked.gate}", *keys, *(f"h-{flag}" for flag in rule.held)}


def _shard(rules: tuple[EngineRule, ...], slots: dict[str, Slot], codes: dict[str, int]) -> Shard:
    rulings = [
        _ruling(rule.name, number, _conjunction(rule, codes))
        for number, rule in enumerate(rules, start=1)
    ]
    rulings.append(_ruling(SENTINEL, len(rules) + 1, '{"kind":"case"}'))
    definition = "{" + ",".join(rulings) + "}"
    fences.check_ruleset(definition)
    used = {clause.key for rule in rules for clause in rule.clauses}
    return Shard(
        rules,
        definition,
        tuple(slots[key] for key in sorted(used)),
        tuple((g, f',"g{g}":1') for g in sorted({rule.asked.gate for rule in rules})),
        tuple((f, f',"h{codes[f]}":1') for f in sorted({f for r in rules for f in r.held})),
        {rule.name: rule.asked.position for rule in rules},
    )


def _ruling(name: str, priority: int, condition: str) -> str:
    return f'"{name}":{{"all":[{{"m":{condition}}}],"pri":{priority}}}'


def _conjunction(rule: EngineRule, codes: dict[str, int]) -> str:
    kind = '{"kind":"case"}'
    if rule.trigger:
        kind = f'{{"kind":"flag"}},{{"code":{codes[rule.trigger]}}}'
    held = [f'{{"h{codes[flag]}":1}}' for flag in rule.held]
    clauses = [kind, f'{{"g{rule.asked.gate}":1}}', *held, *map(_clause, rule.clauses)]
    return '{"$and":[' + ",".join(clauses) + "]}"


def _clause(clause: Clause) -> str:
    if isinstance(clause.value, bool):
        value = "true" if clause.value else "false"
    else:
        value = fences.number(clause.value, clause.key)
    compared = f'{{"{clause.key}":{value}}}'
    return compared if clause.comparison == "=" else f'{{"{clause.comparison}":{compared}}}'
