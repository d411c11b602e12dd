"""Where a secret lies: named in a plugin, read when it is used, never printed."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from referral_engine.i18n import _

__all__ = ["Secret", "from_env", "from_file"]

_ENGINE_OWN = ("REFERRAL_", "PG", "PYTHON")
"""Variables of these names are kept from the processes of plugins (plugins/process.py)."""
_LEAST = 16
"""Bytes. A shorter one is a password that can be guessed."""


class Secret(msgspec.Struct, frozen=True):
    """The name of a variable or the path of a file; never the secret itself."""

    env: str = ""
    file: str = ""

    def read(self) -> bytes:
        """The secret, without white space around it. Raises LookupError where there is none, or one
        that can be guessed.
        """
        if self.file:
            try:
                found = Path(self.file).read_bytes().strip()
            except OSError as error:
                raise LookupError(f"{self.file}: {error.strerror}") from None
        else:
            found = os.environ.get(self.env, "").strip().encode()
        if len(found) < _LEAST:
            told = _("{where} holds no secret of {n} bytes or more")
            raise LookupError(told.format(where=self.file or self.env, n=_LEAST))
        return found


def from_env(name: str) -> Secret:
    """The secret in an environment variable of the daemon.

    Raises ValueError for a name that the engine keeps from plugins.
    """
    if not name or name.upper().startswith(_ENGINE_OWN):
        told = _("{name!r}: variables called REFERRAL_…, PG… and PYTHON… never reach a plugin")
        raise ValueError(told.format(name=name))
    return Secret(env=name)


def from_file(path: str) -> Secret:
    """The secret in a file that the daemon's user can read, such as a credential of systemd."""
    if not path:
        raise ValueError(_("a file has a path"))
    return Secret(file=path)
