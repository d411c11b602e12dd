"""What every command starts from: the workspace, and the desk of its store."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from referral_engine.desk import Desk, View
    from referral_engine.workspace import Workspace

__all__ = ["App", "os_user", "pass_app", "this_app"]


class App:
    """The global options, and what they lead to. Everything is opened when first asked for."""

    def __init__(self, config: Path, database: str) -> None:
        self.config = config
        self.database = database

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace, on the database asked for. Raises Faulty, FileNotFoundError."""
        from msgspec.structs import replace

        from referral_engine.workspace import Workspace

        opened = Workspace.open(self.config)
        if not self.database:
            return opened
        config = replace(opened.config, database=self.database)
        return Workspace(config, opened.org, opened.calendar)

    @property
    def zone(self) -> ZoneInfo:
        """The county's zone, for times that people write and read."""
        return self.workspace.calendar.zone

    @property
    def has_store(self) -> bool:
        """Whether anything came in yet; lists are empty before. Raises Refused."""
        from referral_engine.desk.operations import schema_of

        return bool(schema_of(self.workspace))

    @contextmanager
    def desk(self, *, existing: bool = True) -> Iterator[Desk]:
        """The one door; raises Refused where the store cannot be used, FileNotFoundError where it
        should be `existing` and nothing came in yet.
        """
        from referral_engine.desk.opening import open_desk

        with open_desk(self.workspace, existing=existing) as desk:
            yield desk

    @contextmanager
    def view(self) -> Iterator[View]:
        """What may be looked at; raises FileNotFoundError where nothing came in yet."""
        from referral_engine.desk.opening import open_view

        with open_view(self.workspace) as view:
            yield view


pass_app = click.make_pass_decorator(App)


def this_app(ctx: click.Context | None = None) -> App:
    """The app of the command that runs."""
    found = (ctx or click.get_current_context()).find_object(App)
    if found is None:
        raise RuntimeError("commands run under `referral`")
    return found


def os_user() -> str:
    """Who is logged in to the shell; the actor where none is named."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        return "shell"
