"""Content: what people wrote and who they are, encrypted under one key a case."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Select, delete, func, literal, select, update

from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.store.keyring import KEY_BYTES, Keyring, decrypt, encrypt
from referral_engine.store.prepared import evened, numbered, prepared, values
from referral_engine.store.statements import Row
from referral_engine.store.tables import content, data_key, setting

__all__ = [
    "CONTENT_COLUMNS",
    "DATA_KEY_COLUMNS",
    "CaseKey",
    "Vault",
    "WrappedKey",
    "content_rows",
    "masters",
    "rewrap",
    "rewrap_secret",
]

CONTENT_COLUMNS = ("case_code", "ref", "ciphertext")
DATA_KEY_COLUMNS = ("case_code", "wrapped", "master_key_id")


WrappedKey = tuple[bytes, str]
"""A data key under a master key, and that one's id."""


class CaseKey:
    """The data key of one case, opened."""

    __slots__ = ("_cipher", "_code")

    def __init__(self, code: str, key: bytes) -> None:
        self._code = code
        self._cipher = AESGCM(key)

    def seal(self, ref: str, clear: bytes) -> bytes:
        """`clear` encrypted so that it opens only as `ref` of this case."""
        return encrypt(self._cipher, clear, f"{self._code}/{ref}".encode())

    def open(self, ref: str, sealed: bytes) -> bytes:
        """What was sealed as `ref`; raises Refused (CONTENT_CHANGED)."""
        try:
            return decrypt(self._cipher, sealed, f"{self._code}/{ref}".encode())
        except InvalidTag:
            message = _("the content `{ref}` of case {code} was changed in the database")
            raise Refused(
                "CONTENT_CHANGED",
                message.format(ref=ref, code=self._code),
                _("Run `referral audit verify`, and restore it from a backup."),
            ) from None


class Vault:
    """Data keys and content rows, opened with one keyring."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def new_key(self, code: str) -> tuple[CaseKey, Row]:
        """A fresh data key for the case, and its row in the order of DATA_KEY_COLUMNS."""
        key = os.urandom(KEY_BYTES)
        return CaseKey(code, key), (code, *self._keyring.wrap(key, code))

    def key(self, connection: Connection, code: str) -> CaseKey | None:
        """The case's data key; None where it never had one or it was erased.

        Raises Refused (KEY_MISSING, KEY_WRONG).
        """
        return self.keys(connection, [code]).get(code)

    def keys(self, connection: Connection, codes: Sequence[str]) -> dict[str, CaseKey]:
        """The data keys of those of `codes` that have one."""
        found = self.wrapped(connection, codes)
        return {code: self.opened(code, *each) for code, each in found.items()}

    def wrapped(self, connection: Connection, codes: Sequence[str]) -> dict[str, WrappedKey]:
        """The same as they are stored; `opened` opens them."""
        if not codes:
            return {}
        asked = evened(codes)
        found = _keys(len(asked)).rows(connection, **numbered("code", asked))
        return {code: (wrapped, master) for code, wrapped, master in found}

    def read(
        self, connection: Connection, codes: Sequence[str], refs: Iterable[str] | None = None
    ) -> dict[str, dict[str, str]]:
        """The contents under `refs` (all by default) by code and reference.

        Those erased or never there are left out. Raises Refused (KEY_MISSING, KEY_WRONG,
        CONTENT_CHANGED).
        """
        wanted = () if refs is None else tuple(refs)
        if not codes or (refs is not None and not wanted):
            return {}
        asked = evened(codes)
        rows = _contents(len(asked), None if refs is None else len(wanted)).rows(
            connection, **numbered("code", asked), **numbered("ref", wanted)
        )
        keys: dict[str, CaseKey] = {}
        texts: dict[str, dict[str, str]] = {}
        for code, ref, ciphertext, wrapped, master in rows:
            if (key := keys.get(code)) is None:
                key = keys[code] = self.opened(code, wrapped, master)
            texts.setdefault(code, {})[ref] = key.open(ref, ciphertext).decode()
        return texts

    def erase(self, connection: Connection, code: str) -> bool:
        """Destroys the data key and the content rows; whether there was anything.

        Copies in backups become unreadable only where the master key of their time is gone too.
        """
        gone = connection.execute(delete(data_key).where(data_key.c.case_code == code)).rowcount
        rows = connection.execute(delete(content).where(content.c.case_code == code)).rowcount
        return bool(gone or rows)

    def opened(self, code: str, wrapped: bytes, master: str) -> CaseKey:
        """The data key of a row of `data_key`. Raises Refused (KEY_MISSING, KEY_WRONG)."""
        return CaseKey(code, self._keyring.unwrap(wrapped, master, code))


@prepared
def _keys(codes: int) -> Select[Any]:
    columns = [data_key.c[name] for name in DATA_KEY_COLUMNS]
    return select(*columns).where(data_key.c.case_code.in_(values("code", codes)))


@prepared
def _contents(codes: int, refs: int | None) -> Select[Any]:
    c, key = content.c, data_key.c
    query = (
        select(c.case_code, c.ref, c.ciphertext, key.wrapped, key.master_key_id)
        .join(data_key, key.case_code == c.case_code)
        .where(c.case_code.in_(values("code", codes)))
    )
    return query if refs is None else query.where(content.c.ref.in_(values("ref", refs)))


def content_rows(key: CaseKey, code: str, texts: Mapping[str, str]) -> list[Row]:
    """The rows of `content`, in the order of CONTENT_COLUMNS."""
    return [(code, ref, key.seal(ref, text.encode())) for ref, text in texts.items()]


def rewrap(
    connection: Connection, keyring: Keyring, after: str = "", limit: int = 1_000
) -> list[str]:
    """Wraps up to `limit` data keys anew under the current key of `keyring`: of those left under
    another the first beyond the code `after`. Whose they were; call it until it returns none, each
    time in a transaction of its own, so that intake goes on meanwhile.
    """
    code, master = data_key.c.case_code, data_key.c.master_key_id
    query = select(data_key).where(master != keyring.current, code > after).order_by(code)
    rows = connection.execute(query.limit(limit)).all()
    for row in rows:
        clear = keyring.unwrap(row.wrapped, row.master_key_id, row.case_code)
        wrapped, current = keyring.wrap(clear, row.case_code)
        connection.execute(
            update(data_key)
            .where(code == row.case_code, master == row.master_key_id)
            .values(wrapped=wrapped, master_key_id=current)
        )
    return [row.case_code for row in rows]


def rewrap_secret(connection: Connection, keyring: Keyring) -> bool:
    """The same for the store's own secret; whether it was under another key."""
    query = select(setting).where(setting.c.name == "digest_secret")
    row = connection.execute(query).one()
    if row.master_key_id == keyring.current:
        return False
    clear = keyring.unwrap(row.value, row.master_key_id, row.name)
    value, current = keyring.wrap(clear, row.name)
    changed = update(setting).where(setting.c.name == row.name)
    connection.execute(changed.values(value=value, master_key_id=current))
    return True


def masters(connection: Connection) -> dict[str, int]:
    """How many data keys, the store's own secret among them, lie under each master key by its id;
    those in the clear under an empty one.
    """
    found: dict[str, int] = {}
    secret = select(setting.c.master_key_id, literal(1)).where(setting.c.name == "digest_secret")
    master = data_key.c.master_key_id
    for query in (select(master, func.count()).group_by(master), secret):
        for id, count in connection.execute(query):
            found[id] = found.get(id, 0) + count
    return found
