"""Master keys of a workspace's store: which are in use, and the way from one to the next."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec

from referral_engine.desk.keeping import Steps
from referral_engine.desk.opening import open_store
from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.store import Keyring
from referral_engine.store.keyring import fresh_key, key_file
from referral_engine.workspace import Workspace

__all__ = ["MasterKey", "fresh_key", "key_file_open_to_others", "keyless", "keys_of", "rotate"]


class MasterKey(msgspec.Struct, frozen=True):
    """`id` tells keys apart and reveals nothing, empty for data keys that lie in the clear; `uses`
    counts the data keys under it. ``current`` wraps new ones; what is not ``there`` opens nothing.
    """

    id: str
    uses: int
    current: bool
    there: bool


def keys_of(workspace: Workspace) -> list[MasterKey]:
    """Every master key that is at hand or in use, the current one first.

    Raises Refused (KEY_MISSING, KEY_UNREADABLE), FileNotFoundError without a store.
    """
    ring = Keyring.load(workspace.config.key_file)
    with open_store(workspace, readonly=True) as store:
        uses = store.masters()
    ids = [*ring.ids, *(id for id in sorted(uses) if id not in ring.ids)]
    return [MasterKey(id, uses.get(id, 0), id == ring.current, ring.has(id)) for id in ids]


def rotate(workspace: Workspace, steps: Steps) -> int:
    """Wraps every data key under the first master key, beside a running daemon; how many.

    Raises Refused (NO_MASTER_KEY, KEY_MISSING), FileNotFoundError without a store.
    """
    ring = Keyring.load(workspace.config.key_file)
    if not ring.current:
        raise Refused(
            "NO_MASTER_KEY",
            _("there is no master key to wrap with"),
            _("Make one: `referral keys new`; then set REFERRAL_MASTER_KEY or `keys: file:`."),
        )
    with open_store(workspace, existing=True) as store:
        uses = store.masters()
        left = sum(count for id, count in uses.items() if id != ring.current)
        return store.rotate(ring, steps(left))


def key_file_open_to_others(workspace: Workspace) -> Path | None:
    """The key file in use, where others than its owner may read it."""
    file = key_file(workspace.config.key_file)
    if file is None or not file.exists():
        return None
    return file if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) else None


def keyless(workspace: Workspace) -> bool:
    """Whether no master key is configured, so that data keys lie in the clear."""
    return not Keyring.load(workspace.config.key_file).current
