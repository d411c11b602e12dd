"""What every command starts from: the workspace, and the desk of its store."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from referral_engine.errors import Refused
from referral_engine.i18n import _

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from referral_engine.desk import Desk, View
    from referral_engine.model.principal import Principal
    from referral_engine.workspace import Workspace

__all__ = ["App", "os_user", "pass_app", "this_app"]


class App:
    """The global options, and what they lead to. Everything is opened when first asked for."""

    def __init__(
        self, config: Path, database: str, token_file: str = "", *, read_only: bool = False
    ) -> None:
        self.config = config
        self.database = database
        self._token_file = token_file
        self.read_only = read_only

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace, on the database asked for. Raises Faulty, FileNotFoundError."""
        from msgspec.structs import replace

        from referral_engine.workspace import Workspace

        opened = Workspace.open(self.config)
        if not self.database and not self.read_only:
            return opened
        config = replace(
            opened.config,
            database=self.database or opened.config.database,
            read_only=self.read_only or opened.config.read_only,
        )
        return Workspace(config, opened.org, opened.calendar)

    @cached_property
    def token(self) -> str:
        """The token to act by: from a file, standard input or the environment, never from the
        command line, which every process of the machine can read. Empty without one.
        """
        if self._token_file == "-":
            return sys.stdin.readline().strip()
        if self._token_file:
            return Path(self._token_file).read_text("utf-8").strip()
        return os.environ.get("REFERRAL_TOKEN", "").strip()

    def actor(self, desk: Desk, named: str, about: str = "") -> str | Principal:
        """Who acts: whoever the token stands for, else the name given by ``--actor``. A reporter's
        token counts for what is done `about` its own case: the code, or the id of a part of it.

        Raises Refused: BAD_TOKEN; ACTOR_AND_TOKEN, for one act has one author.
        """
        if not self.token:
            return named
        if named:
            raise Refused(
                "ACTOR_AND_TOKEN",
                _("A token says who acts; --actor says somebody else."),
                _("Leave out --actor, or --token-file and REFERRAL_TOKEN."),
            )
        from referral_engine.desk.tokens import authenticate

        return authenticate(desk, self.token, about.partition("-")[0])

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
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        return "shell"
