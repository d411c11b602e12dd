"""Where departments' systems report in: one signed message a request, answered with its receipt."""

from __future__ import annotations

import logging

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from referral_engine.desk import Desk
from referral_engine.i18n import _
from referral_engine.plugins.acts import Message
from referral_engine.plugins.departments import Departments
from referral_engine.plugins.view import Receipt
from referral_engine.reach.signature import Unsigned, verify
from referral_engine.runner.base import Runner

__all__ = ["LONGEST", "router"]

log = logging.getLogger(__name__)

LONGEST = 1 << 20
"""Bytes of a message."""
_decode = msgspec.json.Decoder(Message).decode
_MALFORMED = ("BAD_REPORT",)


def router(desk: Desk, runner: Runner) -> APIRouter:
    """The address of every department that is loaded and names a secret."""
    made = APIRouter(prefix="/api/v1/departments", tags=["reports"])

    @made.post("/{department}/reports", summary="A department's system tells what it did")
    async def report(department: str, request: Request) -> JSONResponse:
        body = await _body(request)
        if body is None:
            return _said(413, _("A message has at most {n} bytes.").format(n=LONGEST))
        try:
            verify(
                _secrets(runner.departments, department), request.method, _target(request), body,
                request.headers, desk.clock.now(),
            )  # fmt: skip
        except Unsigned:
            return _said(401, _("The message is not signed, or not now, by that department."))
        try:
            message = _decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            return _said(422, str(error))
        receipt = await run_in_threadpool(runner.inbox.receive, department, message)
        return JSONResponse(msgspec.to_builtins(receipt), _status(receipt))

    return made


async def _body(request: Request) -> bytes | None:
    """The body; None where it is too long, which is found before it is all here."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LONGEST:
            return None
        parts.append(part)
    return b"".join(parts)


def _target(request: Request) -> str:
    """Path and query as they were sent, so that a proxy in front must leave them as they are."""
    path, query = request.scope.get("raw_path") or b"", request.scope["query_string"]
    sent: bytes = path + (b"?" + query if query else b"")
    return sent.decode("latin-1")


def _secrets(departments: Departments, id: str) -> list[bytes]:
    """Those that can be read; a department that is not there has none, and nobody learns which."""
    found = []
    for secret in departments.profile(id).secrets if departments.has(id) else ():
        try:
            found.append(secret.read())
        except LookupError as error:
            log.error("no reports of %s are taken: %s", id, error)
    return found


def _status(receipt: Receipt) -> int:
    if receipt.status == "refused":
        return 422 if receipt.code in _MALFORMED else 409
    return 202 if receipt.status == "waiting" else 200


def _said(status: int, reason: str) -> JSONResponse:
    return JSONResponse({"status": "refused", "reason": reason}, status)
