"""Opening the store of a workspace: for reading, for changing cases, or as bare tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from referral_engine.clock import Clock, SystemClock
from referral_engine.desk.door import Desk
from referral_engine.desk.view import View
from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.store import Keyring, Store
from referral_engine.store.errors import store_readonly
from referral_engine.workspace import Workspace

__all__ = ["open_desk", "open_store", "open_view", "reachable", "refuse_read_only", "shown_url"]

_BACKENDS = ("sqlite", "postgresql", "postgres")


@contextmanager
def open_desk(
    workspace: Workspace, clock: Clock | None = None, *, existing: bool = False
) -> Iterator[Desk]:
    """The door of the workspace's own store, made where it is new unless it must be `existing`.

    Raises Refused: STORE_UNREACHABLE, STORE_OUTDATED, STORE_ON_NETWORK, BAD_DATABASE, KEY_…;
    FileNotFoundError where an `existing` store is not there.
    """
    with open_store(workspace, existing=existing) as store:
        yield Desk(store, workspace, clock or SystemClock())


@contextmanager
def open_view(workspace: Workspace, clock: Clock | None = None) -> Iterator[View]:
    """What people may look at. Writable, because a look at personal data is recorded.

    Raises what `open_desk` does, and FileNotFoundError where there is no store yet.
    """
    with open_store(workspace, existing=True) as store:
        yield View(store, workspace, clock or SystemClock())


@contextmanager
def open_store(
    workspace: Workspace, *, existing: bool = False, readonly: bool = False
) -> Iterator[Store]:
    """The store of ``workspace.config.database``; `existing` never makes a new SQLite file. In
    read-only mode it is always `readonly`.

    Raises FileNotFoundError where an `existing` or `readonly` store is not there, else Refused.
    """
    url, keys = workspace.config.database, Keyring.load(workspace.config.key_file)
    readonly = readonly or workspace.config.read_only
    with reachable(url):
        if existing and not readonly:
            Store.open(url, keys, readonly=True).close()
        store = Store.open(url, keys, readonly=readonly)
    with store:
        yield store


def refuse_read_only(workspace: Workspace) -> None:
    """Raises Refused (STORE_READONLY) in read-only mode, for what changes more than cases."""
    if workspace.config.read_only:
        raise store_readonly()


@contextmanager
def reachable(url: str) -> Iterator[None]:
    """Turns what a driver says of a wrong or silent database into Refused."""
    try:
        if make_url(url).get_backend_name() not in _BACKENDS:
            raise ArgumentError(_("neither SQLite nor PostgreSQL"))
        yield
    except ImportError as error:
        raise Refused(
            "NO_DRIVER",
            _("The driver for {url} is not installed: {error}").format(
                url=shown_url(url), error=error
            ),
            _("Install it: pip install 'referral-engine[postgres]'."),
        ) from error
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise Refused(
            "BAD_DATABASE",
            _("{url} is no database this engine knows: {error}").format(
                url=shown_url(url), error=error
            ),
            _("Write sqlite:///var/referral.db or postgresql://user@host/name."),
        ) from error
    except DBAPIError as error:
        raise Refused(
            "STORE_UNREACHABLE",
            _("The database {url} cannot be reached: {error}").format(
                url=shown_url(url), error=str(error.orig).strip()
            ),
            _("Check that it runs, and `database:` in config.yaml."),
        ) from error


def shown_url(url: str) -> str:
    """A database's address without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return url
