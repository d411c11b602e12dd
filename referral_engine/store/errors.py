"""What the store refuses.

ReferralError
├── Refused            the file, the schema or the keys do not allow it: code and next step
│   └── Unavailable    the database is full or away: ask again
└── Conflict           somebody else changed the case first: load it again and decide again
"""

from __future__ import annotations

from sqlalchemy.exc import PendingRollbackError

from referral_engine.errors import ReferralError, Refused, Unavailable
from referral_engine.i18n import _

__all__ = [
    "Conflict",
    "key_missing",
    "one_person",
    "store_in_use",
    "store_locked",
    "store_moved",
    "store_on_network",
    "store_outdated",
    "store_readonly",
    "store_unfolded",
    "unavailable",
]


class Conflict(ReferralError):
    """The case is no longer at the version the decision was made on, or its code is taken.

    Nothing of the transaction was kept. `case` is empty where only the batch is known.
    """

    def __init__(self, case: str = "") -> None:
        self.case = case
        super().__init__(_("case {case} was changed meanwhile").format(case=case or "?"))


def key_missing(master_key_id: str) -> Refused:
    """Personal data was asked for, and the master key it is under is not there."""
    return Refused(
        "KEY_MISSING",
        _("the master key {key} is not in the keyring").format(key=master_key_id),
        _("Set REFERRAL_MASTER_KEY, or name the key file in config.yaml."),
    )


def one_person(case: str, seq: int, what: str) -> Refused:
    """An act that needs a second person came without one: the program that decided it is wrong."""
    return Refused(
        "ONE_PERSON",
        _("event {seq} of case {case} lacks a second person: {what}").format(
            seq=seq, case=case, what=what
        ),
        _("Nothing was changed. Report it as a fault of the engine; a person cannot cause it."),
    )


def store_outdated(found: str, wanted: str) -> Refused:
    """The schema in the database is not the one this version works with."""
    return Refused(
        "STORE_OUTDATED",
        _("the database is at schema {found}, this version needs {wanted}").format(
            found=found or _("none"), wanted=wanted
        ),
        _("Make a backup, then run `referral db upgrade`."),
    )


def store_on_network(path: str, kind: str) -> Refused:
    """SQLite's locks and shared memory do not hold on network file systems."""
    return Refused(
        "STORE_ON_NETWORK",
        _("{path} lies on a network file system ({kind}), where SQLite loses data").format(
            path=path, kind=kind
        ),
        _("Put the database on a local disk, or use PostgreSQL."),
    )


def store_locked(path: str, holder: str) -> Refused:
    """Another daemon runs on this store."""
    return Refused(
        "STORE_LOCKED",
        _("a daemon already runs on {path} (process {holder})").format(path=path, holder=holder),
        _("Stop it first; one store has one daemon."),
    )


def store_in_use(by: str) -> Refused:
    """Others have the database open, and what is asked for needs it alone."""
    return Refused(
        "STORE_IN_USE",
        _("the database is in use: {by}").format(by=by),
        _("Stop the daemons, end the commands that still run, then do it again."),
    )


def store_moved(to: str) -> Refused:
    """The store was carried elsewhere; what was written here now would be missing there."""
    return Refused(
        "STORE_MOVED",
        _("this store was moved to {to}").format(to=to),
        _("Set `database:` in config.yaml to it, or take it back: `referral db move --undo`."),
    )


def store_unfolded(path: str) -> Refused:
    """A database that was copied while it was open, to where nothing can be written."""
    return Refused(
        "STORE_UNFOLDED",
        _("the newest changes of {path} lie beside it, and cannot be taken in here").format(
            path=path
        ),
        _("Copy it to where one can write, or take a `referral backup` instead of a copy."),
    )


def store_readonly() -> Refused:
    """Somebody tried to write into a store opened for reading."""
    return Refused(
        "STORE_READONLY",
        _("the store is open for reading only"),
        _("To change something leave `mode: read_only`, --read-only, REFERRAL_READ_ONLY away."),
    )


# The names that every driver gives to what the database, and not the question, is to blame for.
_OPERATIONAL = {"OperationalError", "InterfaceError", "PendingRollbackError"}
_DISK_FULL = "53100"  # PostgreSQL, appendix A


def unavailable(error: BaseException) -> Unavailable | None:
    """What to say of a database that is full or away; None for any other failure."""
    if not _OPERATIONAL & {each.__name__ for each in type(error).__mro__}:
        return None
    told = getattr(error, "orig", None) or error
    said = (str(told).strip().splitlines() or [type(told).__name__])[0]
    if isinstance(told, PendingRollbackError):
        said = _("the connection was lost")
    if "disk is full" in said or getattr(told, "sqlstate", None) == _DISK_FULL:
        return _store_full()
    return _store_failed(said)


def _store_full() -> Unavailable:
    return Unavailable(
        "STORE_FULL",
        _("the disk of the database is full"),
        _("Make room, then ask again: what was taken in stays, and nothing is taken in twice."),
    )


def _store_failed(said: str) -> Unavailable:
    return Unavailable(
        "STORE_FAILED",
        _("the database could not do it: {error}").format(error=said),
        _("Ask again once it is back: under the same key nothing is done twice."),
    )
