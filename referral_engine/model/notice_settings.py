"""Where notices go beside the log: config.yaml under ``notices``."""

from __future__ import annotations

import msgspec

from referral_engine.model.secret import Secret

__all__ = ["EVERYBODY", "NoticeSettings", "Platform"]

EVERYBODY = "*"
"""Stands for every unit without channels of its own."""


class Platform(msgspec.Struct, frozen=True):
    """An upper platform that cases come from: where it is written back to, and what signs that."""

    url: str
    secret: Secret


class NoticeSettings(msgspec.Struct, frozen=True):
    """``channels`` name where a unit's addresses lie, by its id; an address holds a password or a
    token, and so is a secret. ``platforms`` are those that issues come in from, by their channel.
    """

    channels: dict[str, Secret] = {}
    platforms: dict[str, Platform] = {}

    def of(self, unit: str, department: str = "") -> Secret | None:
        """Where a unit's addresses are; a station without its own has its department's."""
        names = (unit, department, EVERYBODY)
        return next((self.channels[name] for name in names if name in self.channels), None)
