"""A row that a department's people or system filled in, as the message it amounts to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from referral_engine.i18n import _
from referral_engine.plugins.acts import Message
from referral_engine.reach.table import Row

__all__ = ["ACTS", "COLUMNS", "Read", "messages"]

COLUMNS = {
    "key": ("编号", "唯一编号"),
    "referral": ("派单号", "工单号"),
    "number": ("序号",),
    "act": ("动作", "办理动作"),
    "at": ("时间", "办理时间"),
    "text": ("说明", "办理情况"),
    "ground": ("退单理由",),
    "suggest": ("建议单位",),
    "outcome": ("办理结果",),
    "status": ("状态",),
    "meets": ("时限",),
    "review_on": ("复查日期",),
    "to": ("移交",),
    "system": ("外部系统",),
    "receiver": ("接收人",),
}
"""What a column may be called beside its own name."""

ACTS = {
    "claim": ("签收",),
    "decline": ("退单",),
    "defer": ("人工",),
    "contact": ("联系",),
    "arrive": ("报到", "到场"),
    "progress": ("进展",),
    "report": ("反馈", "办结"),
    "hand_off": ("移交",),
    "entered": ("登记",),
    "not_needed": ("无需配合",),
}
"""What an act may be called beside its own name."""

_COLUMN = {word: name for name, words in COLUMNS.items() for word in (name, *words)}
_ACT = {word: name for name, words in ACTS.items() for word in (name, *words)}
_TEXT = {
    "decline": "reason", "defer": "reason", "not_needed": "reason", "contact": "note",
    "progress": "note", "report": "text", "hand_off": "number",
    "entered": "number",
}  # fmt: skip
"""What the text of a row is to its act."""
_ENVELOPE = ("key", "referral", "number", "act", "at", "text")


class Read(NamedTuple):
    """A row that was read; ``line`` counts the heading as 1. Without a message, why there is none:
    a reason that quotes no text.
    """

    line: int
    message: Message | None
    fault: str = ""


def messages(rows: Sequence[Row], zone: ZoneInfo) -> Iterator[Read]:
    """One for each row that is not empty. A time without an offset is local to ``zone``.

    A row without a key is known by what it says, and which of several alike it is: dropped again,
    alone or in a longer list, it is the same.
    """
    alike: dict[str, int] = {}
    for line, row in enumerate(rows, 2):
        cells = {_COLUMN[name]: cell for name, cell in row.items() if name in _COLUMN}
        if not cells:
            continue
        said = hashlib.sha256(repr(sorted(cells.items())).encode()).hexdigest()[:32]
        alike[said] = alike.get(said, 0) + 1
        try:
            yield Read(line, _message(cells, f"row/{said}/{alike[said]}", zone))
        except ValueError as error:
            yield Read(line, None, str(error))


def _message(cells: Row, key: str, zone: ZoneInfo) -> Message:
    kind = _ACT.get(cells.get("act", ""))
    if kind is None:
        known = ", ".join((*ACTS, *(words[0] for words in ACTS.values())))
        raise ValueError(_("the act is none of: {known}").format(known=known))
    act: dict[str, Any] = {name: cell for name, cell in cells.items() if name not in _ENVELOPE}
    act["act"] = kind
    if "text" in cells and kind in _TEXT:
        act[_TEXT[kind]] = cells["text"]
    if "at" in cells:
        act["at"] = _moment(cells["at"], zone)
    given = {"key": cells.get("key", key), "referral": cells.get("referral", ""), "acts": [act]}
    if "number" in cells:
        given["number"] = cells["number"]
    try:
        return msgspec.convert(given, Message, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None


def _moment(cell: str, zone: ZoneInfo) -> datetime:
    try:
        at = datetime.fromisoformat(cell)
    except ValueError:
        raise ValueError(_("the time is none such as 2026-10-12 09:00")) from None
    return at if at.tzinfo else at.replace(tzinfo=zone)
