"""Messages over a socket: a length in four bytes, then msgpack. Nobody waits without a deadline."""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import TypeVar

import msgspec
from msgspec.msgpack import Decoder

from referral_engine.clock import monotonic

__all__ = ["Channel", "Closed", "Garbled", "TimedOut"]

T = TypeVar("T")
_LENGTH = struct.Struct(">I")


class Closed(Exception):
    """The other side is gone."""


class Garbled(Exception):
    """The other side sent what is no message; after it nothing can be read any more."""


class TimedOut(Exception):
    """The deadline came first."""


class Channel:
    """``longest`` is the largest message taken, in bytes."""

    __slots__ = ("_longest", "_socket")

    def __init__(self, side: socket.socket, longest: int) -> None:
        self._socket = side
        self._longest = longest

    def send(self, message: msgspec.Struct, until: float | None = None) -> None:
        """Sends whole or raises Closed or TimedOut; ``until`` is a monotonic second."""
        body = msgspec.msgpack.encode(message)
        self._limit(until)
        try:
            self._socket.sendall(_LENGTH.pack(len(body)) + body)
        except TimeoutError as error:
            raise TimedOut from error
        except OSError as error:
            raise Closed from error

    def receive(self, kind: Decoder[T], until: float | None = None) -> T:
        """The next message. Raises Closed, TimedOut, or Garbled where ``kind`` cannot read it."""
        (length,) = _LENGTH.unpack(self._take(_LENGTH.size, until))
        if length > self._longest:
            raise Garbled(f"{length} bytes")
        body = self._take(length, until)
        try:
            return kind.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Garbled(str(error)) from error

    def close(self) -> None:
        """Tells the other side at once, even while it works."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _take(self, size: int, until: float | None) -> bytes:
        taken = bytearray()
        while len(taken) < size:
            self._limit(until)
            try:
                part = self._socket.recv(min(size - len(taken), 1 << 16))
            except TimeoutError as error:
                raise TimedOut from error
            except OSError as error:
                raise Closed from error
            if not part:
                raise Closed
            taken += part
        return bytes(taken)

    def _limit(self, until: float | None) -> None:
        if until is None:
            self._socket.settimeout(None)
            return
        left = until - monotonic()
        if left <= 0:
            raise TimedOut
        self._socket.settimeout(left)
