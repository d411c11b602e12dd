"""Area codes: 2+2+2+3+3 digits from province to village, then a local suffix."""

from __future__ import annotations

from typing import Literal

from referral_engine.i18n import _
from referral_engine.model.territory import Level
from referral_engine.org.timetable import Unreadable

__all__ = ["Codes", "canonical", "level_by_length", "parse_code", "prefixes"]

Codes = Literal["gb", "free"]
"""``gb``: the national area codes; ``free``: any words, with parent and level always written."""

_LEVELS: dict[int, Level] = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}


def canonical(code: str) -> str:
    """The code without the zeros that pad it to twelve digits: 620922100000 is 620922100."""
    if not code.isascii() or not code.isdigit() or len(code) > 12:
        return code
    for longer, shorter in ((12, 9), (9, 6), (6, 4), (4, 2)):
        if len(code) == longer and not code[shorter:].strip("0"):
            code = code[:shorter]
    return code


def parse_code(text: str) -> str:
    """The canonical national code. Raises Unreadable where the digits cannot be one."""
    code = canonical(text)
    if code.isascii() and code.isdigit() and (len(code) in _LEVELS or len(code) > 12):
        return code
    message = _(
        "{code} is no area code: 2, 4, 6, 9 or 12 digits, below the village followed by a suffix"
    )
    raise Unreadable("org-bad-code", message.format(code=text))


def level_by_length(code: str) -> Level:
    """The level a national code stands for."""
    return _LEVELS.get(len(code), "grid")


def prefixes(code: str) -> list[str]:
    """What a national code lies under by its digits alone, the longest first, itself excluded."""
    return [code[:length] for length in range(len(code) - 1, 1, -1)]
