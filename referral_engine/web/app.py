"""The application: every subject's routes on one desk."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from referral_engine.desk import Desk
from referral_engine.runner.base import Runner
from referral_engine.version import __version__
from referral_engine.web import health, metrics, reports

__all__ = ["create_app", "standalone"]

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
"""What is open as long as the application is served."""


def create_app(
    desk: Desk, runner: Runner | None = None, lifespan: Lifespan | None = None
) -> FastAPI:
    """What is served of `desk`; with its `runner`, what that has done is measured too, and its
    departments report in.
    """
    app = FastAPI(
        title="referral engine", version=__version__, docs_url=None, redoc_url=None,
        lifespan=lifespan,
    )  # fmt: skip
    app.include_router(health.router(desk))
    app.include_router(metrics.router(desk, runner))
    if runner is not None:
        app.include_router(reports.router(desk, runner))
    return app


def standalone() -> FastAPI:
    """The pages without a daemon: `uvicorn --factory referral_engine.web.app:standalone`.

    The workspace is that of REFERRAL_CONFIG (default config.yaml), on REFERRAL_DATABASE_URL where
    that is set. Raises Faulty, FileNotFoundError, Refused.
    """
    from msgspec.structs import replace

    from referral_engine.desk.opening import open_desk
    from referral_engine.workspace import Workspace

    workspace = Workspace.open(Path(os.environ.get("REFERRAL_CONFIG") or "config.yaml"))
    if url := os.environ.get("REFERRAL_DATABASE_URL"):
        config = replace(workspace.config, database=url)
        workspace = Workspace(config, workspace.org, workspace.calendar)
    opened = ExitStack()
    desk = opened.enter_context(open_desk(workspace))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with opened:
            yield

    return create_app(desk, lifespan=lifespan)
