"""What every event body is: frozen, named by its class, told apart by ``kind``."""

from __future__ import annotations

import msgspec

from referral_engine.model.tag import snake

__all__ = ["Body", "Extra"]

Extra = dict[str, str | int | float | bool | None]
"""Values of an importer's further columns, by name."""


class Body(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag_field="kind", tag=snake):
    """What happened. A new field needs a default: written events are never changed."""
