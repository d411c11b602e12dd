"""What the commands of one transaction ask for first, each kind of it in one question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Select, select

from referral_engine.store.prepared import evened, numbered, prepared, value, values
from referral_engine.store.projection import unpack
from referral_engine.store.stage import IntakeSeen, Loaded, Seen
from referral_engine.store.tables import case_file, command_key, intake_key

__all__ = ["intakes_seen", "loaded", "seen"]

_f, _c, _i = case_file.c, command_key.c, intake_key.c


def intakes_seen(
    connection: Connection, channel: str, keys: Iterable[str]
) -> dict[str, IntakeSeen]:
    """The cases that these keys of one channel made; those that are new are left out."""
    asked = evened(keys)
    found = _intakes(len(asked)).rows(connection, channel=channel, **numbered("key", asked))
    return {key: IntakeSeen(body_hash, code) for key, body_hash, code in found}


def seen(connection: Connection, principal_id: str, keys: Iterable[str]) -> dict[str, Seen]:
    """What was asked and answered under these keys of one principal; new ones are left out."""
    asked = evened(keys)
    found = _seen(len(asked)).rows(connection, principal=principal_id, **numbered("key", asked))
    return {key: Seen(body_hash, result) for key, body_hash, result in found}


def loaded(
    connection: Connection, codes: Iterable[str], known: Mapping[str, Loaded]
) -> dict[str, Loaded]:
    """These cases as of their last events; codes that are unknown are left out. One that is `known`
    as of that event is not read again.
    """
    found = _unchanged(connection, known) if known else {}
    if missing := [code for code in codes if code not in found]:
        asked = evened(missing)
        rows = _snapshots(len(asked)).rows(connection, **numbered("code", asked))
        found |= {code: Loaded(unpack(snapshot), head) for code, snapshot, head in rows}
    return found


def _unchanged(connection: Connection, known: Mapping[str, Loaded]) -> dict[str, Loaded]:
    asked = evened(known)
    rows = _heads(len(asked)).rows(connection, **numbered("code", asked))
    return {code: known[code] for code, head in rows if known[code].head_hash == head}


@prepared
def _intakes(keys: int) -> Select[Any]:
    query = select(_i.sender_key, _i.body_hash, _i.case_code)
    return query.where(_i.channel == value("channel"), _i.sender_key.in_(values("key", keys)))


@prepared
def _seen(keys: int) -> Select[Any]:
    query = select(_c.request_key, _c.body_hash, _c.result)
    return query.where(
        _c.principal_id == value("principal"), _c.request_key.in_(values("key", keys))
    )


@prepared
def _heads(codes: int) -> Select[Any]:
    query = select(_f.case_code, _f.head_hash)
    return query.where(_f.case_code.in_(values("code", codes)))


@prepared
def _snapshots(codes: int) -> Select[Any]:
    query = select(_f.case_code, _f.snapshot, _f.head_hash)
    return query.where(_f.case_code.in_(values("code", codes)))
