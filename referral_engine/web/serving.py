"""Serves the pages in a thread, beside a daemon or alone."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from referral_engine.desk import Desk
from referral_engine.model.web_settings import WebSettings

if TYPE_CHECKING:
    from uvicorn import Server

    from referral_engine.runner.base import Runner

__all__ = ["listen", "serving"]

log = logging.getLogger(__name__)

_BACKLOG = 128
_GRACE = 3
"""Seconds an answer in hand may take once the daemon ends."""


@contextmanager
def serving(desk: Desk, settings: WebSettings, runner: Runner | None = None) -> Iterator[int]:
    """Serves while it is open; the port, or 0 where nothing is served.

    A taken port, or an address that is not this machine's, is named in the log and ends nothing:
    cases have deadlines that go on, and whoever watches `/readyz` sees that nobody answers there.
    """
    opened = listen(settings)
    if opened is None:
        yield 0
        return
    pages = _Pages(desk, runner, opened)
    try:
        yield opened.getsockname()[1]
    finally:
        pages.close()


def listen(settings: WebSettings) -> socket.socket | None:
    """The socket on which requests arrive; None, with an error in the log, where it cannot be."""
    try:
        ((family, kind, proto, _name, address), *_others) = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        opened = socket.socket(family, kind, proto)
    except OSError as error:
        log.error("%s", _refusal(settings, error))
        return None
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        opened.listen(_BACKLOG)
    except OSError as error:
        opened.close()
        log.error("%s", _refusal(settings, error))
        return None
    port = opened.getsockname()[1]
    log.info("health and metrics on %s", WebSettings(settings.host, port).url)
    return opened


def _refusal(settings: WebSettings, error: OSError) -> str:
    return (
        f"no pages on {settings.url}: {error.strerror}; the work goes on without."
        " Choose another address under `web:` in config.yaml, or give --no-web."
    )


class _Pages:
    """uvicorn in a thread of its own, on a socket that is open already."""

    def __init__(self, desk: Desk, runner: Runner | None, opened: socket.socket) -> None:
        self._desk = desk
        self._runner = runner
        self._socket = opened
        self._server: Server | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="web", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Lets what is in hand be answered, some seconds, then ends."""
        self._over.set()
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        """Importing FastAPI takes a second, in which the daemon works already; whoever asks
        meanwhile waits in the socket's queue.
        """
        try:
            from uvicorn import Config, Server

            from referral_engine.web.app import create_app

            config = Config(
                create_app(self._desk, self._runner), log_config=None, access_log=False,
                lifespan="off", server_header=False, timeout_graceful_shutdown=_GRACE,
            )  # fmt: skip
            self._server = Server(config)
            if not self._over.is_set():
                self._server.run([self._socket])
        except Exception as error:  # noqa: BLE001 - the work goes on without pages
            log.error("the pages are gone: %s", type(error).__name__)
