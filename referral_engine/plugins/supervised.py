"""Departments in processes of their own, warm, one question at a time, started again when dead."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from referral_engine.clock import monotonic
from referral_engine.i18n import _
from referral_engine.model.plugin_settings import PluginSettings
from referral_engine.plugins.acts import Answer
from referral_engine.plugins.channel import Closed, Garbled, TimedOut
from referral_engine.plugins.department import Profile
from referral_engine.plugins.find import Source
from referral_engine.plugins.guard import FailureKind, PluginFailed, taken
from referral_engine.plugins.handler import Verb
from referral_engine.plugins.process import Process
from referral_engine.plugins.protocol import Answered, Ask, Broken, Raised
from referral_engine.plugins.view import Referral

__all__ = ["Lane", "Supervised"]

log = logging.getLogger(__name__)
_FIRST_PAUSE = 1.0


class Supervised:
    """A guard over lanes, one a department."""

    def __init__(self, lanes: Mapping[str, Lane]) -> None:
        self._lanes = dict(lanes)

    def call(
        self,
        department: str,
        verb: Verb,
        referral: Referral,
        detail: Mapping[str, str],
        deadline: float,
    ) -> Answer:
        """See Guard. Raises KeyError for a department that is not loaded."""
        return self._lanes[department].call(verb, referral, detail, deadline)

    def close(self) -> None:
        """See Guard."""
        for lane in self._lanes.values():
            lane.close()


class Lane:
    """One department's process and the calls that wait for it.

    A process that dies is started again at once the first time, then after 1, 2, 4 … seconds up to
    ``backoff``; an answer sets that back.
    """

    def __init__(
        self,
        profile: Profile,
        source: Source,
        settings: PluginSettings,
        process: Process | None = None,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        """``process``: one that has said hello already; ``seconds``: for the pauses, in tests."""
        self.profile = profile
        self._source = source
        self._settings = settings
        self._process = process
        self._seconds = seconds
        self._turn = threading.Lock()
        self._deaths = 0
        self._rests_until = 0.0
        self._number = 0
        self._closed = False

    def call(
        self, verb: Verb, referral: Referral, detail: Mapping[str, str], deadline: float
    ) -> Answer:
        """See Guard."""
        if not self._turn.acquire(timeout=deadline):
            raise self._failed(verb, "unavailable", _("busy with another call"))
        try:
            process = self._ready(verb)
            self._number += 1
            ask = Ask(self._number, self.profile.id, verb, referral, dict(detail))
            said = self._ask(process, ask, deadline)
        finally:
            self._turn.release()
        return taken(said, verb, referral, self.profile)

    def close(self) -> None:
        """Ends the process; a call in hand fails as exited."""
        self._closed = True
        process, self._process = self._process, None
        if process is not None:
            process.end()

    @property
    def pid(self) -> int | None:
        """Of the running process; None while there is none."""
        return self._process.pid if self._process else None

    def _ask(self, process: Process, ask: Ask, deadline: float) -> Answered | Raised:
        try:
            said = process.ask(ask, monotonic() + deadline)
        except TimedOut:
            self._bury(process)
            error = _("no answer within {n} s").format(n=deadline)
            raise self._failed(ask.verb, "hung", error) from None
        except Closed:
            self._bury(process)
            raise self._failed(ask.verb, "exited", process.ended()) from None
        except Garbled as garbled:
            self._bury(process)
            raise self._failed(ask.verb, "garbage", str(garbled)) from None
        if said.number != ask.number:
            self._bury(process)
            raise self._failed(ask.verb, "garbage", _("an answer to another question"))
        if isinstance(said, Raised) and said.ends:
            self._bury(process)
        else:
            self._deaths = 0
        return said

    def _ready(self, verb: Verb) -> Process:
        if self._closed:
            raise self._failed(verb, "unavailable", _("the engine is stopping"))
        # It may have died between two calls: that question was nobody's.
        if self._process is not None and self._process.ended():
            self._bury(self._process)
        if self._process is not None:
            return self._process
        wait = self._rests_until - self._seconds()
        if wait > 0:
            error = _("it died {n} times and rests").format(n=self._deaths)
            raise self._failed(verb, "unavailable", error, wait)
        self._process = self._start(verb)
        return self._process

    def _start(self, verb: Verb) -> Process:
        try:
            process = Process(self._source, self._settings.memory)
        except (OSError, Closed, TimedOut) as error:
            self._died()
            raise self._failed(verb, "unavailable", type(error).__name__) from None
        try:
            hello = process.hello(monotonic() + self._settings.start_deadline)
        except (Closed, TimedOut, Garbled) as error:
            self._bury(process)
            raise self._failed(verb, "unavailable", type(error).__name__) from None
        if isinstance(hello, Broken) or self.profile not in hello.profiles:
            self._bury(process)
            error_text = hello.error if isinstance(hello, Broken) else _("the plugin has changed")
            raise self._failed(verb, "unavailable", error_text)
        log.info("plugin %s %s started", self.profile.id, self.profile.version)
        return process

    def _bury(self, process: Process) -> None:
        process.kill()
        self._process = None
        self._died()
        log.warning("plugin %s died (%s)", self.profile.id, process.ended())

    def _died(self) -> None:
        pause = _FIRST_PAUSE * 2.0 ** (self._deaths - 1) if self._deaths else 0.0
        self._rests_until = self._seconds() + min(pause, self._settings.backoff)
        self._deaths = min(self._deaths + 1, 32)

    def _failed(
        self, verb: Verb, kind: FailureKind, error: str, retry_after: float = 0.0
    ) -> PluginFailed:
        return PluginFailed(self.profile.id, verb, kind, error, retry_after=retry_after)
