"""`/healthz` and `/readyz`: is the process there, and is it of use?

Neither says anything of cases or persons.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from referral_engine.desk import Desk
from referral_engine.desk.operations import HEAD, schema_now, workers_alive
from referral_engine.errors import Unavailable
from referral_engine.version import __version__

__all__ = ["Problem", "problems", "router"]


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with one thing that was looked at, in plain words."""

    check: Literal["store", "migrations", "worker"]
    reason: str


def problems(desk: Desk) -> list[Problem]:
    """Why no work can be done now; empty where it can."""
    try:
        return list(_found(desk))
    except (Unavailable, SQLAlchemyError, OSError) as error:
        # What a driver says may hold an address and a user's name.
        return [Problem("store", f"the store cannot be reached: {type(error).__name__}")]


def _found(desk: Desk) -> Iterator[Problem]:
    if (stands := schema_now(desk.store)) != HEAD:
        yield Problem("migrations", f"the store is at schema {stands or 'none'}, not at {HEAD}")
        return
    if not workers_alive(desk.store, desk.clock.now()):
        yield Problem("worker", "no worker was heard of in the last 2 minutes")


def router(desk: Desk) -> APIRouter:
    """Both addresses; a probe costs two short questions to the store at most."""
    made = APIRouter(tags=["health"])

    @made.get("/healthz", summary="The process is alive")
    def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok", "engine": "referral", "version": __version__})

    @made.get("/readyz", summary="Store reachable, migrations current, a worker alive")
    def readyz() -> JSONResponse:
        found = problems(desk)
        body = {"ready": not found, "problems": [msgspec.to_builtins(each) for each in found]}
        return JSONResponse(body, status_code=503 if found else 200)

    return made
