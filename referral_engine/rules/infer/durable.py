"""Inference on durable-rules, through its C binding, without its Host.

The Host starts two timer threads that never end and swallows what an action raises. What it does
for a case is four calls: assert a fact, start the first action, complete it and get the next, and
retract. One sid is used for ever: each case's facts are retracted when it is done, so the engine's
tables neither grow nor come near the 1,025th live sid that kills it, and `delete_state` is not
needed between cases.

Whatever goes wrong in there leaves memory in an unknown state, so the first failure is the last:
`InferenceBroken`, and nothing of the library is called again.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NoReturn

from referral_engine.i18n import _
from referral_engine.rules.infer.agenda import Agenda, flags_of
from referral_engine.rules.infer.conclusion import Conclusion, InferenceBroken, WrongThread
from referral_engine.rules.infer.shards import SENTINEL, Program, Shard
from referral_engine.rules.infer.strata import FLAGS
from referral_engine.rules.tree import Value

__all__ = ["Durable", "durable_available"]

_SID = "1"
_KNOWN = 4096  # conclusions remembered
_HANDLED, _UNHANDLED = 0, 1  # rules.h: RULES_OK, ERR_EVENT_NOT_HANDLED


def durable_available() -> bool:
    """Whether the C binding of durable-rules is installed (it cannot be on CPython 3.13)."""
    return find_spec("durable_rules_engine") is not None


class Durable:
    """The agenda loaded into durable-rules; for the thread that made it, and no other."""

    def __init__(self, agenda: Agenda, program: Program) -> None:
        """Raises InferenceBroken where a ruleset does not load."""
        self._agenda = agenda
        self._program = program
        self._fields = agenda.fields
        self._known: dict[tuple[object, ...], Conclusion] = {}
        self._thread = threading.get_ident()
        self._broken = ""
        self._freeing: weakref.finalize[..., Durable] | None = None
        self._engine: Any = import_module("durable_rules_engine")
        self._strata: list[list[_Loaded]] = []
        for shards in program.strata:
            self._strata.append([self._load(shard) for shard in shards])
        loaded = [shard for shards in self._strata for shard in shards]
        self._freeing = weakref.finalize(self, _free, self._engine, loaded)
        self._freeing.atexit = False

    def conclude(self, values: Mapping[str, Value], gates: Sequence[bool]) -> Conclusion:
        """`gates` says of each gate of the agenda whether it is open.

        Raises FactRefused (nothing has happened, ask the fixpoint), WrongThread, InferenceBroken.
        """
        self._check_usable()
        # Cases in which a clock runs out differ in little that the rules read.
        asked = (tuple(gates), *[values.get(field) for field in self._fields])
        found = self._known.get(asked)
        if found is None:
            found = self._concluded(values, gates)
            if len(self._known) >= _KNOWN:
                self._known.clear()
            self._known[asked] = found
        return found

    def _concluded(self, values: Mapping[str, Value], gates: Sequence[bool]) -> Conclusion:
        flags = dict.fromkeys(flags_of(values))
        held = len(flags)
        true: set[int] = set()
        for loaded in self._strata:
            live = [shard for shard in loaded if shard.live(gates)]
            if live:
                stratum = _Stratum(self, live, {**values, FLAGS: tuple(flags)}, gates)
                try:
                    true |= stratum.exhaust(flags)
                except InferenceBroken:
                    raise
                except Exception as error:  # noqa: BLE001 - its error, MemoryError, ours: all fatal
                    self.give_up(repr(error))
        return Conclusion(frozenset(true), tuple(flags)[held:])

    def close(self) -> None:
        """Frees the rulesets, as happens by itself when nobody holds this any more.

        A broken engine is left as it is: freeing it may crash.
        """
        if not self._broken:
            self._check_usable()
            if self._freeing is not None:
                self._freeing()
            self._broken = _("closed")

    def give_up(self, reason: str) -> NoReturn:
        """Marks the engine as broken for good."""
        self._broken = reason
        if self._freeing is not None:
            self._freeing.detach()
        raise InferenceBroken(_("durable-rules failed: {reason}").format(reason=reason))

    def derived(self, position: int) -> str:
        """The flag that the rule at this position derives, or the empty string."""
        return self._agenda.rules[position].derives

    def code(self, flag: str) -> int | None:
        """The number of a flag that some rule derives."""
        return self._program.codes.get(flag)

    def _load(self, shard: Shard) -> _Loaded:
        try:
            handle = self._engine.create_ruleset("referral", shard.definition)
        except Exception as error:  # noqa: BLE001 - its error type or MemoryError
            self.give_up(repr(error))
        return _Loaded(self._engine, handle, shard)

    def _check_usable(self) -> None:
        if self._thread != threading.get_ident():
            raise WrongThread(_("durable-rules was loaded in another thread"))
        if self._broken:
            raise InferenceBroken(_("durable-rules failed: {reason}").format(reason=self._broken))


class _Loaded:
    """A shard in the engine. ``used``: something has fired there, so its state may be deleted."""

    def __init__(self, engine: Any, handle: int, shard: Shard) -> None:
        self.handle = handle
        self.shard = shard
        self.triggers = shard.triggers
        self.used = False
        self._assert = engine.assert_fact
        self._start = engine.start_action_for_state
        self._complete = engine.complete_and_start_action
        self._retract = engine.retract_fact

    def live(self, gates: Sequence[bool]) -> bool:
        """Whether any of its rules is asked now."""
        return any(gates[gate] for gate, _text in self.shard.gates)

    def tell(self, fact: str) -> list[str] | None:
        """Asserts a fact: the rules it fired, in order; None where no rule took it up."""
        handled, state = self._assert(self.handle, fact)
        if handled == _UNHANDLED:
            return None
        if handled != _HANDLED:
            raise RuntimeError(f"assert_fact answered {handled}")
        started = self._start(self.handle, state)
        if started is None:
            raise RuntimeError("a fact was taken up and nothing fired")
        self.used = True
        message = started[1]
        fired = []
        while message is not None:
            fired.append(message[2 : message.index('"', 2)])  # {"rule":{"m":{…}}}
            message = self._complete(self.handle, state)
        return fired

    def forget(self, fact_id: str) -> None:
        """Retracts a fact that a rule has taken up."""
        handled, _state = self._retract(self.handle, f'{{"id":"{fact_id}","sid":"{_SID}"}}')
        if handled != _HANDLED:
            raise RuntimeError(f"retract_fact answered {handled}")


def _free(engine: Any, loaded: list[_Loaded]) -> None:
    for shard in loaded:
        if shard.used:  # of a state that has never fired, delete_state frees a wild pointer
            engine.delete_state(shard.handle, _SID)
        engine.delete_ruleset(shard.handle)


class _Stratum:
    """One case in the shards of one stratum: round after round until no flag is new."""

    def __init__(
        self,
        durable: Durable,
        live: list[_Loaded],
        values: Mapping[str, Value],
        gates: Sequence[bool],
    ) -> None:
        """Writes the facts, and so raises FactRefused before anything is asserted."""
        self._durable = durable
        self._told: list[tuple[_Loaded, str]] = []
        self._true: set[int] = set()
        self._names: set[str] = set()
        texts: dict[str, str] = {}
        self._live: list[tuple[_Loaded, str]] = []
        for loaded in live:
            for slot in loaded.shard.slots:
                if slot.key not in texts:
                    texts[slot.key] = slot.render(values)
            opened = "".join(text for gate, text in loaded.shard.gates if gates[gate])
            carried = "".join(texts[slot.key] for slot in loaded.shard.slots)
            self._live.append((loaded, opened + carried))

    def exhaust(self, flags: dict[str, None]) -> set[int]:
        """The positions of the true rules; what they derive is added to `flags`."""
        given = [flag for flag in flags if self._durable.code(flag) is not None]
        held: set[str] = set()
        fired = self._tell_case()
        fresh = given
        while True:
            fired |= self._tell_flags(fresh, held)
            fresh = self._new_flags(fired, flags)
            if not fresh:
                break
            fired = set()
        for loaded, fact_id in self._told:
            loaded.forget(fact_id)
        return self._true

    def _tell_case(self) -> set[int]:
        fired: set[int] = set()
        for loaded, carried in self._live:
            names = loaded.tell(f'{{"id":"c","sid":"{_SID}","kind":"case"{carried}}}')
            self._told.append((loaded, "c"))
            if not names or names.pop() != SENTINEL:
                raise RuntimeError("the sentinel rule did not fire last")
            fired |= self._once(loaded, names)
        return fired

    def _tell_flags(self, flags: list[str], held: set[str]) -> set[int]:
        fired: set[int] = set()
        for flag in flags:
            code = self._durable.code(flag)
            for loaded, carried in self._live:
                if flag in loaded.triggers:
                    so_far = "".join(text for other, text in loaded.shard.held if other in held)
                    fact = f'{{"id":"f{code}","sid":"{_SID}","kind":"flag","code":{code}'
                    names = loaded.tell(f"{fact}{carried}{so_far}}}")
                    if names is not None:
                        self._told.append((loaded, f"f{code}"))
                        fired |= self._once(loaded, names)
            held.add(flag)
        return fired

    def _once(self, loaded: _Loaded, names: list[str]) -> set[int]:
        """The positions behind these engine rules, of which none may fire twice in a case: the
        frames of its action would outlive the facts they point to."""
        if len(set(names)) < len(names) or not self._names.isdisjoint(names):
            raise RuntimeError(f"fired again: {names}")
        self._names.update(names)
        return {loaded.shard.positions[name] for name in names}

    def _new_flags(self, fired: set[int], flags: dict[str, None]) -> list[str]:
        """In the order of the rules, as the fixpoint finds them in a round."""
        new = sorted(fired - self._true)
        self._true |= fired
        derived = dict.fromkeys(self._durable.derived(position) for position in new)
        fresh = [flag for flag in derived if flag and flag not in flags]
        flags.update(dict.fromkeys(fresh))
        return fresh
