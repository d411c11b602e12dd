"""Master keys, and what they wrap: the data key of each case.

Personal data lies under a key of its own for every case, that key under a master key that is not
in the database. Rotation wraps the data keys anew, erasure forgets one of them; neither touches
the event chain. Without a master key the data keys are stored as they are: erasure still works,
but whoever holds the database file can read it.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.store.errors import key_missing

__all__ = ["KEY_BYTES", "NO_KEYS", "Keyring", "decrypt", "encrypt"]

KEY_BYTES = 32
_NONCE_BYTES = 12


def encrypt(key: AESGCM, clear: bytes, about: bytes) -> bytes:
    """`clear` under AES-256-GCM with a random nonce before it; `about` binds it to its place."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + key.encrypt(nonce, clear, about)


def decrypt(key: AESGCM, sealed: bytes, about: bytes) -> bytes:
    """The clear bytes; raises InvalidTag when they were changed or moved elsewhere."""
    return key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)


class Keyring:
    """The first key wraps, all of them unwrap. An empty keyring stores data keys in the clear."""

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        """Takes raw keys of 32 bytes; raises ValueError for another length."""
        if any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(_("a master key has 32 bytes"))
        self._ciphers = {_key_id(key): AESGCM(key) for key in keys}
        self.current = _key_id(keys[0]) if keys else ""

    @classmethod
    def load(cls, path: Path | None = None, variable: str = "REFERRAL_MASTER_KEY") -> Keyring:
        """The keys in the environment, else in the file: base64, separated by space or comma.

        Empty where neither is given. Raises Refused (KEY_UNREADABLE) for anything else.
        """
        source = os.environ.get(variable, "")
        if not source and path is not None:
            try:
                source = path.read_text("ascii")
            except (OSError, UnicodeDecodeError) as error:
                raise _unreadable(str(path)) from error
        try:
            written = source.replace(",", " ").split()
            return cls([base64.b64decode(each, validate=True) for each in written])
        except ValueError as error:
            raise _unreadable(str(path) if path else variable) from error

    def has(self, master_key_id: str) -> bool:
        """Whether what is under this master key can be unwrapped."""
        return not master_key_id or master_key_id in self._ciphers

    def wrap(self, data_key: bytes, owner: str) -> tuple[bytes, str]:
        """`data_key` wrapped for `owner` (a case's code), and the id of the master key used."""
        if not self.current:
            return data_key, ""
        return encrypt(self._ciphers[self.current], data_key, owner.encode()), self.current

    def unwrap(self, wrapped: bytes, master_key_id: str, owner: str) -> bytes:
        """The data key; raises Refused (KEY_MISSING, KEY_WRONG)."""
        if not master_key_id:
            return wrapped
        if (cipher := self._ciphers.get(master_key_id)) is None:
            raise key_missing(master_key_id)
        try:
            return decrypt(cipher, wrapped, owner.encode())
        except InvalidTag:
            message = _("the data key of {owner} was changed in the database").format(owner=owner)
            raise Refused("KEY_WRONG", message, _("Restore it from a backup.")) from None


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"referral master key" + key).hexdigest()[:16]


def _unreadable(source: str) -> Refused:
    return Refused(
        "KEY_UNREADABLE",
        _("{source} holds no master key").format(source=source),
        _("Write 32 random bytes in base64, for example from `openssl rand -base64 32`."),
    )


NO_KEYS = Keyring()
