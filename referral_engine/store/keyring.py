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

__all__ = ["KEY_BYTES", "NO_KEYS", "Keyring", "decrypt", "encrypt", "fresh_key", "key_file"]

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
    """The first key wraps, all of them unwrap. An empty keyring stores data keys in the clear.

    One that was read from a file reads it again when it meets a key it does not know: so keys can
    be rotated beside a running daemon.
    """

    def __init__(self, keys: Sequence[bytes] = (), file: Path | None = None) -> None:
        """Takes raw keys of 32 bytes; raises ValueError for another length."""
        self._file = file
        self._take(keys)

    def _take(self, keys: Sequence[bytes]) -> None:
        if any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(_("a master key has 32 bytes"))
        self._ciphers = {_key_id(key): AESGCM(key) for key in keys}
        self.current = _key_id(keys[0]) if keys else ""

    @classmethod
    def load(cls, path: Path | None = None, variable: str = "REFERRAL_MASTER_KEY") -> Keyring:
        """The keys in the environment, else in the file: base64, separated by space or comma.

        Where the environment has the variable with ``_FILE`` behind it, that names the file: a
        credential that a service manager or container lays out.
        Empty where neither is given. Raises Refused (KEY_UNREADABLE) for anything else.
        """
        if source := os.environ.get(variable, ""):
            return cls(_decoded(source, variable))
        file = key_file(path, variable)
        return cls() if file is None else cls(_read(file), file)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the master keys, the one that wraps first."""
        return tuple(self._ciphers)

    def has(self, master_key_id: str) -> bool:
        """Whether what is under this master key can be unwrapped."""
        return not master_key_id or self._cipher(master_key_id) is not None

    def wrap(self, data_key: bytes, owner: str) -> tuple[bytes, str]:
        """`data_key` wrapped for `owner` (a case's code), and the id of the master key used."""
        if not self.current:
            return data_key, ""
        return encrypt(self._ciphers[self.current], data_key, owner.encode()), self.current

    def unwrap(self, wrapped: bytes, master_key_id: str, owner: str) -> bytes:
        """The data key; raises Refused (KEY_MISSING, KEY_WRONG)."""
        if not master_key_id:
            return wrapped
        if (cipher := self._cipher(master_key_id)) is None:
            raise key_missing(master_key_id)
        try:
            return decrypt(cipher, wrapped, owner.encode())
        except InvalidTag:
            message = _("the data key of {owner} was changed in the database").format(owner=owner)
            raise Refused("KEY_WRONG", message, _("Restore it from a backup.")) from None

    def _cipher(self, master_key_id: str) -> AESGCM | None:
        if master_key_id not in self._ciphers and self._file is not None:
            self._take(_read(self._file))
        return self._ciphers.get(master_key_id)


def key_file(path: Path | None, variable: str = "REFERRAL_MASTER_KEY") -> Path | None:
    """The file that keys are read from, `path` being the configured one; None where they stand in
    the environment, or nowhere.
    """
    if os.environ.get(variable):
        return None
    named = os.environ.get(f"{variable}_FILE")
    return Path(named) if named else path


def fresh_key() -> str:
    """A new master key, as environment and file take it."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def _read(path: Path) -> list[bytes]:
    try:
        written = path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(str(path)) from error
    return _decoded(written, str(path))


def _decoded(written: str, source: str) -> list[bytes]:
    try:
        keys = [base64.b64decode(each, validate=True) for each in written.replace(",", " ").split()]
    except ValueError as error:
        raise _unreadable(source) from error
    if any(len(key) != KEY_BYTES for key in keys):
        raise _unreadable(source)
    return keys


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"referral master key" + key).hexdigest()[:16]


def _unreadable(source: str) -> Refused:
    return Refused(
        "KEY_UNREADABLE",
        _("{source} holds no master key").format(source=source),
        _("Write 32 random bytes in base64, for example from `referral keys new`."),
    )


NO_KEYS = Keyring()
