"""Which text a refusal rests on: the one in force on the day the message came in.

The texts are data (``law.toml``). Clocks are not among them: the rules set those, by the same days.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

BEIJING = timezone(timedelta(hours=8))
_FILE = Path(__file__).with_name("law.toml")


class Text(NamedTuple):
    """A legal text in force from ``since``, included, until ``until``, excluded (None: still).

    ``refusals`` is ground to item; one that is not ``confirmed`` was not read in the original.
    """

    name: str
    article: str
    since: date
    until: date | None
    confirmed: bool
    remedy: str
    refusals: Mapping[str, str]

    def refusal(self, ground: str) -> str:
        """The text to send, for an officer to check and sign; empty where it has no such ground."""
        item = self.refusals.get(ground)
        if item is None:
            return ""
        check = "" if self.confirmed else "（条文待法制机构核对）"
        return (
            f"您的投诉经审查属于“{item}”情形，依据{self.name}{self.article}{check}，"
            f"决定不予受理。{self.remedy}"
        )


def _read() -> tuple[Text, ...]:
    found = tomllib.loads(_FILE.read_text("utf-8"))["text"]
    return tuple(
        Text(
            each["name"], each["article"], each["from"], each.get("until"), each["confirmed"],
            each["remedy"], each["refusals"],
        )
        for each in found
    )  # fmt: skip


TEXTS = _read()


def in_force(received_at: datetime) -> Text:
    """The text in force on the local day of a message's receipt; the oldest before all of them."""
    day = received_at.astimezone(BEIJING).date()
    return next((text for text in reversed(TEXTS) if text.since <= day), TEXTS[0])
