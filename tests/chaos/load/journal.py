"""What was asked of the engine and what it acknowledged; outlives the death of who wrote it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

__all__ = ["Acknowledged", "Asked", "Journal", "lines"]

T = TypeVar("T")


class Asked(msgspec.Struct, Generic[T], frozen=True):
    """Something asked under the key ``NAME/number``."""

    number: int
    what: T


class Acknowledged(msgspec.Struct, frozen=True):
    """The engine's answer to it. ``again``: it had done it before, under the same key."""

    number: int
    case: str = ""
    again: bool = False
    refused: str = ""


class Journal(Generic[T]):
    """Two files: what is asked is written before it is sent, the answer once it is committed."""

    def __init__(self, folder: Path, name: str, of: type[T]) -> None:
        self.name = name
        self._asked = folder / f"{name}-asked.jsonl"
        self._acknowledged = folder / f"{name}-acknowledged.jsonl"
        self._of = of

    def ask(self, number: int, what: T) -> Asked[T]:
        """To be called before it is sent, so that it can be sent again after a death."""
        asked = Asked(number, what)
        _append(self._asked, asked)
        return asked

    def acknowledge(self, answer: Acknowledged) -> None:
        """To be called once the engine has answered, and not before."""
        _append(self._acknowledged, answer)

    def asked(self) -> list[Asked[T]]:
        return lines(self._asked, Asked[self._of])  # type: ignore[name-defined]

    def acknowledged(self) -> list[Acknowledged]:
        return lines(self._acknowledged, Acknowledged)

    def open(self) -> list[Asked[T]]:
        """What was asked and never acknowledged: to be asked again under its key."""
        known = {each.number for each in self.acknowledged()}
        return [each for each in self.asked() if each.number not in known]


def lines(file: Path, of: type[T]) -> list[T]:
    """The lines of a file that may not be there yet."""
    if not file.exists():
        return []
    decode = msgspec.json.Decoder(of).decode
    return [decode(line) for line in file.read_bytes().splitlines()]


def _append(file: Path, line: object) -> None:
    """In one write, which a kill does not tear."""
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, msgspec.json.encode(line) + b"\n")
    finally:
        os.close(handle)
