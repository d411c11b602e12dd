"""What mediators are given per case, and how much each takes: config.yaml under ``mediation``."""

from __future__ import annotations

import msgspec

__all__ = ["MediationSettings"]


class MediationSettings(msgspec.Struct, frozen=True):
    """``allowance`` is whole yuan by the outcome of the case; an outcome that is not there has
    none. ``most_open`` is how many open cases a mediator takes whose entry does not say.
    """

    allowance: dict[str, int] = {}
    most_open: int = 10
