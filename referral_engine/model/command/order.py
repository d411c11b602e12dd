"""What every command is: frozen, named by its class, told apart by ``kind``."""

from __future__ import annotations

import msgspec

from referral_engine.model.tag import snake

__all__ = ["Order"]


class Order(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag=snake):
    """What somebody asks of a case."""
