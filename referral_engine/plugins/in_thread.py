"""Departments in threads of this process: for tests and for simulate.

It fences less than a process does: a call that hangs keeps its thread for good, and one that ends
the process ends this one.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping

from referral_engine.i18n import _
from referral_engine.plugins.acts import Answer
from referral_engine.plugins.department import Department
from referral_engine.plugins.guard import PluginFailed, taken
from referral_engine.plugins.handler import Verb
from referral_engine.plugins.protocol import Answered, Ask, Raised
from referral_engine.plugins.redaction import describe, trace_of
from referral_engine.plugins.respond import respond
from referral_engine.plugins.view import Referral

__all__ = ["InThread"]

_Said = Answered | Raised | BaseException


class InThread:
    """A guard over departments that were imported here."""

    def __init__(self, departments: Mapping[str, Department]) -> None:
        self._departments = dict(departments)
        self._profiles = {id: each.profile() for id, each in departments.items()}
        self._turns = {id: threading.Lock() for id in departments}
        self._workers: dict[str, _Worker] = {}

    def call(
        self,
        department: str,
        verb: Verb,
        referral: Referral,
        detail: Mapping[str, str],
        deadline: float,
    ) -> Answer:
        """See Guard. Raises KeyError for a department that is not loaded."""
        turn = self._turns[department]
        if not turn.acquire(timeout=deadline):
            raise PluginFailed(department, verb, "unavailable", _("busy with another call"))
        try:
            said = self._ask(Ask(0, department, verb, referral, dict(detail)), deadline)
        finally:
            turn.release()
        if isinstance(said, BaseException):
            error = describe(said, referral)
            raise PluginFailed(department, verb, "exited", error, trace_of(said))
        return taken(said, verb, referral, self._profiles[department])

    def close(self) -> None:
        """See Guard."""
        while self._workers:
            self._workers.popitem()[1].questions.put(None)

    def _ask(self, ask: Ask, deadline: float) -> _Said:
        worker = self._workers.get(ask.department)
        if worker is None:
            worker = self._workers[ask.department] = _Worker(self._departments)
        worker.questions.put(ask)
        try:
            return worker.answers.get(timeout=deadline)
        except queue.Empty:
            # Its late answer goes to a queue nobody reads any more.
            del self._workers[ask.department]
            worker.questions.put(None)
            error = _("no answer within {n} s").format(n=deadline)
            raise PluginFailed(ask.department, ask.verb, "hung", error) from None


class _Worker:
    """One thread that answers one question after the other; None ends it."""

    def __init__(self, departments: Mapping[str, Department]) -> None:
        self.questions: queue.SimpleQueue[Ask | None] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[_Said] = queue.SimpleQueue()
        run = threading.Thread(
            target=_serve, args=(departments, self.questions, self.answers), daemon=True
        )
        run.start()


def _serve(
    departments: Mapping[str, Department],
    questions: queue.SimpleQueue[Ask | None],
    answers: queue.SimpleQueue[_Said],
) -> None:
    while (ask := questions.get()) is not None:
        try:
            answers.put(respond(departments, ask))
        except BaseException as error:  # noqa: BLE001 - sys.exit in a guest ends nothing here
            answers.put(error)
