"""People at the door: they register, act, ask twice under one key, and do not wait for answers."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import msgspec

from referral_engine.desk import Answer
from referral_engine.errors import Refused
from referral_engine.lifecycle import steps_of
from referral_engine.model.case import Case
from referral_engine.model.command import Request
from referral_engine.store import Conflict
from tests.simulation.baton import Task
from tests.unit.flow.chance import anybody, commands, entitled, issue, possible
from tests.unit.flow.play import by

if TYPE_CHECKING:
    from tests.simulation.world import World

__all__ = ["Person"]

_ACTS = 12
_MOST_CASES = 4
_ENDS = ("withdraw", "merge", "close")
"""Chance alone would seldom come to these."""
_CLERK = by("dispatcher", "620922100")


class Person:
    """Somebody with a terminal: a process that may die between asking and hearing."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.tasks: list[Task] = []
        self._random = Random(world.random.random())
        self._left = _ACTS
        self._asking: Request | None = None
        """What was asked and not heard of: asked again under the same key."""
        self._number = 0

    @property
    def alive(self) -> bool:
        return bool(self.tasks)

    def start(self) -> None:
        self.tasks = [self.world.spawn(self.name, self, self._act)]

    def die(self, _until: timedelta) -> None:
        self.world.county.writer.forget(self)
        tasks, self.tasks = self.tasks, []
        for task in tasks:
            task.kill()
        self.starts_at = self.world.clock.now()

    def _act(self) -> None:
        if self._asking is not None:
            self._ask(self._asking)
        while self._left > 0:
            self._left -= 1
            self._rest()
            codes = sorted(self.world.watch.cases)
            if not codes or (len(codes) < _MOST_CASES and self._random.random() < 0.3):
                self._register()
            else:
                self._command(self._random.choice(codes), codes)

    def _rest(self) -> None:
        hours = self._random.choice((0, 0, 0, 0.01, 0.5, 3, 30))
        until = self.world.clock.now() + timedelta(hours=hours)
        self.world.pause("rests", lambda: self.world.clock.now() >= until)

    def _register(self) -> None:
        world, self._number = self.world, self._number + 1
        given = issue(self._random, world.clock.now())
        sender = f"{self.name}-{self._number}"
        given = msgspec.structs.replace(given, id=sender)
        for _time in range(self._random.choice((1, 1, 2))):
            answer = world.county.desk(world.clock).register(given, _CLERK).result()
            world.watch.came(sender, answer.case)

    def _command(self, code: str, codes: list[str]) -> None:
        case = self._case(code)
        if case is None:
            return
        chance = self._random
        make = commands(chance, case, codes)
        del make["tick"]  # the daemon's alone, which gives its pulse first
        if chance.random() < 0.85:
            name = possible(chance, case, make)
            ends = [end for end in _ENDS if any(case.state in s.states for s in steps_of(end))]
            if ends and chance.random() < 0.1:
                name = chance.choice(ends)
            command = make[name]()
            who = entitled(chance, case, name, command)
        else:
            command, who = make[chance.choice(sorted(make))](), anybody(chance, case)
        self._number += 1
        self._ask(Request(code, command, who, key=f"{self.name}-{self._number}"))

    def _case(self, code: str) -> Case | None:
        with self.world.county.store.reading() as reader:
            loaded = reader.load(code)
        return None if loaded is None else loaded.case

    def _ask(self, request: Request) -> None:
        self._asking = request
        desk = self.world.county.desk(self.world.clock)
        for _time in range(self._random.choice((1, 1, 1, 2))):
            try:
                answer = desk.submit(request)
            except (Refused, Conflict):
                continue
            self.world.watch.told(request.by.id, request.key, _as_first(answer))
        self._asking = None


def _as_first(answer: Answer) -> Answer:
    return msgspec.structs.replace(answer, duplicate=False)
