"""The departments that are connected: found, loaded, checked; the rest set aside by name."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from referral_engine.clock import monotonic
from referral_engine.i18n import _
from referral_engine.model.plugin_settings import PluginSettings
from referral_engine.model.principal import Principal
from referral_engine.plugins.acts import Answer
from referral_engine.plugins.breaker import Breaker, State
from referral_engine.plugins.channel import Closed, Garbled, TimedOut
from referral_engine.plugins.department import Department, Profile
from referral_engine.plugins.find import Source, find, find_installed
from referral_engine.plugins.guard import Guard, PluginFailed
from referral_engine.plugins.handler import Verb
from referral_engine.plugins.imported import by_id, departments_of
from referral_engine.plugins.in_thread import InThread
from referral_engine.plugins.process import Process
from referral_engine.plugins.protocol import Broken
from referral_engine.plugins.quarantine import Quarantined, unusable
from referral_engine.plugins.redaction import describe, trace_of
from referral_engine.plugins.supervised import Lane, Supervised
from referral_engine.plugins.view import Referral

__all__ = ["Departments", "Loaded", "load", "played"]

log = logging.getLogger(__name__)
_READ = 1.0


class Loaded(msgspec.Struct, frozen=True):
    """``source`` is the folder or entry point it came from; ``kinds`` what it handles, in words.

    ``categories`` are those its handlers name. ``rehearsal``: it plays a department, and nobody
    does what it reports.
    """

    id: str
    name: str
    version: str
    source: str
    kinds: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    rehearsal: bool = False


class _Guest(NamedTuple):
    """A plugin that was loaded: its departments, here or in a process."""

    source: Source
    profiles: tuple[Profile, ...]
    departments: Mapping[str, Department]
    process: Process | None


class Departments:
    """The loaded set. A department that is not in it has the built-in desk alone."""

    def __init__(
        self,
        guard: Guard,
        profiles: Mapping[str, Profile],
        loaded: Sequence[Loaded],
        quarantined: Sequence[Quarantined],
        settings: PluginSettings,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        """``seconds``: by what clock a department that keeps failing is left alone."""
        self.guard = guard
        self.loaded = tuple(loaded)
        self.quarantined = tuple(quarantined)
        self._profiles = dict(profiles)
        self._settings = settings
        self._seconds = seconds
        self._breakers = {id: Breaker(settings.breaker_of(id)) for id in profiles}

    @property
    def served(self) -> frozenset[str]:
        """The departments that have a plugin here."""
        return frozenset(self._profiles)

    def has(self, department: str) -> bool:
        """Whether a plugin serves the department; a station goes by its department's id."""
        return department in self._profiles

    def profile(self, department: str) -> Profile:
        """Names, version, grounds and statuses. Raises KeyError without a plugin."""
        return self._profiles[department]

    def principal(self, department: str, unit: str) -> Principal:
        """Who acts when the plugin answers: an officer of ``unit``, the station or department.

        It stands in every event: what was only played can be told from what was done.
        """
        profile = self._profiles[department]
        mark = "+rehearsal" if profile.rehearsal else ""
        name = f"plugin:{department}@{profile.version}{mark}"
        return Principal(id=name, roles=("officer",), unit=unit)

    def call(
        self,
        department: str,
        verb: Verb,
        referral: Referral,
        detail: Mapping[str, str] | None = None,
        deadline: float | None = None,
    ) -> Answer:
        """One guarded call. ``deadline`` in seconds, else as configured. Raises PluginFailed.

        A department that keeps failing is not called: see `resting`.
        """
        limit = self._settings.deadline_of(department) if deadline is None else deadline
        breaker = self._breakers[department]
        ticket = breaker.admit(self._seconds())
        if ticket is None:
            raise self._refused(department, verb)
        try:
            answer = self.guard.call(department, verb, referral, detail or {}, limit)
        except BaseException as error:
            now = self._seconds()
            breaker.ended(ticket, now, failed=True)
            if isinstance(error, PluginFailed) and ticket == "probe":
                # Not before the next probe: what has come in until then is asked about first.
                error.retry_after = max(error.retry_after, breaker.wait(now))
                error.forgiven = breaker.forgives(now)
            raise
        breaker.ended(ticket, self._seconds(), failed=False)
        return answer

    def resting(self) -> dict[str, float]:
        """The departments not to be called now, and the seconds until they may be; infinite while
        one call finds out whether they answer again.
        """
        now = self._seconds()
        waits = {id: breaker.wait(now) for id, breaker in self._breakers.items()}
        return {id: wait for id, wait in waits.items() if wait > 0}

    def states(self) -> dict[str, State]:
        """Whether each department is called: closed yes, open no, half_open tried out."""
        now = self._seconds()
        return {id: breaker.state(now) for id, breaker in self._breakers.items()}

    def down(self) -> dict[str, float]:
        """The departments that keep failing, and for how many seconds they have."""
        now = self._seconds()
        since = {id: breaker.since for id, breaker in self._breakers.items()}
        return {id: now - at for id, at in since.items() if at is not None}

    def restore(self, department: str, seconds: float) -> None:
        """It was down for so long already when this process began: its first call is a probe."""
        if department in self._breakers:
            now = self._seconds()
            self._breakers[department].restore(now - seconds, now)

    def _refused(self, department: str, verb: Verb) -> PluginFailed:
        wait = self._breakers[department].wait(self._seconds())
        error = _("it keeps failing and is left alone for a while")
        longest = self._settings.breaker_of(department).longest
        return PluginFailed(
            department, verb, "unavailable", error, retry_after=min(wait, longest), forgiven=True
        )

    def close(self) -> None:
        """Ends the plugins' processes."""
        self.guard.close()

    def __enter__(self) -> Departments:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def load(
    settings: PluginSettings,
    root: Path,
    guard: Literal["process", "thread"] = "process",
    cache: Path | None = None,
    *,
    announce: bool = True,
    seconds: Callable[[], float] = monotonic,
    played: bool = False,
) -> Departments:
    """Loads every plugin there is; never raises for a faulty one, which is quarantined by name.

    ``root`` is where relative folders start, ``cache`` where discovery is remembered. With
    ``process`` no plugin's code runs in this process. Unless told not to `announce` it, the log
    says what was loaded and what was not. By `seconds` a department that died, or keeps failing,
    rests: in virtual time those of the run, or every call in between would be in vain and soon
    given up. What is `played`, in a thread always, goes to no system outside.
    """
    installed = find_installed(cache) if settings.entry_points else ()
    found = find([root / folder for folder in settings.folders], installed)
    quarantined = list(found.quarantined)
    # In a thread everything is played; in processes the cases may be real.
    played = played or guard == "thread"
    sources = [replace(source, played=played) for source in found.sources]
    into = _in_processes if guard == "process" else _here
    guests: list[_Guest] = []
    for outcome in into(sources, settings):
        if isinstance(outcome, Quarantined):
            quarantined.append(outcome)
        else:
            guests.append(outcome)
    departments = _admitted(guests, quarantined, settings, guard, seconds)
    if announce:
        level = logging.WARNING if guard == "process" else logging.INFO
        _tell(departments.loaded, departments.quarantined, level)
    return departments


def _admitted(
    guests: Sequence[_Guest],
    quarantined: list[Quarantined],
    settings: PluginSettings,
    guard: Literal["process", "thread"],
    seconds: Callable[[], float],
) -> Departments:
    profiles: dict[str, Profile] = {}
    loaded: list[Loaded] = []
    lanes: dict[str, Lane] = {}
    here: dict[str, Department] = {}
    for source, offered, departments, process in guests:
        spare = process
        for profile in offered:
            if reason := unusable(profile, profiles):
                quarantined.append(Quarantined(str(source), reason))
                continue
            profiles[profile.id] = profile
            loaded.append(
                Loaded(
                    profile.id, profile.name, profile.version, str(source), profile.kinds,
                    profile.categories, profile.rehearsal,
                )
            )  # fmt: skip
            here.update({profile.id: departments[profile.id]} if departments else {})
            # The process that said hello serves the first; each other department gets its own.
            lanes[profile.id] = Lane(profile, source, settings, spare, seconds)
            spare = None
        if spare is not None:
            spare.end()
    serving: Guard = Supervised(lanes) if guard == "process" else InThread(here)
    return Departments(serving, profiles, loaded, quarantined, settings, seconds)


def played(loaded: Iterable[Loaded]) -> str:
    """Whose reports are made up, for whoever is about to run this on real cases; else empty."""
    ids = [each.id for each in loaded if each.rehearsal]
    told = _("played by their plugins, what they report is made up: {departments}")
    return told.format(departments=", ".join(ids)) if ids else ""


def _tell(loaded: Sequence[Loaded], quarantined: Sequence[Quarantined], level: int) -> None:
    for each in loaded:
        log.info("department %s %s from %s", each.id, each.version, each.source)
    if told := played(loaded):
        log.log(level, "%s", told)
    for other in quarantined:
        log.error("plugin %s is quarantined: %s", other.name, other.reason)


def _here(sources: Sequence[Source], settings: PluginSettings) -> Iterator[_Guest | Quarantined]:
    for source in sources:
        try:
            offered = departments_of(source)
            profiles = tuple(each.profile() for each in offered)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - sys.exit at import is a fault like any
            yield Quarantined(str(source), describe(error), trace_of(error))
            continue
        yield _Guest(source, profiles, by_id(offered), None)


def _in_processes(
    sources: Sequence[Source], settings: PluginSettings
) -> Iterator[_Guest | Quarantined]:
    # All are started before any is waited for: they load side by side.
    until = monotonic() + settings.start_deadline
    started = [(source, _started(source, settings)) for source in sources]
    for source, process in started:
        if isinstance(process, Quarantined):
            yield process
            continue
        # Whoever waited behind one that hung has said hello long since: it only needs to be read.
        last = max(until, monotonic() + _READ)
        outcome = None if process is None else _greeted(source, process, last)
        yield _once_more(source, settings) if outcome is None else outcome


def _started(source: Source, settings: PluginSettings) -> Process | Quarantined | None:
    """None where it was gone before it could be told what to load."""
    try:
        return Process(source, settings.memory)
    except Closed:
        return None
    except (OSError, TimedOut) as error:
        return Quarantined(str(source), describe(error))


def _once_more(source: Source, settings: PluginSettings) -> _Guest | Quarantined:
    """For one whose process was killed while it loaded, mostly for want of memory: that says
    nothing of the plugin, and quarantined it would be gone until somebody starts the daemon anew.
    """
    log.warning("plugin %s was killed while it was loaded and is started once more", source)
    process = _started(source, settings)
    if process is None:
        return Quarantined(str(source), describe(Closed()))
    if isinstance(process, Quarantined):
        return process
    outcome = _greeted(source, process, monotonic() + settings.start_deadline)
    return _ended(source, process) if outcome is None else outcome


def _ended(source: Source, process: Process) -> Quarantined:
    how = process.ended()
    return Quarantined(str(source), _("ended while it was loaded: {how}").format(how=how))


def _greeted(source: Source, process: Process, until: float) -> _Guest | Quarantined | None:
    """What it said of itself; None where it was killed before it could."""
    try:
        hello = process.hello(until)
    except TimedOut:
        process.kill()
        return Quarantined(str(source), _("hung while it was loaded"))
    except Closed:
        process.kill()
        return None if process.killed else _ended(source, process)
    except Garbled:
        process.kill()
        return Quarantined(str(source), _("handed over what cannot be read"))
    if isinstance(hello, Broken):
        process.end()
        return Quarantined(str(source), hello.error, hello.trace)
    return _Guest(source, hello.profiles, {}, process)
