"""Runners: what drives the door when nobody asks. ``step`` is one claim, call or commit.

`embedded` is the one daemon of an SQLite file, and of any store in virtual time; `postgres` is one
worker of many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from referral_engine.workspace import Workspace

if TYPE_CHECKING:
    from referral_engine.runner.opening import Beside

__all__ = ["run"]


def run(
    workspace: Workspace,
    *,
    until_idle: bool = False,
    workers: int = 1,
    clock: Literal["system", "virtual"] = "system",
    beside: Beside | None = None,
) -> int:
    """The runner that fits the store, until it is told to end; its exit code. Raises Refused.

    `beside` is open while the runner works.
    """
    if clock == "system" and workspace.config.database.startswith("postgres"):
        from referral_engine.runner import postgres

        return postgres.run(workspace, until_idle=until_idle, workers=workers, beside=beside)
    from referral_engine.runner import embedded

    return embedded.run(
        workspace, until_idle=until_idle, workers=workers, clock=clock, beside=beside
    )
