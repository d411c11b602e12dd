"""A department's own system as a real HTTP server that can be slow, down, and lie."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

__all__ = ["Fault", "Order", "Outside", "outside"]

RINGING = {"state": "ringing"}
Fault = Literal["slow", "down", "busy", "lies"]
"""``slow`` does what it is asked and answers too late; ``lies`` says yes and does nothing."""
Order = Literal["in order", "twice", "backwards"]


class Outside:
    """What it was sent, by the key; ``faults`` befall the next requests, one each.

    ``order`` is how it tells its messages when asked: each once, each twice, or the last first.
    """

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.matters: dict[str, dict[str, Any]] = {}
        self.tried: Counter[str] = Counter()
        self.headers: dict[str, dict[str, str]] = {}
        self.told: dict[str, list[dict[str, Any]]] = {}
        """What it tells when asked about a referral."""
        self.order: Order = "in order"
        self.receipts: list[dict[str, Any]] = []
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        """What stands at other addresses: status, headers, body."""
        self.heard: list[tuple[str, str]] = []
        """What was sent to those: address, body."""
        self.rung: dict[str, dict[str, Any]] = {}
        """Telephone calls that were asked for, by their address; ``phones`` is how they stand."""
        self.phones: dict[str, dict[str, str]] = {}
        self.over = threading.Event()
        self.url = ""

    def of(self, referral: str) -> list[str]:
        """The verbs of what it took in about a referral."""
        return [m["verb"] for m in self.matters.values() if _referral(m) == referral]

    def tell(self, referral: str, *acts: dict[str, Any]) -> None:
        """From now on it tells of these acts too, one a message, numbered as they are done."""
        known = self.told.setdefault(referral, [])
        for number, act in enumerate(acts, len(known) + 1):
            key = f"{referral}/{number}"
            known.append({"key": key, "referral": referral, "number": number, "acts": [act]})

    def messages(self, referral: str) -> list[dict[str, Any]]:
        """What it tells about a referral, in its ``order``."""
        told = self.told.get(referral, [])
        if self.order == "twice":
            return [message for each in told for message in (each, each)]
        return told[::-1] if self.order == "backwards" else list(told)


@contextmanager
def outside() -> Iterator[Outside]:
    """Serves on a free port."""
    system = Outside()

    class Desk(_Desk):
        at = system

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    system.url = f"http://127.0.0.1:{server.server_address[1]}/matters"
    try:
        yield system
    finally:
        system.over.set()
        server.shutdown()
        server.server_close()


class _Desk(BaseHTTPRequestHandler):
    at: Outside

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path in self.at.pages:
            self.at.heard.append((self.path, body.decode()))
            self._say(*self.at.pages[self.path])
            return
        fault = self.at.faults.pop(0) if self.at.faults else ""
        if fault == "down":
            self.close_connection = True
            return
        if fault in ("busy", "lies"):
            self._say(503 if fault == "busy" else 200, {}, b"<html>OK</html>")
            return
        status, answer = self._done(body)
        if fault == "slow":
            self.at.over.wait()
            return
        self._say(status, {}, json.dumps(answer).encode())

    def _done(self, body: bytes) -> tuple[int, Any]:
        place = self.path.rpartition("/")[2]
        given = json.loads(body) if body else {}
        if self.path.startswith("/calls/"):
            if self.command == "PUT":
                self.at.rung.setdefault(place, given)
            return 200, self.at.phones.get(given.get("to") or self.at.rung[place]["to"], RINGING)
        if place == "receipts":
            self.at.receipts += given["receipts"]
            return 200, {}
        if self.command == "DELETE":
            return 204, {}
        if self.command == "GET":
            known = any(_referral(m) == place for m in self.at.matters.values())
            return (200, {"messages": self.at.messages(place)}) if known else (404, {})
        self.at.tried[given["key"]] += 1
        self.at.headers[given["key"]] = dict(self.headers)
        self.at.matters[given["key"]] = given
        return 200, {"key": given["key"], "number": f"ZJ-{_referral(given)[-6:]}"}

    def _say(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """A test's output is not for this."""


def _referral(matter: dict[str, Any]) -> str:
    """What is written back to a platform is about a case, and names no referral."""
    return str(matter.get("referral", {}).get("id", ""))
