"""The door to inference: chooses what runs, and says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from types import TracebackType
from typing import Literal, Self

from referral_engine.i18n import _
from referral_engine.rules.fields import Registry
from referral_engine.rules.infer.agenda import Agenda
from referral_engine.rules.infer.conclusion import (
    Conclusion,
    FactRefused,
    Fired,
    InferenceBroken,
    Inferred,
    WrongThread,
)
from referral_engine.rules.infer.durable import Durable, durable_available
from referral_engine.rules.infer.encode import TooWide
from referral_engine.rules.infer.fences import OutsideProfile
from referral_engine.rules.infer.fixpoint import Fixpoint
from referral_engine.rules.infer.shards import Program
from referral_engine.rules.terms import Surroundings, Terms
from referral_engine.rules.tree import EscalationTable, Occasion, Value

__all__ = ["Backend", "Inference"]

Backend = Literal["auto", "durable", "fixpoint"]


class Inference:
    """The escalation rules of one rule set, ready to be asked about one case after the other.

    ``auto``      durable-rules where it is installed and the rules keep to its profile; a case
                  it must not be given, and every case after it broke, goes to the fixpoint, and
                  each answer says so
    ``durable``   durable-rules or an error
    ``fixpoint``  plain Python

    For one thread, the one that asks first: in another, ``auto`` answers by the fixpoint and
    ``durable`` refuses.
    """

    def __init__(
        self,
        tables: tuple[EscalationTable, ...],
        world: Surroundings,
        backend: Backend = "auto",
        *,
        fields: Registry | None = None,
    ) -> None:
        """Raises Faulty for a flag that depends on its own absence; with ``durable``,
        InferenceBroken where the rules are not for durable-rules."""
        self._world = world
        self._terms = Terms.of(world, fields)
        self._agenda = Agenda.of(tables)
        self._windowed = self._agenda.windowed
        self._opened: dict[tuple[Occasion, ...], tuple[bool, ...]] = {}
        self._strict = backend == "durable"
        self._program: Program | None = None
        self._durable: Durable | None = None
        self.broken = ""
        """What failed in durable-rules; this process should then be restarted."""
        self.standing_in = ""
        """Why the fixpoint infers although durable-rules was wanted; for `referral doctor`."""
        if backend != "fixpoint":
            self._compose()

    @property
    def backend_name(self) -> str:
        """``durable-rules`` or ``fixpoint``: what is asked first."""
        return "fixpoint" if self._program is None or self.broken else "durable-rules"

    def infer(
        self,
        subject: Mapping[str, Value],
        occasions: tuple[Occasion, ...],
        received_on: date | None = None,
    ) -> Inferred:
        """What follows for the case `subject` (values by field) at these occasions.

        `received_on` is the local day of receipt, for rules with a window; without it the day of
        the subject's ``received_at``. With ``durable`` raises FactRefused, InferenceBroken or
        WrongThread instead of turning to the fixpoint.
        """
        gates = self._gates(occasions, subject, received_on)
        if self._program is None:
            return self._told(self._fixpoint.conclude(subject, gates), "fixpoint")
        try:
            return self._told(self._loaded(self._program).conclude(subject, gates), "durable-rules")
        except (FactRefused, WrongThread, InferenceBroken) as error:
            if isinstance(error, InferenceBroken):
                self.broken = self.standing_in = str(error)
            if self._strict:
                raise
            return self._told(self._fixpoint.conclude(subject, gates), "fixpoint", str(error))

    def close(self) -> None:
        """Frees what the C library holds; nothing may be asked afterwards."""
        if self._durable is not None:
            self._durable.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def _compose(self) -> None:
        try:
            if not durable_available():
                raise InferenceBroken(_("durable-rules is not installed"))
            self._program = Program.of(self._agenda, self._terms)
        except (InferenceBroken, OutsideProfile, TooWide) as error:
            if self._strict:
                raise InferenceBroken(str(error)) from error
            self.standing_in = str(error)

    def _loaded(self, program: Program) -> Durable:
        """Loaded by the thread that asks first, which is then the only one it answers."""
        if self.broken:
            raise InferenceBroken(self.broken)
        if self._durable is None:
            self._durable = Durable(self._agenda, program)
        return self._durable

    @cached_property
    def _fixpoint(self) -> Fixpoint:
        return Fixpoint(self._agenda, self._terms)

    def _gates(
        self,
        occasions: tuple[Occasion, ...],
        subject: Mapping[str, Value],
        received_on: date | None,
    ) -> tuple[bool, ...]:
        """The gates open now; where no rule has a window, they are the same every day."""
        if self._windowed:
            return self._agenda.open_gates(occasions, received_on or self._day(subject))
        gates = self._opened.get(occasions)
        if gates is None:
            gates = self._opened[occasions] = self._agenda.open_gates(occasions, received_on)
        return gates

    def _day(self, subject: Mapping[str, Value]) -> date | None:
        moment = subject.get("received_at")
        return self._world.local(moment).date() if isinstance(moment, datetime) else None

    def _told(self, conclusion: Conclusion, engine: str, detour: str = "") -> Inferred:
        fired = (self._agenda.rules[position].rule for position in sorted(conclusion.rules))
        return Inferred(
            conclusion.flags,
            tuple(Fired(rule.id, rule.effects) for rule in fired),
            engine,
            detour,
        )
