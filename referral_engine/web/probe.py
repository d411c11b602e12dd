"""Asks what is served at an address, as a person would who wonders whether anybody is there."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException
from typing import NamedTuple

import msgspec

from referral_engine.model.web_settings import WebSettings

__all__ = ["Probe", "probe"]

_PATIENCE = 2.0
"""Seconds."""
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


class Probe(NamedTuple):
    """``engine`` is None where nobody listens, False where somebody else does; ``problems`` are
    its own words on why it is not ready.
    """

    engine: bool | None
    problems: tuple[str, ...] = ()


class _Health(msgspec.Struct):
    engine: str = ""


class _Problem(msgspec.Struct):
    reason: str = ""


class _Ready(msgspec.Struct):
    problems: tuple[_Problem, ...] = ()


def probe(settings: WebSettings) -> Probe:
    """Who answers at this address; takes some seconds at most."""
    try:
        health = msgspec.json.decode(_get(settings, "/healthz"), type=_Health)
        if health.engine != "referral":
            return Probe(engine=False)
        ready = msgspec.json.decode(_get(settings, "/readyz"), type=_Ready)
    except (HTTPException, TimeoutError, msgspec.MsgspecError):
        return Probe(engine=False)
    except OSError:
        return Probe(engine=None)
    return Probe(engine=True, problems=tuple(each.reason for each in ready.problems))


def _get(settings: WebSettings, path: str) -> bytes:
    host = _ANYWHERE.get(settings.host, settings.host)
    connection = HTTPConnection(host, settings.port, timeout=_PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()
