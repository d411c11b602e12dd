"""How events are written down and chained, and how heads are joined to a Merkle root."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from referral_engine.model.event import Event

__all__ = ["GENESIS", "canonical", "chained", "leaf", "merkle_root", "read_event"]

# What the first event of every case follows.
GENESIS = bytes(32)

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Event)


def canonical(event: Event) -> bytes:
    """The bytes stored and hashed: JSON, fields in declared order, keys of mappings sorted."""
    return _encoder.encode(event)


def read_event(body: bytes) -> Event:
    """The event written as `body`; raises msgspec.ValidationError when it is none."""
    return _decoder.decode(body)


def chained(previous: bytes, body: bytes) -> bytes:
    """The hash (SHA-256, 32 bytes) of an event that follows the one with hash `previous`."""
    return hashlib.sha256(previous + body).digest()


def leaf(code: str, seq: int, head: bytes) -> bytes:
    """A case's part in a checkpoint: which case, how many events, the hash of the last."""
    return hashlib.sha256(b"\0" + code.encode() + b"\0" + str(seq).encode() + b"\0" + head).digest()


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """The root over `leaves` in the order given; a lone last node moves up as it is."""
    level: Sequence[bytes] = list(leaves)
    if not level:
        return GENESIS
    while len(level) > 1:
        pairs = [_node(level[i : i + 2]) for i in range(0, len(level), 2)]
        level = pairs
    return level[0]


def _node(pair: Sequence[bytes]) -> bytes:
    # The prefix keeps a node from being passed off as a leaf.
    return hashlib.sha256(b"\1" + b"".join(pair)).digest() if len(pair) == 2 else pair[0]
