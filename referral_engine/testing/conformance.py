"""Whether a plugin keeps the contract: tried in processes of its own, as the daemon runs it."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from referral_engine.clock import monotonic
from referral_engine.i18n import _
from referral_engine.model.plugin_settings import PluginSettings
from referral_engine.plugins.acts import Answer
from referral_engine.plugins.channel import Closed, Garbled, TimedOut
from referral_engine.plugins.department import Profile
from referral_engine.plugins.find import Source
from referral_engine.plugins.guard import PluginFailed, taken
from referral_engine.plugins.process import Process
from referral_engine.plugins.protocol import Ask, Broken
from referral_engine.plugins.quarantine import unusable
from referral_engine.plugins.redaction import describe
from referral_engine.testing.course_of import Asked, course, late
from referral_engine.testing.specimens import PRIVATE, specimens

__all__ = ["Checked", "conformance"]

_NAMED = 3
_CODE = re.compile(r"`([^`\s]+)`")


class Checked(NamedTuple):
    """One thing the contract asks for; ``wrong`` says where it is not kept, empty where it is."""

    department: str
    check: str
    wrong: tuple[str, ...]


def conformance(
    source: Source, settings: PluginSettings, categories: Sequence[str]
) -> Iterator[Checked]:
    """Tries every department of the plugin with made-up referrals.

    What is behind the plugin is asked too: a real system must not be, where it is not for tests.
    """
    heard: list[bytes] = []
    try:
        profiles = _profiles(source, settings)
    except _Unfit as error:
        yield Checked(source.name, "loads", (str(error),))
        return
    readme = _readme(source)
    for profile in profiles:
        yield Checked(profile.id, "loads", ())
        trial = _Trial(source, settings, profile, heard)
        trial.run(categories)
        yield from trial.found()
        yield Checked(profile.id, "private", _printed(b"".join(heard)))
        yield Checked(profile.id, "documented", _undocumented(profile, readme))


class _Unfit(Exception):
    """It cannot be loaded; the message says why."""


class _Trial:
    """The courses of one department's specimens, asked of one process twice, and then backwards of
    a new one that has seen nothing of them.
    """

    def __init__(
        self, source: Source, settings: PluginSettings, profile: Profile, heard: list[bytes]
    ) -> None:
        self._source = source
        self._settings = settings
        self._profile = profile
        self._heard = heard
        self._number = 0
        self._answers: list[tuple[Asked, bytes]] = []
        self._process: Process | None = None
        self._wrong: dict[str, list[str]] = {
            "answers": [], "idempotent": [], "restart": [], "deadlines": [],
        }  # fmt: skip

    def run(self, categories: Sequence[str]) -> None:
        try:
            for each in specimens(self._profile, categories):
                self._follow(each)
            self._end()
            for question, before in reversed(self._answers):
                if _packed(self._ask(question)) != before:
                    self._note("restart", question, _("another answer after a restart"))
        except PluginFailed as error:
            self._wrong["answers"].append(f"{error.verb}: {error.kind}: {error.error}")
        finally:
            self._end()

    def found(self) -> Iterator[Checked]:
        for check, wrong in self._wrong.items():
            yield Checked(self._profile.id, check, tuple(dict.fromkeys(wrong))[:_NAMED])

    def _follow(self, offered: msgspec.Struct) -> None:
        passed: set[str] = set()
        for question, after in course(offered, self._twice):  # type: ignore[arg-type]
            for name in sorted(set(late(after)) - passed):
                self._note("deadlines", question, _("{name} was not in time").format(name=name))
                passed.add(name)

    def _twice(self, question: Asked) -> Answer:
        answer = self._ask(question)
        if _packed(self._ask(question)) != _packed(answer):
            self._note("idempotent", question, _("another answer under the same key"))
        self._answers.append((question, _packed(answer)))
        return answer

    def _ask(self, question: Asked) -> Answer:
        """One call, in time and allowed. Raises PluginFailed."""
        verb, referral, detail = question
        self._number += 1
        if self._process is None:
            self._process = _started(self._source, self._settings, self._heard)
        ask = Ask(self._number, self._profile.id, verb, referral, detail)
        limit = self._settings.deadline_of(self._profile.id)
        try:
            said = self._process.ask(ask, monotonic() + limit)
        except TimedOut:
            error = _("no answer within {n} s").format(n=limit)
            raise PluginFailed(self._profile.id, verb, "hung", error) from None
        except Closed:
            self._process.end()  # it closes before it has ended: how is known a moment later
            raise PluginFailed(self._profile.id, verb, "exited", self._process.ended()) from None
        except Garbled as error:
            raise PluginFailed(self._profile.id, verb, "garbage", describe(error)) from None
        return taken(said, verb, referral, self._profile)

    def _note(self, check: str, question: Asked, what: str) -> None:
        where = f"{question.referral.category} {question.verb} {question.referral.bookmark}"
        self._wrong[check].append(f"{where.strip()}: {what}")

    def _end(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None


def _packed(answer: Answer) -> bytes:
    return msgspec.msgpack.encode(answer)


def _started(source: Source, settings: PluginSettings, heard: list[bytes]) -> Process:
    process = Process(source, settings.memory, heard.append)
    process.hello(monotonic() + settings.start_deadline)
    return process


def _profiles(source: Source, settings: PluginSettings) -> tuple[Profile, ...]:
    """What it hands over, if all of it can be used. Raises _Unfit."""
    process = None
    try:
        process = Process(source, settings.memory)
        hello = process.hello(monotonic() + settings.start_deadline)
    except (OSError, TimedOut, Closed, Garbled) as error:
        raise _Unfit((process and process.ended()) or describe(error)) from None
    finally:
        if process is not None:
            process.end()
    if isinstance(hello, Broken):
        raise _Unfit(hello.error)
    taken_on: set[str] = set()
    for profile in hello.profiles:
        if reason := unusable(profile, taken_on):
            raise _Unfit(reason)
        taken_on.add(profile.id)
    return hello.profiles


def _printed(output: bytes) -> tuple[str, ...]:
    """Where it has printed what is personal; it is not repeated here."""
    known = [word for word in PRIVATE if word.encode() in output]
    told = _("it prints personal data: {count} of {all} marked words of the cases it was asked")
    return (told.format(count=len(known), all=len(PRIVATE)),) if known else ()


def _undocumented(profile: Profile, readme: str) -> tuple[str, ...]:
    if not readme:
        return (_("it has no README.md"),)
    named = set(_CODE.findall(readme))
    missing = [word for word in (*profile.grounds, *profile.statuses) if word not in named]
    told = _("README.md does not name `{word}`")
    return tuple(told.format(word=word) for word in missing)


def _readme(source: Source) -> str:
    """The README beside the plugin's code; empty without one."""
    if source.kind == "folder":
        homes = [source.where]
    else:
        # Found without being imported: of what it does at import the daemon's process is spared.
        spec = importlib.util.find_spec(source.where.partition(":")[0].partition(".")[0])
        homes = list(spec.submodule_search_locations or ()) if spec else []
    for home in homes:
        file = Path(home) / "README.md"
        if file.is_file():
            return file.read_text("utf-8", errors="replace")
    return ""
