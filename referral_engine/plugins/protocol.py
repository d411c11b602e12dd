"""What the engine and a plugin's process say to each other."""

from __future__ import annotations

import msgspec
from msgspec.msgpack import Decoder

from referral_engine.plugins.department import Profile
from referral_engine.plugins.find import Source
from referral_engine.plugins.handler import Verb
from referral_engine.plugins.view import Referral

__all__ = [
    "GREETING",
    "LONGEST_ANSWER",
    "LONGEST_QUESTION",
    "QUESTION",
    "SAID",
    "START",
    "Answered",
    "Ask",
    "Broken",
    "Hello",
    "Raised",
    "Start",
]

LONGEST_QUESTION = 8 << 20
LONGEST_ANSWER = 1 << 20


class Start(msgspec.Struct, frozen=True, tag="start"):
    """The first word: which plugin to load, and how many MiB it may take (0: no limit)."""

    source: Source
    memory: int


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    profiles: tuple[Profile, ...]


class Broken(msgspec.Struct, frozen=True, tag="broken"):
    """The plugin could not be loaded."""

    error: str
    trace: str


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    number: int
    department: str
    verb: Verb
    referral: Referral
    detail: dict[str, str]


class Answered(msgspec.Struct, frozen=True, tag="answered"):
    """``answer`` stays packed: it is the plugin's and is decoded strictly by itself."""

    number: int
    answer: bytes


class Raised(msgspec.Struct, frozen=True, tag="raised"):
    """``garbage``: what it returned is no answer; ``ends``: the process ends after this word."""

    number: int
    error: str
    trace: str
    garbage: bool = False
    ends: bool = False


START: Decoder[Start] = Decoder(Start)
GREETING: Decoder[Hello | Broken] = Decoder(Hello | Broken)
QUESTION: Decoder[Ask] = Decoder(Ask)
SAID: Decoder[Answered | Raised] = Decoder(Answered | Raised)
