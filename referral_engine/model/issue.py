"""An issue as it comes in (诉求), before anyone has accepted it."""

from __future__ import annotations

from datetime import datetime

import msgspec

__all__ = ["Attachment", "Issue", "Location", "Reporter"]


class Reporter(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Who reports. Personal data: stored under the case's data key, never in the event chain."""

    name: str = ""
    phone: str = ""
    id_number: str = ""
    anonymous: bool = False

    @property
    def key(self) -> str:
        """What makes two reports one reporter's: phone, else id number, else name; or empty."""
        if self.anonymous:
            return ""
        digits = "".join(filter(str.isdigit, self.phone))
        return digits[-11:] or self.id_number.upper() or self.name


class Location(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """WGS 84 degrees; the address as the reporter gave it (personal data)."""

    lat: float | None = None
    lon: float | None = None
    address: str = ""


class Attachment(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A file the reporter or a handler gave: its name, media type, and SHA-256 in hex."""

    name: str
    media_type: str = ""
    digest: str = ""
    taken_at: datetime | None = None
    location: Location | None = None


class Issue(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The canonical fields. ``received_at`` is aware; ``severity`` 1 exceptional to 4 ordinary."""

    channel: str
    received_at: datetime
    id: str = ""
    title: str = ""
    text: str = ""
    category: str = ""
    territory: str = ""
    reporter: Reporter = Reporter()
    people: int = 1
    severity: int = 4
    tags: tuple[str, ...] = ()
    accused: tuple[str, ...] = ()
    location: Location | None = None
    attachments: tuple[Attachment, ...] = ()
    extra: dict[str, str | int | float | bool | None] = {}
