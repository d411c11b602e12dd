"""The department's own system at the other end of an HTTP connection: one request, one answer.

Redirects are not followed and no proxy is asked: what a department is sent holds personal data and
goes to the address that was written down, or nowhere.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from referral_engine.clock import monotonic
from referral_engine.i18n import _

__all__ = ["Peer", "Said", "Unreachable"]

_LONGEST = 1 << 20
"""Bytes of an answer that are read; a longer one is a fault of that system."""
_PART = 1 << 16
_HERE = ("127.0.0.1", "::1", "localhost")
_TIMEOUT = 4.0


class Unreachable(OSError):
    """There is no answer, or one that is none: the call is made again later under its key."""


class Said(NamedTuple):
    """The status and body of an answer."""

    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class Peer:
    """A system at a URL. Safe from any thread: every request has a connection of its own."""

    def __init__(
        self, url: str, *, timeout: float = _TIMEOUT, ca: str = "", plain: bool = False
    ) -> None:
        """``timeout`` in seconds for the whole exchange; keep it below the call's deadline.

        ``ca`` is a file with the certificates to trust instead of this machine's. Without TLS
        nobody is reached, but on this machine or where ``plain`` says that the network itself is
        closed. Raises ValueError.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            told = _("{url!r} is no address such as https://host/path")
            raise ValueError(told.format(url=url))
        if parts.username or parts.password:
            raise ValueError(_("a password has no place in an address: name a secret"))
        if parts.scheme == "http" and not plain and parts.hostname not in _HERE:
            told = _(
                "{host}: without TLS everybody on the way can read; write https:// or plain=True"
            )
            raise ValueError(told.format(host=parts.hostname))
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._path = parts.path.rstrip("/")
        self._timeout = timeout
        self._ca = ca

    def target(self, *more: str) -> str:
        """The path of the URL with further parts, each quoted."""
        return "/".join((self._path, *(quote(part, safe="") for part in more))) or "/"

    def ask(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Said:
        """One request. Raises Unreachable; never says what was sent or answered."""
        until = monotonic() + self._timeout
        connection = self._connection()
        try:
            connection.connect()
            sock = connection.sock
            connection.request(method, target, body or None, dict(headers or {}))
            answer = connection.getresponse()
            parts, left = [], _LONGEST + 1
            while left > 0:
                sock.settimeout(max(until - monotonic(), 0.001))
                part = answer.read1(min(left, _PART))
                if not part:
                    break
                parts.append(part)
                left -= len(part)
        except (OSError, HTTPException, ValueError) as error:
            raise Unreachable(f"{self._host}: {type(error).__name__}") from None
        finally:
            connection.close()
        if left <= 0:
            raise Unreachable(f"{self._host}: an answer of more than {_LONGEST} bytes")
        return Said(answer.status, b"".join(parts))

    def _connection(self) -> HTTPConnection:
        if not self._secure:
            return HTTPConnection(self._host, self._port, timeout=self._timeout)
        context = ssl.create_default_context(cafile=self._ca or None)
        return HTTPSConnection(self._host, self._port, timeout=self._timeout, context=context)
