"""Which text a refusal rests on: the one in force when the message came in.

The provisional measures (市场监督管理投诉举报处理暂行办法) were replaced on 2026-04-15 by
SAMR Order 121. Its wording of these grounds has not been confirmed by a lawyer, so texts under it
say so and quote no article.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

_BEIJING = timezone(timedelta(hours=8))


class Text(NamedTuple):
    """A legal text; ``since`` is included; unconfirmed ones must be read before they are quoted."""

    name: str
    since: datetime
    confirmed: bool


TEXTS = (
    Text("《市场监督管理投诉举报处理暂行办法》第十五条", datetime.min.replace(tzinfo=UTC), True),
    Text(
        "《市场监督管理投诉举报处理办法》（市场监管总局令第121号，具体条款待法制机构核对）",
        datetime(2026, 4, 15, tzinfo=_BEIJING),
        False,
    ),
)


def in_force(received_at: datetime) -> Text:
    """The text in force at a message's receipt."""
    return [text for text in TEXTS if text.since <= received_at][-1]
