"""The letters of a case, as its events and content keep them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo

import msgspec

from referral_engine.model import event as e

__all__ = ["MEANS", "RECIPIENTS", "Filed", "filed", "numbered"]

RECIPIENTS = {"reporter": "反映人", "lead": "主办单位", "centre": "中心"}
MEANS = {
    "direct": "直接送达",
    "left": "留置送达",
    "post": "邮寄送达",
    "electronic": "电子送达",
    "public": "公告送达",
}
"""How a letter may be delivered (民事诉讼法 88–95 条 names these ways; here they only label)."""


class Filed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A letter that went out. Times are UTC; ``signer`` is who sent it, by id.

    ``text`` and ``receipt`` are personal data, as far as the reader may see them. ``delivered_at``
    is the first delivery, None where none is reported; ``means`` is how.
    """

    number: str
    letter: str
    to: str
    sent_at: datetime
    signer: str
    text: str
    name: str = ""
    series: str = ""
    delivered_at: datetime | None = None
    means: str = ""
    receipt: str = ""


def filed(events: Iterable[e.Event], content: Mapping[str, str]) -> list[Filed]:
    """The letters in the order they were sent; words that are gone are empty."""
    found: dict[str, Filed] = {}
    for event in events:
        match event.body:
            case e.LetterSent() as body:
                found[body.number] = Filed(
                    body.number, body.letter, body.to, event.happened_at, event.by.id,
                    content.get(body.text_ref, ""), body.name, body.series,
                )  # fmt: skip
            case e.LetterReceived() as body if body.number in found:
                known = found[body.number]
                found[body.number] = msgspec.structs.replace(
                    known,
                    delivered_at=known.delivered_at or event.happened_at,
                    means=body.means or known.means,
                    receipt=content.get(body.receipt, "") or known.receipt,
                )
    return list(found.values())


def numbered(letter: Filed, zone: tzinfo) -> str:
    """The number as it is printed (文号): series, local year in 〔〕, the letter's own number."""
    year = letter.sent_at.astimezone(zone).year
    return f"{letter.series}〔{year}〕{letter.number}号" if letter.series else letter.number
