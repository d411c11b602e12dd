"""Inference in plain Python: the reference, and what runs where durable-rules does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from referral_engine.rules.closure import Check, close
from referral_engine.rules.infer.agenda import Agenda, Asked, flags_of
from referral_engine.rules.infer.conclusion import Conclusion
from referral_engine.rules.infer.strata import FLAGS
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import Value

__all__ = ["Fixpoint"]


class Fixpoint:
    """Asks every rule again until a round brings no new flag, one stratum after the other."""

    def __init__(self, agenda: Agenda, terms: Terms) -> None:
        self._strata = [
            [(asked, _check(asked, terms)) for asked in agenda.rules if asked.stratum == stratum]
            for stratum in range(agenda.strata)
        ]

    def conclude(self, values: Mapping[str, Value], gates: Sequence[bool]) -> Conclusion:
        """`gates` says of each gate of the agenda whether it is open."""
        flags = dict.fromkeys(flags_of(values))
        held = len(flags)
        true: set[int] = set()
        for stratum in self._strata:
            pending = [(asked, check) for asked, check in stratum if gates[asked.gate]]
            self._exhaust(pending, values, flags, true)
        return Conclusion(frozenset(true), tuple(flags)[held:])

    def _exhaust(
        self,
        pending: list[tuple[Asked, Check]],
        values: Mapping[str, Value],
        flags: dict[str, None],
        true: set[int],
    ) -> None:
        """All rules of a round see the flags as they stood when it began."""
        while pending:
            view = {**values, FLAGS: tuple(flags)}
            hits = [asked for asked, check in pending if check(view)]
            true.update(asked.position for asked in hits)
            known = len(flags)
            flags.update(dict.fromkeys(_derived(hits)))
            if len(flags) == known:
                return
            pending = [pair for pair in pending if pair[0].position not in true]


def _derived(hits: Iterable[Asked]) -> Iterable[str]:
    return (asked.derives for asked in hits if asked.derives)


def _check(asked: Asked, terms: Terms) -> Check:
    if asked.condition is None:
        return lambda _values: True
    return close(asked.condition, terms)
