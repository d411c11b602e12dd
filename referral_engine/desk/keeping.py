"""Keeping a store: backups, and the way back from one; carrying it to another database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from referral_engine.desk.opening import reachable, refuse_read_only, shown_url
from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.store import Keyring
from referral_engine.store.backup import Contents, Label, back_up, label_of, size_of
from referral_engine.store.engine import database_file
from referral_engine.store.relocation import Put, move, restore, take_back, to_carry
from referral_engine.workspace import Workspace

__all__ = [
    "Contents",
    "Label",
    "Put",
    "Steps",
    "label_of",
    "make_backup",
    "move_store",
    "put_back",
    "stay",
]

Steps = Callable[[int], Callable[[int], None]]
"""Is told how much there is, in a unit of its own, and returns what is told how much more is done.
"""


def make_backup(workspace: Workspace, file: Path, now: datetime, steps: Steps) -> Contents:
    """Writes the workspace's store into `file`, proved whole, beside a running daemon. The master
    keys are not needed.

    Raises Refused (FILE_EXISTS, COPY_UNSOUND, STORE_…), FileNotFoundError without a store.
    """
    url = workspace.config.database
    if file.exists():
        raise Refused(
            "FILE_EXISTS",
            _("{file} is there already").format(file=file),
            _("Name another file, with the date in it, say."),
        )
    with reachable(url):
        _refuse_missing(url)
        return back_up(url, file, now, steps(size_of(url)))


def put_back(
    workspace: Workspace, file: Path, now: datetime, steps: Steps, *, replace: bool
) -> Put:
    """Puts a backup into the workspace's database.

    Raises Refused (NOT_A_BACKUP, STORE_NOT_EMPTY, STORE_LOCKED, STORE_IN_USE, KEY_MISSING …),
    FileNotFoundError.
    """
    refuse_read_only(workspace)
    config = workspace.config
    keys = Keyring.load(config.key_file)
    label_of(file)
    with reachable(config.database), _room():
        told = steps(file.stat().st_size if database_file(config.database) else 0)
        return restore(
            file, config.database, keys, now, told, anchor=config.anchor, replace=replace
        )


def move_store(workspace: Workspace, to: str, now: datetime, steps: Steps) -> Put:
    """Carries the workspace's store to the empty database `to`; the old one then takes no word.

    Raises Refused (STORE_NOT_EMPTY, STORE_LOCKED, STORE_IN_USE, STORE_MOVED …), FileNotFoundError.
    """
    refuse_read_only(workspace)
    url = workspace.config.database
    with reachable(to), reachable(url), _room():
        _refuse_missing(url)
        if (lite := database_file(to)) is not None:
            to = f"sqlite:///{lite}"  # which the old store says of where it went
        if make_url(to) == make_url(url):
            raise Refused(
                "SAME_DATABASE",
                _("the store is in {url} already").format(url=shown_url(to)),
                _("Name another database."),
            )
        return move(url, to, shown_url(to), now, steps(to_carry(url)))


def stay(workspace: Workspace) -> str:
    """Takes a move back: the workspace's store takes words again; where it had gone, or empty."""
    refuse_read_only(workspace)
    url = workspace.config.database
    with reachable(url):
        _refuse_missing(url)
        return take_back(url)


def _refuse_missing(url: str) -> None:
    file = database_file(url)
    if file is not None and not file.exists():
        raise FileNotFoundError(file)


@contextmanager
def _room() -> Iterator[None]:
    """A role that may not make a schema has nowhere to put a copy."""
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") != "42501":
            raise
        raise Refused(
            "NO_ROOM",
            _("the copy has no place beside the database: {error}").format(
                error=str(error.orig).strip()
            ),
            _("Let an administrator run: GRANT CREATE ON DATABASE … TO the role in `database:`."),
        ) from error
